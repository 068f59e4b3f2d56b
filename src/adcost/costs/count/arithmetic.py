"""Operations of one primitive that holds no program: products, convolutions, sums, transforms."""

import math
from collections.abc import Collection

import numpy as np
from jax.lax import FftType

from adcost.costs.count import primitives
from adcost.costs.count.factorisations import FACTORISATIONS, eigenvalues_alone, qr
from adcost.costs.count.operations import Operations
from adcost.jax_versions import JaxprEqn, Var, array

PRODUCTS = frozenset("conv_general_dilated dot_general ragged_dot_general scaled_dot".split())
OTHERS = frozenset(
    """
    cumlogsumexp eig fft integer_pow one_minus_square polynomial qr rng_uniform
    select_and_scatter_add top_k
""".split()
)
KNOWN = PRODUCTS.union(
    OTHERS, FACTORISATIONS, *primitives.ELEMENTWISE.values(), *primitives.REPEATED.values()
)
"""Every primitive that `arithmetic` has a rule for."""


def arithmetic(equation: JaxprEqn, used: Collection[Var]) -> Operations | None:
    """Operations of an equation, or None if its primitive is in no table.

    ``used`` are the variables of its jaxpr that something needs.
    Work on integers and booleans is free but for their products, whatever the primitive.
    """
    name = equation.primitive.name
    floating = primitives.floating(*equation.invars, *equation.outvars)
    if name in PRODUCTS:
        found = _product(name, equation)
        if floating:
            return found
        return Operations(
            integer_multiplications=found.multiplications, integer_additions=found.additions
        )
    if not floating:
        return Operations()
    if name in primitives.UNCOUNTED and name != "eig":
        return None
    if name == "qr":
        return qr(equation, equation.outvars[0] in used)
    if name in FACTORISATIONS:
        return FACTORISATIONS[name](equation)
    if kind := primitives.kind_of(name, primitives.ELEMENTWISE):
        return Operations(**{kind: array(equation.outvars[0]).size})
    if kind := primitives.kind_of(name, primitives.REPEATED):
        return Operations(**{kind: applications(equation)})
    return _other(name, equation)


def applications(equation: JaxprEqn) -> int:
    """How often a reduction, running reduction or scatter applies its operation to two numbers."""
    name, params = equation.primitive.name, equation.params
    if name in ("addupdate", "accum_grad_in_ref"):
        return array(equation.invars[1]).size
    operand = array(equation.invars[0])
    size = array(equation.outvars[0]).size
    if name == "sort":
        keys, length = equation.invars[: params["num_keys"]], operand.shape[params["dimension"]]
        compared = length and primitives.floating(*keys)
        return size * (length - 1).bit_length() if compared else 0
    if name == "select_and_scatter":
        return array(equation.invars[1]).size
    if name.startswith("scatter"):
        return array(equation.invars[2]).size
    if "window_dimensions" in params:
        return size * (math.prod(params["window_dimensions"]) - 1)
    if name.startswith("cum"):
        length = operand.shape[params["axis"]]
        return size - size // length if length else 0
    return max(operand.size - size, 0)


def _other(name: str, equation: JaxprEqn) -> Operations | None:
    params, size = equation.params, array(equation.outvars[0]).size
    if name == "integer_pow":
        power = abs(params["y"])
        products = power.bit_length() + power.bit_count() - 2 if power else 0
        return Operations(multiplications=size * (products + (params["y"] < 0)))
    if name == "rng_uniform":  # a + (b − a)·bits
        return Operations(size, size)
    if name == "one_minus_square":  # (1 + x)·(1 − x), as JAX compiles it
        return Operations(size, 2 * size)
    if name == "polynomial":  # Horner's rule
        degree = max(len(equation.invars) - 2, 0)
        return Operations(degree, degree) * size
    if name == "select_and_scatter_add":  # max-pooling's transpose: finds the largest, adds there
        window = math.prod(params["window_dimensions"])
        return Operations(0, 1, window - 1) * array(equation.invars[0]).size
    if name == "cumlogsumexp":  # max(a, b) + log1p(exp(−|a − b|))
        return Operations(0, 2, 3, 2) * applications(equation)
    if name == "top_k":
        return _top_k(equation)
    if name == "fft":
        return _fft(equation)
    return eigenvalues_alone(equation) if name == "eig" else None


