"""Compiled programs kept on disk, so that jobs and runs of a checkout compile each only once.

This is JAX's persistent compilation cache. A program from it is the one that was compiled: it has
the same code, bytes and counts. `costs.timing.compile_program`, which measures how long compiling
takes, goes past it.
"""

import hashlib
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import jax

from adcost import processor
from adcost.costs.background_load import usable_cores
from adcost.jax_versions import forget_compiled, setting

FOLDER = Path(".snakemake/compiled")
"""Where the workflow keeps them, below its working directory."""

PROBE_BYTES = 1 << 20
"""Bytes that a folder must take, or it is of no use."""

FAILED = "persistent compilation cache"
"""What every warning of JAX about a program that could not be read or written says."""


def use(folder: Path = FOLDER) -> None:
    """Keep compiled programs in ``folder``, apart for each kind of processor.

    A folder that cannot be written to, and programs in it that cannot be read, are ignored with
    one line on standard output.
    """
    own = folder / _processor()
    try:
        own.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=own) as file:
            file.write(bytes(PROBE_BYTES))
    except OSError as error:
        print(f"compiled programs are not kept ({error})")
        return
    jax.config.update("jax_compilation_cache_dir", str(own))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    warnings.showwarning = _once(warnings.showwarning)
    forget_compiled()


@contextmanager
def bypassed() -> Iterator[None]:
    """Within the block everything is compiled anew, and nothing kept."""
    before = setting("jax_enable_compilation_cache")
    jax.config.update("jax_enable_compilation_cache", False)
    forget_compiled()
    try:
        yield
    finally:
        jax.config.update("jax_enable_compilation_cache", before)
        forget_compiled()


def _processor(cpuinfo: Path = processor.CPUINFO) -> str:
    """A name for what code is compiled for: a cluster's nodes may share the folder."""
    # By the number of cores, too, since XLA divides a program's work among them as it compiles.
    identity = {"cores": str(usable_cores()), **processor.identity(cpuinfo)}
    return hashlib.sha256(repr(sorted(identity.items())).encode()).hexdigest()[:12]


def _once(show: Any) -> Any:
    """Like ``warnings.showwarning``, but of JAX's warnings about the cache one line in all."""

    def show_once(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if FAILED not in str(message):
            show(message, category, filename, lineno, file, line)
            return
        warnings.filterwarnings("ignore", message=f".*{FAILED}")
        first = str(message).splitlines()[0]
        print(f"a compiled program could not be kept or used again, and was compiled ({first})")

    return show_once
