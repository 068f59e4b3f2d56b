"""What a shell, a notebook or a profile may set for JAX and matplotlib, which no job follows.

`JAX_ENABLE_X64` and `JAX_DEFAULT_PRNG_IMPL` change numbers, `MPLBACKEND` may name a module that is
not there: the configuration alone says what a job computes with. `XLA_FLAGS` stays, since every
table's metadata record it.
"""

from collections.abc import Mapping

PREFIXES = ("JAX_", "MPLBACKEND", "MATPLOTLIBRC", "IMAGEIO_")


def without(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of an environment that a job may see."""
    return {name: value for name, value in environment.items() if not name.startswith(PREFIXES)}
