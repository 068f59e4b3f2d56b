"""An interrupted run is reported as that; whatever else fails is shown whole."""

import io
import logging
import threading

import pytest

from adcost.study.interruption import show_only_failures

SIGINT = "Command 'python script.py' died with <Signals.SIGINT: 2>."
SHELL = "Command 'python script.py' returned non-zero exit status 130."
FAILED = "Command 'python script.py' returned non-zero exit status 1."
SUMMARY = "WorkflowError:\nAt least one job did not complete successfully."
STOPPED = "Terminating processes on user request, this might take some time."


@pytest.fixture
def logger(tmp_path):
    logger = logging.Logger("snakemake")
    logger.terminal = io.StringIO()
    logger.file = tmp_path / "log"
    logger.addHandler(logging.StreamHandler(logger.terminal))
    logger.addHandler(logging.FileHandler(logger.file))
    show_only_failures(logger)
    return logger


def _fail(logger, exception, rule):
    """As Snakemake reports a job, in a thread of its own."""

    def report():
        logger.error(exception)
        logger.error(f"Error in rule {rule}", extra={"rule_name": rule})

    thread = threading.Thread(target=report)
    thread.start()
    thread.join()


def _shown(logger):
    return logger.terminal.getvalue().splitlines()


@pytest.mark.parametrize("first", [True, False])
def test_of_interrupted_jobs_nothing_is_shown_and_all_is_in_the_log_file(logger, first):
    if first:
        logger.info(STOPPED)
    _fail(logger, SIGINT, "one")
    _fail(logger, SHELL, "two")
    if not first:
        logger.info(STOPPED)
    logger.error(SUMMARY)
    assert _shown(logger) == [STOPPED]
    for word in (SIGINT, "rule one", SHELL, "rule two", SUMMARY):
        assert word in logger.file.read_text()


def test_what_else_failed_is_shown_with_the_summary(logger):
    _fail(logger, FAILED, "wrong")
    _fail(logger, SIGINT, "one")
    logger.info(STOPPED)
    logger.error(SUMMARY)
    assert _shown(logger) == [FAILED, "Error in rule wrong", STOPPED, *SUMMARY.splitlines()]


def test_a_job_that_is_interrupted_alone_is_told_of(logger):
    _fail(logger, SIGINT, "one")
    logger.error(SUMMARY)
    assert _shown(logger) == [SIGINT, *SUMMARY.splitlines()]


def test_a_failure_in_the_thread_of_an_interrupted_job_is_shown(logger):
    logger.error(SIGINT)
    logger.error("Error in rule one", extra={"rule_name": "one"})
    logger.error(FAILED)
    logger.error("Error in rule two", extra={"rule_name": "two"})
    assert _shown(logger) == [FAILED, "Error in rule two"]
