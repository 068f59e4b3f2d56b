"""Function evaluations, counted as they happen."""

from collections.abc import Callable

import jax
import numpy as np
from jax.experimental import io_callback


def counted(
    f: Callable[[jax.Array], jax.Array],
) -> tuple[Callable[[jax.Array], jax.Array], Callable[[], int]]:
    """``f``, and a function that says how many of its values have been computed.

    ``f`` maps an array to a scalar. Every value reports to the host when it is there: `vmap` over n
    points makes n reports, and none is merged or dropped, since a report is an effect. Values, not
    traces, are counted, so the function may be jitted. Beside a GPU JAX must see the CPU as well
    (``JAX_PLATFORMS=cuda,cpu``), and within `adcost.platforms.on_cpu` no report keeps the GPU
    waiting.
    """
    values = 0

    def report(_: jax.Array) -> np.int32:
        nonlocal values
        values += 1
        return np.int32(0)

    def function(x: jax.Array) -> jax.Array:
        y = f(x)
        io_callback(report, jax.ShapeDtypeStruct((), np.int32), y)
        return y

    def so_far() -> int:
        jax.effects_barrier()
        return values

    return function, so_far
