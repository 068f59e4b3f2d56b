"""What every script begins with: the package on the path, output and tracebacks in the log.

Snakemake puts this folder on the path of its scripts; the package is found from here, so that a
job runs alike in `.venv`, in a conda environment and on a node of a cluster.
"""

import os
import sys
import traceback
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))


@contextmanager
def logged(snakemake):
    """Send what the block prints to the job's log; on failure add the traceback and exit.

    JAX, which the block imports, computes on the platform of the job's parameters.
    """
    if platform := snakemake.params.get("platform"):
        os.environ["JAX_PLATFORMS"] = platform
        # Two jobs may share a GPU, so none takes all of its memory at the start.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    with open(snakemake.log[0], "w", encoding="utf-8", buffering=1) as log:
        try:
            with redirect_stdout(log), redirect_stderr(log):
                yield
        except Exception as error:
            traceback.print_exc(file=log)
            sys.exit(f"{snakemake.rule}: {error} (the traceback is in {snakemake.log[0]})")
