"""What every script begins with: the package on the path, output and tracebacks in the log.

Snakemake puts this folder on the path of its scripts; the package is found from here, so that a
job runs alike in `.venv`, in a conda environment and on a node of a cluster.
"""

import errno
import os
import signal
import sys
import traceback
from collections import Counter
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
sys.path.append(os.getcwd())  # where a user's own module of expressions may lie

from adcost.study import shell_settings

# Ctrl-C ends a job where it is: Python would first let a compiled program run to its end, then
# print a traceback, then take XLA's threads down while they work. In the background of a shell it
# is ignored, by Snakemake too.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# A shell whose locale knows no ≤ must not fail a job that says it.
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="backslashreplace")

for variable in os.environ.keys() - shell_settings.without(os.environ).keys():
    del os.environ[variable]

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


def made_from(params):
    """What the metadata of a job's tables say: its parameters and code, and where it ran."""
    from adcost.study.origin import origin

    own = {name: getattr(params, name) for name in ("parameters", "seed", "version")}
    return own | {"origins": [origin()]}


SETTINGS = ("platform", "precision", "optimise")
"""The parameters of a job that say where and how JAX computes."""


def _configure_jax(platform, precision="default", optimise=True):
    """Where and how exactly JAX computes, here and in what this process starts."""
    from adcost.platforms import VISIBLE  # It loads JAX, if a fork has not.

    os.environ["JAX_PLATFORMS"] = VISIBLE[platform]
    # Two jobs may share a GPU, so none takes all of its memory at the start.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if precision != "default":
        os.environ["JAX_DEFAULT_MATMUL_PRECISION"] = precision
    import jax  # It has been loaded, and has read its environment, before.

    from adcost.costs import compilation_cache
    from adcost.jax_versions import quick_flags

    if not optimise:  # XLA reads its flags when it compiles for the first time.
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {quick_flags()}".strip()

    jax.monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: SPENT.update({event.rpartition("/")[2]: seconds})
    )
    jax.config.update("jax_platforms", VISIBLE[platform])
    jax.config.update("jax_default_matmul_precision", None if precision == "default" else precision)
    compilation_cache.use()


SPENT = Counter()
"""Seconds of JAX's stages of compilation in this process."""

STAGES = {
    "jaxpr_trace_duration": "tracing",
    "jaxpr_to_mlir_module_duration": "lowering",
    "backend_compile_duration": "compiling",
}
"""The stages by the last part of the event that JAX reports, and how the log calls them."""


@contextmanager
def logged(snakemake):
    """Send what the block prints to the job's log; on failure add the traceback and exit.

    JAX, which the block imports, computes as the job's parameters say.
    """
    try:
        with open(snakemake.log[0], "w", encoding="utf-8", buffering=1) as log:
            try:
                with redirect_stdout(log), redirect_stderr(log):
                    if settings := {k: v for k, v in snakemake.params.items() if k in SETTINGS}:
                        _configure_jax(**settings)
                    yield
                    for stage, name in STAGES.items():
                        if stage in SPENT:
                            print(f"{name}: {SPENT[stage]:.1f} s")
            except Exception:
                with suppress(OSError):  # There may be no room for it.
                    traceback.print_exc(file=log)
                raise
    except Exception as error:
        where = f"(the traceback is in {snakemake.log[0]})"
        sys.exit(f"{snakemake.rule}: {explained(error)} {where}")
