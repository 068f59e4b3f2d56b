r"""The gradient of a feedforward network by hand: the lecture's recursion, in two forms.

Forward, for k = 1, …, t:    z_k = v_{k−1} w_k,  v_k = σ(z_k),  then L = L(v_t).
Backward, for k = t, …, 1:   the lecture («Архитектура прямого распространения») writes

    ∂L/∂v_k = ∂L/∂v_{k+1} · ∂v_{k+1}/∂v_k     (b × n_k) = (b × n_{k+1}) · (n_{k+1} × n_k)
    ∂L/∂w_k = ∂L/∂v_{k+1} · ∂v_{k+1}/∂w_k     (b × nn′) = (b × n_{k+1}) · (n_{k+1} × nn′)

with nn′ = n_{k−1}·n_k and v_{t+1} = L. `by_jacobians` is that, taken literally: one Jacobian of
each kind for every input of the batch, since σ′ differs from input to input, and a gradient for
each input, to be summed over the batch. `backprop` is what is computed in practice (Rumelhart,
Hinton & Williams 1986; Goodfellow, Bengio & Courville 2016, algorithm 6.4). The Jacobians have the
structure

    ∂v_{k+1}/∂v_k = diag(σ′(z_{k+1})) w_{k+1}ᵀ,       ∂v_k/∂w_k = diag(σ′(z_k)) (v_{k−1} ⊗ I),

so the products with them contract, with δ_k = ∂L/∂v_k ∘ σ′(z_k), to

    ∂L/∂w_k = v_{k−1}ᵀ δ_k,       ∂L/∂v_{k−1} = δ_k w_kᵀ:

two matrix products a layer, and no Jacobian. All functions are pure and may be jitted; arrays are
of one floating dtype, ``x`` (b, n₀), ``target`` (b, n_t), ``weights`` w_k of (n_{k−1}, n_k).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

Weights = Sequence[jax.Array]
Activation = Callable[[jax.Array], jax.Array]
Slope = Callable[[jax.Array, jax.Array], jax.Array]

SLOPES: Mapping[str, Slope] = {
    "identity": lambda z, v: jnp.ones_like(z),
    "relu": lambda z, v: (z > 0).astype(z.dtype),
    "logistic": lambda z, v: v * (1 - v),
    "tanh": lambda z, v: 1 - v * v,
    "gelu": lambda z, v: (
        (1 + jax.lax.erf(z / np.sqrt(2))) / 2 + z * jnp.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    ),
}
"""σ′ by the name of σ (as in `functions.feedforward`), from z and v = σ(z)."""


@partial(jax.tree_util.register_dataclass, data_fields=["by_v", "by_w"], meta_fields=[])
@dataclass(frozen=True)
class Derivatives:
    """What the backward pass makes: ``by_v[k − 1]`` is ∂L/∂v_k, ``by_w[k − 1]`` is ∂L/∂w_k."""

    by_v: list[jax.Array]
    by_w: list[jax.Array]


def forward_pass(
    weights: Weights, x: jax.Array, activation: Activation
) -> tuple[list[jax.Array], list[jax.Array]]:
    """z₁, …, z_t and v₀, …, v_t, all of which the backward pass needs: (b, n_k) each."""
    z, v = [], [x]
    for w in weights:
        z.append(v[-1] @ w)
        v.append(activation(z[-1]))
    return z, v


def error_slope(output: jax.Array, target: jax.Array) -> jax.Array:
    """∂L/∂v_t = (v_t − y)/b of the squared error `functions.feedforward.squared_error`."""
    return (output - target) / output.shape[0]


def backprop(
    weights: Weights, x: jax.Array, target: jax.Array, activation: Activation, slope: Slope
) -> Derivatives:
    """The contracted recursion: ∂L/∂v_k of (b, n_k) and ∂L/∂w_k of (n_{k−1}, n_k), every k."""
    z, v = forward_pass(weights, x, activation)
    by_v, by_w = [error_slope(v[-1], target)], list[jax.Array]()
    for k in range(len(weights), 0, -1):
        delta = by_v[0] * slope(z[k - 1], v[k])
        by_w.insert(0, v[k - 1].T @ delta)
        if k > 1:  # nobody asks for ∂L/∂v₀, the derivative by the data
            by_v.insert(0, delta @ weights[k - 1].T)
    return Derivatives(by_v, by_w)


def layer_jacobians(
    weights: Weights, x: jax.Array, target: jax.Array, activation: Activation, slope: Slope
) -> tuple[list[jax.Array], list[jax.Array]]:
    """The lecture's Jacobians, dense, for k = 1, …, t and each input of the batch.

    ∂v_{k+1}/∂v_k of (b, n_{k+1}, n_k) and ∂v_{k+1}/∂w_k of (b, n_{k+1}, n_{k−1}·n_k), where
    v_{t+1} = L and n_{t+1} = 1. Entry (i, pq) of the latter is (∂v_{k+1}/∂v_k)[i, q] σ′(z_k)[q]
    v_{k−1}[p]: numbers are many, their origins few.
    """
    z, v = forward_pass(weights, x, activation)
    batch = x.shape[0]
    by_v = [
        slope(z[k], v[k + 1])[:, :, None] * weights[k].T[None] for k in range(1, len(weights))
    ] + [error_slope(v[-1], target)[:, None, :]]
    by_w = []
    for k, jacobian in enumerate(by_v):
        through = jacobian * slope(z[k], v[k + 1])[:, None, :]
        outer = v[k][:, None, :, None] * through[:, :, None, :]
        by_w.append(outer.reshape(batch, jacobian.shape[1], -1))
    return by_v, by_w


def by_jacobians(
    weights: Weights, x: jax.Array, target: jax.Array, activation: Activation, slope: Slope
) -> Derivatives:
    """The recursion as the lecture writes it: ∂L/∂v_k (b, n_k), ∂L/∂w_k (b, n_{k−1}·n_k).

    Each row is one input's share of the gradient, which is the sum over the rows.
    """
    jacobians = layer_jacobians(weights, x, target, activation, slope)
    above = jnp.ones((x.shape[0], 1), x.dtype)  # ∂L/∂L
    by_v, by_w = list[jax.Array](), list[jax.Array]()
    for jacobian_v, jacobian_w in reversed(list(zip(*jacobians, strict=True))):
        by_w.insert(0, _rows_times(above, jacobian_w))
        above = _rows_times(above, jacobian_v)
        by_v.insert(0, above)
    return Derivatives(by_v, by_w)


def _rows_times(rows: jax.Array, matrices: jax.Array) -> jax.Array:
    """Row i times matrix i: (b, m) and (b, m, n) to (b, n)."""
    return jnp.einsum("bm,bmn->bn", rows, matrices)
