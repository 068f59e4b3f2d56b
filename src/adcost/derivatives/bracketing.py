r"""In which order to multiply a chain's Jacobians: plans, their cost, and the cheapest of all.

A function F = F_L ∘ … ∘ F₁ with widths d₀, d₁, …, d_L has the Jacobian J = J_L ⋯ J₁. A plan makes
the Jacobian of the layers i … j, d_j × d_{i−1}, in one of three ways:

    forward   push the columns of what stands right of the layers through them, one tangent a column
    reverse   pull the rows of what stands left of the layers through them, one adjoint a row
    product   make the Jacobians of two halves and multiply the two matrices

Layers are not asked for their Jacobians, only for tangents and adjoints, so that each plan is a
program of `jax.jvp` and `jax.vjp` (`accumulation` runs it). With Eₗ the multiplications of one
tangent or adjoint of layer l (a dense matrix: dₗ·dₗ₋₁) the least cost of layers i … j is

    c(i, i) = min(dᵢ₋₁, dᵢ) · Eᵢ
    c(i, j) = min { dᵢ₋₁·E_j + c(i, j−1),  d_j·Eᵢ + c(i+1, j),
                    min over k of c(i, k) + c(k+1, j) + d_j·d_k·dᵢ₋₁ }

by dynamic programming, O(L³) (Griewank & Naumann, *Math. Program.* 95, 2003, for given Jacobians;
Naumann, *Matrix-Free Jacobian Chaining*, arXiv 2406.11862, for this case). Forward and reverse mode
are the plans that only push from the first layer on or only pull from the last. Where Jacobians
have structure or share values, an order outside these plans may do better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


class InconsistentShapes(ValueError):
    """A layer of a chain does not take what the layer before it gives."""


@dataclass(frozen=True)
class Layer:
    """What a plan knows of a layer; ``multiplications`` are those of one tangent or adjoint."""

    name: str
    inputs: int
    outputs: int
    multiplications: int


@dataclass(frozen=True)
class Forward:
    """Push the columns of ``seed``'s Jacobian (or of the identity) through first … last."""

    first: int
    last: int
    seed: "Plan | None" = None


@dataclass(frozen=True)
class Reverse:
    """Pull the rows of ``seed``'s Jacobian (or of the identity) through last … first."""

    first: int
    last: int
    seed: "Plan | None" = None


@dataclass(frozen=True)
class Product:
    """Multiply the Jacobian of the later layers by that of the earlier ones."""

    later: "Plan"
    earlier: "Plan"


Plan = Forward | Reverse | Product


def dense(widths: Sequence[int], extra: int = 0) -> tuple[Layer, ...]:
    """A chain of dense layers; ``extra`` multiplications a tangent for each number a layer gives.

    (An activation scales its layer's tangent: that is ``extra``.)
    """
    pairs = pairwise(widths)
    return tuple(
        Layer(f"layer {i}", inputs, outputs, inputs * outputs + extra * outputs)
        for i, (inputs, outputs) in enumerate(pairs, 1)
    )


def evaluation(widths: Sequence[int], slope: int = 0) -> int:
    """Multiplications that give every layer's value, and its activation's derivative, once.

    Σ (inputs + ``slope``)·outputs, where the derivative takes ``slope`` for each number.
    """
    return sum((inputs + slope) * outputs for inputs, outputs in pairwise(widths))


def check(chain: Sequence[Layer]) -> None:
    """Raise :class:`InconsistentShapes` at the first layer that does not fit the one before it."""
    if not chain:
        raise InconsistentShapes("a chain needs at least one layer")
    for before, after in pairwise(chain):
        if before.outputs != after.inputs:
            raise InconsistentShapes(
                f"{after.name} takes {after.inputs} numbers, but {before.name} before it gives "
                f"{before.outputs}"
            )


def forward(chain: Sequence[Layer]) -> Plan:
    """Forward mode: all columns from the first layer to the last."""
    return Forward(0, len(chain) - 1)


def reverse(chain: Sequence[Layer]) -> Plan:
    """Reverse mode: all rows from the last layer to the first."""
    return Reverse(0, len(chain) - 1)


def span(plan: Plan) -> tuple[int, int]:
    """The first and the last layer whose Jacobian a plan makes."""
    match plan:
        case Product(later, earlier):
            return span(earlier)[0], span(later)[1]
        case Forward(first, last, seed):
            return (first if seed is None else span(seed)[0]), last
        case Reverse(first, last, seed):
            return first, (last if seed is None else span(seed)[1])


def cost(plan: Plan, chain: Sequence[Layer]) -> int:
    """Multiplications of a plan, without those of the layers' values."""
    first, last = span(plan)
    columns, rows = chain[first].inputs, chain[last].outputs
    match plan:
        case Product(later, earlier):
            between = chain[span(earlier)[1]].outputs
            return cost(later, chain) + cost(earlier, chain) + rows * between * columns
        case Forward(start, end, seed):
            sweeps = columns
        case Reverse(start, end, seed):
            sweeps = rows
    through = sweeps * sum(layer.multiplications for layer in chain[start : end + 1])
    return through + (cost(seed, chain) if seed else 0)


def optimal(chain: Sequence[Layer]) -> Plan:
    """A plan of least cost. Raises :class:`InconsistentShapes`."""
    check(chain)
    best: dict[tuple[int, int], tuple[int, Plan]] = {}
    for length in range(len(chain)):
        for i in range(len(chain) - length):
            j = i + length
            plans = _plans(i, j, best)
            best[i, j] = min(((cost(plan, chain), plan) for plan in plans), key=lambda it: it[0])
    return best[0, len(chain) - 1][1]


def _plans(i: int, j: int, best: dict[tuple[int, int], tuple[int, Plan]]) -> list[Plan]:
    """The ways to make the Jacobian of layers i … j from the best of shorter runs of layers."""
    if i == j:
        return [Forward(i, i), Reverse(i, i)]
    plans = [_joined(Forward(j, j, best[i, j - 1][1])), _joined(Reverse(i, i, best[i + 1, j][1]))]
    return plans + [Product(best[k + 1, j][1], best[i, k][1]) for k in range(i, j)]


def _joined(plan: Plan) -> Plan:
    """Two sweeps of one mode, one right after the other, written as one."""
    match plan:
        case Forward(_, last, Forward(first, _, seed)):
            return Forward(first, last, seed)
        case Reverse(first, _, Reverse(_, last, seed)):
            return Reverse(first, last, seed)
    return plan


def describe(plan: Plan) -> str:
    """A plan in words, layers counted from 1: ``forward 3–4 × reverse 1–2``."""
    match plan:
        case Product(later, earlier):
            return f"({describe(later)}) × ({describe(earlier)})"
        case Forward(first, last, seed):
            mode = "forward"
        case Reverse(first, last, seed):
            mode = "reverse"
    layers = f"{first + 1}" if first == last else f"{first + 1}–{last + 1}"
    return f"{mode} {layers}" + (f" of ({describe(seed)})" if seed else "")
