r"""The trace and the diagonal of a matrix from products with it.

Hutchinson's estimator (Hutchinson, *Commun. Stat. Simul. Comput.* 19, 1990): for a random vector
with E[vvᵀ] = I

    tr A = E[vᵀAv] ≈ (1/V) Σᵢ vᵢᵀAvᵢ.

whatever the signs of A's eigenvalues; `trace_laws` says how far off. The diagonal comes from the
same products (Bekas, Kokiopoulou & Saad, *Appl. Numer. Math.* 57, 2007, §2):
Σᵢ vᵢ⊙Avᵢ ⊘ Σᵢ vᵢ⊙vᵢ.

Hutch++ (Meyer, Musco, Musco & Woodruff, SOSA 2021, algorithm 1) takes the trace exactly on the
range of AS for a thin random S, with orthonormal basis Q, and estimates only what is left:

    tr A = tr QᵀAQ + tr PAP,   P = I − QQᵀ.

A matrix enters as its product ``matvec``: v (d,) ↦ Av (d,). Functions are pure and may be jitted,
with counts, sizes and names fixed; ``key`` is a JAX key. Probe i of a key is the same whatever the
number of probes and the chunk.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from adcost.derivatives.vectors import require_finite, sum_of_squares

MatVec = Callable[[jax.Array], jax.Array]
Draw = Callable[[jax.Array, int, DTypeLike], jax.Array]


def rademacher(key: jax.Array, size: int, dtype: DTypeLike = float) -> jax.Array:
    """Independent signs ±1, each from one random bit: (size,)."""
    # `jax.random.rademacher` draws a word a sign, which costs a tenth of a small network's product.
    words = jax.random.bits(key, (-(-size // 32),), jnp.uint32)
    bits = (words[:, None] >> jnp.arange(32, dtype=jnp.uint32)) & 1
    return 1 - 2 * bits.ravel()[:size].astype(dtype)


def gaussian(key: jax.Array, size: int, dtype: DTypeLike = float) -> jax.Array:
    """Independent N(0, 1): (size,)."""
    return jax.random.normal(key, (size,), dtype)


def sphere(key: jax.Array, size: int, dtype: DTypeLike = float) -> jax.Array:
    """Uniform on the sphere of radius √size, which makes E[vvᵀ] = I: (size,)."""
    v = jax.random.normal(key, (size,), dtype)
    return v * jnp.sqrt(size / sum_of_squares(v)).astype(v.dtype)


PROBES: Mapping[str, Draw] = {"rademacher": rademacher, "gaussian": gaussian, "sphere": sphere}
"""Every distribution of probes by the name that the configuration uses."""


def draw(distribution: str) -> Draw:
    """A distribution by its name; raises ``ValueError`` naming those there are."""
    if distribution not in PROBES:
        known = ", ".join(PROBES)
        raise ValueError(f"no distribution of probes is called {distribution!r}; there are {known}")
    return PROBES[distribution]


def map_probes(
    of: Callable[[jax.Array], jax.Array],
    distribution: str,
    key: jax.Array,
    count: int,
    size: int,
    *,
    chunk: int,
    dtype: DTypeLike = float,
) -> jax.Array:
    """``of(v)`` for ``count`` probes v, ``chunk`` of them at a time, the rest of them last.

    Returns (count, …). Memory grows with the chunk, not with the count. ``ValueError`` for a count
    or a chunk below one and for an unknown distribution, ``TypeError`` if the product does not take
    probes of this ``size`` and ``dtype`` (which is JAX's default, and not the matrix's, if it is
    left out), and ``ArithmeticError`` if a product is not finite (of arrays, not inside of `jit`).
    """
    if count < 1 or chunk < 1:
        raise ValueError(f"count and chunk must be at least 1, not {count} and {chunk}")
    sample = draw(distribution)
    product = lambda i: of(sample(jax.random.fold_in(key, i), size, dtype))  # noqa: E731
    with _explained(size, dtype):
        found = jax.lax.map(product, jnp.arange(count), batch_size=min(chunk, count))
    return require_finite(found, "the matrix's product with a probe")


def quadratic_forms(matvec: MatVec, *arguments: Any, **options: Any) -> jax.Array:
    """vᵢᵀAvᵢ of each probe, (count,); their mean is Hutchinson's estimate. See `map_probes`."""
    return map_probes(lambda v: jnp.vdot(v, matvec(v)), *arguments, **options)


