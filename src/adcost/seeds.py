"""Randomness by name: a key depends on the seed and the point's name, never on order or time.

Adding a point to a sweep therefore changes no other point's numbers.
"""

import hashlib

import jax
import numpy as np


def number(seed: int | None, *names: object) -> int:
    """A 63-bit integer from the study's ``seed`` and a path of names, by SHA-256.

    Raises ``ValueError`` without a seed: a point that is not ``seeded`` draws nothing.
    """
    if seed is None:
        raise ValueError(f"{'/'.join(map(str, names))}: this point is planned with seeded=False")
    path = "/".join(str(name) for name in (seed, *names))
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big") >> 1


def key(seed: int | None, *names: object) -> jax.Array:
    """A JAX PRNG key for the point called ``names``."""
    # 32 bits are what `jax.random.key` keeps without 64-bit mode; the same key in both modes.
    return jax.random.key(np.uint32(number(seed, *names) & 0xFFFFFFFF))


def generator(seed: int | None, *names: object) -> np.random.Generator:
    """A NumPy generator for the point called ``names``."""
    return np.random.default_rng(number(seed, *names))
