"""What Snakemake says of a run that was interrupted: that it was, and not each job's failure.

Ctrl-C reaches the jobs as well, and Snakemake reports each as a rule in error, in some twenty
lines. They are in its log file; the terminal shows what else went wrong.
"""

import logging
import re

INTERRUPTED = re.compile(r"died with <Signals\.SIGINT: 2>|non-zero exit status 130\b")
"""What the exception of a job's command says that Ctrl-C has ended, by itself or in a shell."""

STOPPED = "Terminating processes on user request"
SUMMARY = "At least one job did not complete successfully."


class OnlyFailures(logging.Filter):
    """Drops what Snakemake reports of interrupted jobs, and the summary if nothing else failed.

    A job that is interrupted alone, without the run, is told of in the summary.
    """

    def __init__(self) -> None:
        """A filter that has seen nothing."""
        super().__init__()
        self._described: set[int | None] = set()  # threads that go on to describe their job
        self._interrupted: list[str] = []
        self._stopped = self._failed = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is to be shown."""
        message = record.getMessage()
        self._stopped |= STOPPED in message
        if record.levelno < logging.ERROR:
            return True
        # The thread that waited for a job logs its exception, then which job it was.
        if INTERRUPTED.search(message):
            self._described.add(record.thread)
            self._interrupted.append(message)
            return False
        if record.thread in self._described and hasattr(record, "rule_name"):
            self._described.remove(record.thread)
            return False
        if SUMMARY not in message:
            self._failed = True
        elif self._stopped:
            return self._failed
        elif self._interrupted:
            record.msg = "\n".join([*self._interrupted, message])
        return True


def show_only_failures(logger: logging.Logger) -> None:
    """Filter what Snakemake's logger shows in the terminal; its log file keeps everything."""
    for handler in logger.handlers:
        if isinstance(handler, logging.StreamHandler) and not hasattr(handler, "baseFilename"):
            handler.addFilter(OnlyFailures())