def hutchinson(matvec: MatVec, *arguments: Any, **options: Any) -> jax.Array:
    """Hutchinson's estimate of tr A, a scalar, from ``count`` products. See `map_probes`."""
    return quadratic_forms(matvec, *arguments, **options).mean()


def diagonal_products(matvec: MatVec, *arguments: Any, **options: Any) -> jax.Array:
    """vᵢ⊙Avᵢ and vᵢ⊙vᵢ of each probe, (count, 2, d), for `diagonal`. See `map_probes`."""
    return map_probes(lambda v: jnp.stack([v * matvec(v), v * v]), *arguments, **options)


def diagonal(products: jax.Array) -> jax.Array:
    """The estimate of A's diagonal, (d,), from any number of `diagonal_products` (n, 2, d)."""
    weighted, squares = products.sum(0)
    return weighted / squares


def unit_vectors(matvec: MatVec, size: int, *, chunk: int, dtype: DTypeLike = float) -> jax.Array:
    """aᵢᵢ and ‖Aeᵢ‖² for every i, (size, 2), from ``size`` products: exact but for rounding.

    Their sums are tr A and ‖A‖²_F, without ever holding A.
    """

    def entry(i: jax.Array) -> jax.Array:
        column = matvec(jnp.zeros(size, dtype).at[i].set(1))
        return jnp.stack([column[i], (column**2).sum()])

    with _explained(size, dtype):
        found = jax.lax.map(entry, jnp.arange(size), batch_size=min(chunk, size))
    return require_finite(found, "the matrix's product with a unit vector")


@contextmanager
def _explained(size: int, dtype: DTypeLike) -> Iterator[None]:
    """What JAX says of a probe that does not fit, after a sentence that says what to do."""
    try:
        yield
    except (TypeError, ValueError) as error:
        name = jax.dtypes.canonicalize_dtype(dtype).name
        raise TypeError(
            f"the matrix's product does not take a probe of shape ({size},) and dtype {name}; give "
            f"dtype=…, that of the matrix's own arrays. JAX says: {error}"
        ) from error


def hutch_plus_plus(
    matvec: MatVec, key: jax.Array, products: int, size: int, dtype: DTypeLike = float
) -> jax.Array:
    """Hutch++'s estimate of tr A from ``products`` products, a multiple of three: a scalar.

    A third makes the range AS, a third its exact part, a third estimates the rest; S and the probes
    are random signs. Unbiased for any A; the guarantee of a relative error ε from O(1/ε) products
    is for positive semidefinite A (theorem 1); for another, ε is of Σ|λᵢ| instead of tr A. Errors
    are those of `map_probes`, and
    ``ValueError`` for a number of products that is no positive multiple of three, or leaves P = 0.
    """
    rank = products // 3
    if products < 3 or products % 3 or rank >= size:
        raise ValueError(f"products must be a multiple of 3 in [3, {3 * size}), not {products}")
    sketch, probes = jax.random.rademacher(key, (2, rank, size), dtype)
    times = jax.vmap(matvec, in_axes=1, out_axes=1)
    with _explained(size, dtype):
        range_of = times(sketch.T)
    wide = jnp.promote_types(range_of.dtype, jnp.float32)  # LAPACK has no half precision
    q = jnp.linalg.qr(range_of.astype(wide))[0].astype(range_of.dtype)
    rest = probes.T - q @ (q.T @ probes.T)
    estimate = jnp.vdot(q, times(q)) + jnp.vdot(rest, times(rest)) / rank
    return require_finite(estimate, "the matrix's product with a probe")
