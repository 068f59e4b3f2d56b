"""What every script begins with: the package on the path, output and tracebacks in the log.

Snakemake puts this folder on the path of its scripts; the package is found from here, so that a
job runs alike in `.venv`, in a conda environment and on a node of a cluster.
"""

import errno
import os
import sys
import traceback
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))


# What the storage may say of a write, and what it means to a reader.
STORAGE = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "the quota of this disk is used up; free some space and run again",
    errno.EROFS: "the disk is read-only; make it writable and run again",
    errno.EACCES: "this folder is closed to writing; open it and run again",
}


def explained(error):
    """An error in words, with what to do about it where the storage is to blame."""
    known = STORAGE.get(error.errno) if isinstance(error, OSError) else None
    return f"{known}: what is finished is kept ({error})" if known else str(error)


@contextmanager
def logged(snakemake):
    """Send what the block prints to the job's log; on failure add the traceback and exit.

    JAX, which the block imports, computes on the platform and in the precision of the job's
    parameters.
    """
    if (precision := snakemake.params.get("precision", "default")) != "default":
        os.environ["JAX_DEFAULT_MATMUL_PRECISION"] = precision
    if platform := snakemake.params.get("platform"):
        os.environ["JAX_PLATFORMS"] = platform
        # Two jobs may share a GPU, so none takes all of its memory at the start.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    try:
        with open(snakemake.log[0], "w", encoding="utf-8", buffering=1) as log:
            try:
                with redirect_stdout(log), redirect_stderr(log):
                    yield
            except Exception:
                with suppress(OSError):  # There may be no room for it.
                    traceback.print_exc(file=log)
                raise
    except Exception as error:
        where = f"(the traceback is in {snakemake.log[0]})"
        sys.exit(f"{snakemake.rule}: {explained(error)} {where}")
