"""Bytes that a compiled program needs, from the compiler's own analysis: exact, without running.

Shapes suffice (``jax.ShapeDtypeStruct``), so programs far larger than this machine can be asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax


class NoMemoryAnalysis(RuntimeError):
    """The backend does not say what its programs need."""


@dataclass(frozen=True)
class Bytes:
    """What a program holds: its arguments, its results, and the temporaries between them."""

    arguments: int
    outputs: int
    temporaries: int

    @property
    def total(self) -> int:
        """All three; the most that is held at once, when no buffer is donated."""
        return self.arguments + self.outputs + self.temporaries


def compiled_bytes(compiled: jax.stages.Compiled) -> Bytes:
    """Bytes of a compiled program; :class:`NoMemoryAnalysis` where the backend has none."""
    analysis = compiled.memory_analysis()
    if analysis is None:
        raise NoMemoryAnalysis(
            f"the backend {jax.default_backend()} has no memory analysis of compiled programs"
        )
    return Bytes(
        arguments=int(analysis.argument_size_in_bytes),
        outputs=int(analysis.output_size_in_bytes),
        temporaries=int(analysis.temp_size_in_bytes),
    )


def program_bytes(fn: Callable[..., Any], *arguments: Any) -> Bytes:
    """Bytes of ``fn`` compiled for ``arguments``: arrays, or shapes, for which nothing is held."""
    return compiled_bytes(jax.jit(fn).lower(*arguments).compile())
