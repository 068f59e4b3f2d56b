"""Compiled programs, the options that they are compiled with, and JAX's settings."""

import functools
from collections.abc import Mapping
from typing import Any

import jax
from jax.experimental.compilation_cache.compilation_cache import reset_cache

from adcost import platforms

QUICKLY: Mapping[str, Any] = {
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""Options with which XLA compiles in a third of the time, since it does not optimise machine code.

Buffers are assigned and operations counted before that, so both stay the same; results are the same
but for rounding, and programs run slower.
"""


def quick_flags() -> str:
    """`QUICKLY` as ``XLA_FLAGS``, for a process that has compiled nothing yet.

    XLA ends a process whose flags it does not know, so those of the CPU are left out from the
    version on that lacks one of them.
    """
    lacking = jax.__version_info__ >= (0, 11)
    known = {k: v for k, v in QUICKLY.items() if not (lacking and k.startswith("xla_cpu_"))}
    return " ".join(f"--{name}={str(value).lower()}" for name, value in known.items())


def held_bytes(compiled: jax.stages.Compiled) -> tuple[int, int, int, int] | None:
    """Bytes of arguments, results, temporaries and of what arguments and results share.

    ``memory_analysis`` is documented, the names of its fields are not. None where the backend has
    no such analysis.
    """
    analysis = compiled.memory_analysis()
    if analysis is None:
        return None
    names = ("argument", "output", "temp", "alias")
    arguments, outputs, temporaries, shared = (
        int(getattr(analysis, f"{name}_size_in_bytes")) for name in names
    )
    return arguments, outputs, temporaries, shared


def computed_flops(compiled: jax.stages.Compiled) -> float:
    """XLA's own count of a program's operations, in which a loop's body counts once; else 0."""
    return float((compiled.cost_analysis() or {}).get("flops", 0.0))


def compile_options(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Those of XLA's options that this version knows and that are for the current platform.

    ``xla_cpu_use_fusion_emitters``, say, is gone in 0.11. XLA parses ``xla_cpu_*`` for every
    backend and heeds it on the CPU alone, as it does ``xla_gpu_*`` on a GPU.
    """
    here = platforms.current()
    others = tuple(f"xla_{name}_" for name in ("cpu", "gpu", "tpu") if name != here)
    return {
        name: value
        for name, value in wanted.items()
        if not name.startswith(others) and _known_option(name, value)
    }


@functools.cache
def _known_option(name: str, value: Any) -> bool:
    try:
        jax.jit(lambda: 0).lower().compile(compiler_options={name: value})
    except jax.errors.JaxRuntimeError as error:
        if "No such compile option" in str(error):
            return False
        raise
    return True


def setting(name: str) -> Any:
    """A setting of JAX's for all threads, such as ``jax_enable_compilation_cache``.

    ``jax.config.update`` is documented, reading is not.
    """
    return jax.config.values[name]


def forget_compiled() -> None:
    """Have JAX look at the settings of its cache of compiled programs again.

    It does so once, before it compiles the first program.
    """
    reset_cache()