def _top_k(equation: JaxprEqn) -> Operations:
    """A tournament: n − k + Σ ⌈log₂ j⌉ over n − k + 1 < j ≤ n (Knuth, vol. 3, §5.3.3, (6))."""
    axis = equation.params.get("axis", -1)
    n, k = array(equation.invars[0]).shape[axis], array(equation.outvars[0]).shape[axis]
    if not n or not k:
        return Operations()

    def logarithms(m: int) -> int:  # Σ ⌈log₂ j⌉ over j ≤ m
        return m * (m - 1).bit_length() - 2 ** (m - 1).bit_length() + 1

    comparisons = n - k + logarithms(n) - logarithms(n - k + 1)
    return Operations(elementwise=comparisons) * (array(equation.invars[0]).size // n)


def _fft(equation: JaxprEqn) -> Operations:
    """5 n log₂ n real operations, 2 of 5 products; half for a real transform (Cooley & Tukey 1965).

    n is the number of all points of a transform of several axes.
    """
    n = math.prod(equation.params["fft_lengths"])
    transform = FftType(equation.params["fft_type"])
    real = transform in (FftType.RFFT, FftType.IRFFT)
    image = array(equation.outvars[0] if transform == FftType.IRFFT else equation.invars[0])
    transforms = image.size // n if n else 0
    steps = n * math.log2(n) / (2 if real else 1) if n else 0
    return Operations(round(2 * steps), round(3 * steps)) * transforms


def _product(name: str, equation: JaxprEqn) -> Operations:
    """A product or convolution; a sum of k products has k − 1 additions."""
    if name == "conv_general_dilated":
        return _convolution(equation)
    params, size = equation.params, array(equation.outvars[0]).size
    left = array(equation.invars[0])
    if name == "ragged_dot_general":
        return _ragged(equation)
    (contracted, _), _ = params["dimension_numbers"]
    depth = math.prod(left.shape[axis] for axis in contracted)
    product = Operations(depth, max(depth - 1, 0)) * size
    if name == "scaled_dot":  # both operands are scaled before
        return product + Operations(left.size + array(equation.invars[1]).size)
    return product


def _ragged(equation: JaxprEqn) -> Operations:
    """A grouped product, in which every row meets one group, whatever the groups' sizes.

    Where the ragged axis is summed over, each group has a sum of its own: of K rows in G groups,
    none empty, K − G additions.
    """
    numbers = equation.params["ragged_dot_dimension_numbers"]
    (contracted, _), _ = numbers.dot_dimension_numbers
    left, sizes = array(equation.invars[0]), array(equation.invars[2])
    size = array(equation.outvars[0]).size
    depth = math.prod(left.shape[axis] for axis in contracted)
    if numbers.lhs_ragged_dimensions[0] not in contracted:
        return Operations(depth, max(depth - 1, 0)) * size
    groups = sizes.shape[-1]
    return Operations(depth, max(depth - groups, 0)) * (size // groups if groups else 0)


def _convolution(equation: JaxprEqn) -> Operations:
    """Products of an entry of the kernel and one of the input, both really there.

    Groups need no care: a kernel's input features are those of its output feature's group.
    """
    params = equation.params
    image, kernel = (array(atom).shape for atom in equation.invars)
    result = array(equation.outvars[0]).shape
    numbers = params["dimension_numbers"]
    terms = windows = 1
    for axis, (low, _) in enumerate(params["padding"]):
        places = np.arange(result[numbers.out_spec[axis + 2]]) * params["window_strides"][axis]
        taps = np.arange(kernel[numbers.rhs_spec[axis + 2]]) * params["rhs_dilation"][axis]
        at = places[:, None] + taps - low
        dilation = params["lhs_dilation"][axis]
        there = (at >= 0) & (at % dilation == 0)
        there &= at // dilation < image[numbers.lhs_spec[axis + 2]]
        terms *= int(there.sum())
        windows *= int(there.any(axis=1).sum())
    batch, features, *_ = (result[axis] for axis in numbers.out_spec)
    products = batch * features * terms * kernel[numbers.rhs_spec[1]]
    return Operations(products, max(products - batch * features * windows, 0))
