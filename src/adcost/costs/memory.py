"""Bytes that a compiled program holds, from XLA's own assignment of buffers: exact, never run.

Shapes suffice (``jax.ShapeDtypeStruct``), so a program far larger than this machine can be asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax

from adcost.costs.tracing import traced
from adcost.jax_versions import QUICKLY, compile_options, held_bytes


class NoMemoryAnalysis(RuntimeError):
    """The backend does not say what its programs hold."""


@dataclass(frozen=True)
class Bytes:
    """What a program holds: its arguments, its results, and the temporaries between them."""

    arguments: int
    outputs: int
    temporaries: int
    shared: int = 0
    """Bytes of results that lie in donated arguments' buffers; in ``arguments`` and ``outputs``."""

    @property
    def total(self) -> int:
        """What must be held at once to run it: all three, what is shared counted once."""
        return self.arguments + self.outputs + self.temporaries - self.shared


def compiled_bytes(compiled: jax.stages.Compiled) -> Bytes:
    """Bytes of a compiled program on one device, its code and constants left out.

    Raises :class:`NoMemoryAnalysis` where the backend has none.
    """
    held = held_bytes(compiled)
    if held is None:
        raise NoMemoryAnalysis(
            "the backend has no memory analysis of compiled programs; compile for the CPU, with "
            "JAX_PLATFORMS=cpu"
        )
    return Bytes(*held)


def compiled_quickly(traced: jax.stages.Traced) -> jax.stages.Compiled:
    """A program compiled without optimising its machine code: for its bytes, or to run once.

    It takes half the time, and its results are the same but for rounding.
    """
    return traced.lower().compile(compile_options(QUICKLY))


def program_bytes(fn: Callable[..., Any], *arguments: Any, **keywords: Any) -> Bytes:
    """Bytes of ``fn`` compiled for its arguments, as `adcost.costs.tracing.traced` takes them.

    An argument that no output needs is dropped by JAX and takes no bytes. Raises
    :class:`NoMemoryAnalysis` as above.
    """
    return compiled_bytes(traced(fn, *arguments, **keywords).lower().compile())
