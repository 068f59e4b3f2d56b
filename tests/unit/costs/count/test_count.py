"""Operations counted by hand, by XLA where there are no loops, and by formulas on random chains."""

from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from adcost.costs.count import Operations, count, count_jaxpr


def shape(*sizes, dtype="float32"):
    return jax.ShapeDtypeStruct(sizes, dtype)


def _xla(fn, *arguments):
    """XLA's own (operations, transcendental functions), before it optimises."""
    said = jax.jit(fn).lower(*arguments).cost_analysis()
    return said.get("flops", 0), said.get("transcendentals", 0)


# Operations themselves


def test_operations_add_and_repeat():
    one = Operations(1, 2, 3, 4)
    assert one.total == 10
    assert one + Operations(10, 20, 30, 40) == Operations(11, 22, 33, 44)
    assert one * 3 == one + one + one == Operations(3, 6, 9, 12)


def test_products_of_integers_are_in_no_total():
    one = Operations(1, 2, 3, 4, 50, 60)
    assert (one.total, tuple(one), one.integers) == (10, (1, 2, 3, 4), (50, 60))
    assert one + one == one * 2 == Operations(2, 4, 6, 8, 100, 120)


# One primitive, by hand


@pytest.mark.parametrize(
    ("fn", "shapes", "expected"),
    {
        "product m×k by k×n": (jnp.matmul, [(3, 4), (4, 5)], (60, 45, 0, 0)),
        "batch of products": (jnp.matmul, [(7, 3, 4), (7, 4, 5)], (420, 315, 0, 0)),
        "inner product": (jnp.vdot, [(6,), (6,)], (6, 5, 0, 0)),
        "outer product": (jnp.outer, [(3,), (4,)], (12, 0, 0, 0)),
        "contraction of two axes": (
            lambda a, b: jnp.einsum("ijk,jkl->il", a, b),
            [(2, 3, 4), (3, 4, 5)],
            (120, 110, 0, 0),
        ),
        "sum": (jnp.sum, [(3, 4)], (0, 11, 0, 0)),
        "sum along an axis": (lambda x: x.sum(1), [(3, 4)], (0, 9, 0, 0)),
        "sum of nothing": (jnp.sum, [(0,)], (0, 0, 0, 0)),
        "product": (jnp.prod, [(5,)], (4, 0, 0, 0)),
        "largest": (jnp.max, [(5,)], (0, 0, 4, 0)),
        "place of the largest": (jnp.argmax, [(5,)], (0, 0, 4, 0)),
        "running sum": (lambda x: jnp.cumsum(x, 1), [(3, 4)], (0, 9, 0, 0)),
        "division": (lambda x, y: x / y, [(3,), (3,)], (3, 0, 0, 0)),
        "subtraction": (lambda x, y: x - y, [(3,), (3,)], (0, 3, 0, 0)),
        "negation": (jnp.negative, [(3,)], (0, 0, 3, 0)),
        "comparison and selection": (lambda x: jnp.where(x > 0, x, 0), [(3,)], (0, 0, 6, 0)),
        "square root": (jnp.sqrt, [(3,)], (0, 0, 0, 3)),
        "real power": (jnp.power, [(3,), (3,)], (0, 0, 0, 3)),
        "x⁷ = x·x²·x⁴": (lambda x: x**7, [(3,)], (12, 0, 0, 0)),
        "x⁻²": (lambda x: x**-2, [(3,)], (6, 0, 0, 0)),
        "sorting": (jnp.sort, [(2, 10)], (0, 0, 80, 0)),
        "moving data": (
            lambda x: jnp.concatenate([x.T.reshape(-1)[2:5], jnp.flip(x[0])]).astype("float16"),
            [(3, 4)],
            (0, 0, 0, 0),
        ),
        "writing into": (lambda x, y: x.at[jnp.array([2, 0])].set(y), [(3,), (2,)], (0,) * 4),
        "adding into": (
            lambda x, y: x.at[jnp.array([2, 0, 2])].add(y),
            [(3, 5), (3, 5)],
            (0, 15, 0, 0),
        ),
        "sums of segments": (
            lambda x: jax.ops.segment_sum(x, jnp.array([0, 1, 0, 1]), 2),
            [(4,)],
            (0, 4, 0, 0),
        ),
        "pooling by the mean": (
            lambda x: lax.reduce_window(x, 0.0, lax.add, (2, 2), (2, 2), "VALID") / 4,
            [(4, 6)],
            (6, 18, 0, 0),
        ),
        "pooling by the largest": (
            lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID"),
            [(4, 6)],
            (0, 0, 18, 0),
        ),
        "norm": (jnp.linalg.norm, [(6,)], (6, 5, 0, 1)),
    }.values(),
)
def test_primitives(fn, shapes, expected):
    assert count(fn, *(shape(*sizes) for sizes in shapes)) == Operations(*expected)


def test_pooling_s_transpose_compares_and_adds_once_for_a_window():
    def pool(x):
        return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID")

    counted = count(lambda x, g: jax.vjp(pool, x)[1](g), shape(4, 6), shape(2, 3))
    assert counted == Operations(additions=6, elementwise=18)


def test_integers_and_random_bits_are_not_arithmetic():
    def fn(key, n):
        index = (jnp.arange(8) * n + 3) % 8
        return jnp.sort(index), jnp.cumsum(index), index * index, jax.random.bits(key, (4,))

    assert count(fn, jax.random.key(0), shape(dtype="int32")) == Operations()
    # The four numbers drawn uniformly from [0, 1) are made by subtracting one, scaling, shifting.
    assert count(lambda key: jax.random.uniform(key, (4,)), jax.random.key(0)).total > 0


def test_ints_added_into_places_are_free_and_sorting_by_ints_as_well():
    def fn(x, keys):
        return keys.at[jnp.array([1])].add(2), lax.sort((keys, x), num_keys=1)

    assert count(fn, shape(8), shape(8, dtype="int32")) == Operations()


# Convolutions

IMAGES, KERNEL = shape(2, 4, 8, 8), shape(6, 4, 3, 3)


def _conv(x, k, stride=1, padding="VALID", **groups):
    return lax.conv_general_dilated(x, k, (stride, stride), padding, **groups)


def test_convolution_by_hand():
    # 2 images × 6 features × 6·6 places, each 4 features × 9 taps
    expected = Operations(2 * 6 * 36 * 36, 2 * 6 * 36 * 35)
    assert count(_conv, IMAGES, KERNEL) == expected


def test_feature_groups_see_their_own_features_only():
    fn = partial(_conv, feature_group_count=2)
    expected = Operations(2 * 6 * 36 * 18, 2 * 6 * 36 * 17)
    assert count(fn, IMAGES, shape(6, 2, 3, 3)) == expected


def test_batch_groups_halve_the_batch():
    fn = partial(_conv, batch_group_count=2)
    assert count(fn, IMAGES, KERNEL) == Operations(6 * 36 * 36, 6 * 36 * 35)


def test_products_with_padding_are_left_out():
    # Along each axis of 8 places, 2 see two taps and 6 see three: 22 of 24.
    counted = count(partial(_conv, padding="SAME"), IMAGES, KERNEL)
    assert counted == Operations(2 * 6 * 4 * 22**2, 2 * 6 * (4 * 22**2 - 64))


def test_the_transpose_of_a_strided_convolution_does_as_many_products():
    # Its jaxpr dilates the input with zeros, which must not count.
    fn = partial(_conv, stride=2, padding="SAME")
    forward = count(fn, IMAGES, KERNEL)
    g = shape(2, 6, 4, 4)
    to_image = count(lambda k, g: jax.linear_transpose(lambda x: fn(x, k), IMAGES)(g), KERNEL, g)
    to_kernel = count(lambda x, g: jax.linear_transpose(lambda k: fn(x, k), KERNEL)(g), IMAGES, g)
    assert to_image.multiplications == to_kernel.multiplications == forward.multiplications


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": "SAME"},
        {"stride": 2, "padding": "SAME"},
        {"stride": 3, "padding": [(2, 1), (0, 2)]},
        {"batch_group_count": 2},
        {"padding": "SAME", "rhs_dilation": (2, 2)},
        {"padding": [(2, 1), (1, 0)], "lhs_dilation": (2, 2)},
    ],
    ids=str,
)
def test_convolutions_products_are_xla_s(options):
    counted = count(partial(_conv, **options), IMAGES, KERNEL)
    assert 2 * counted.multiplications == _xla(partial(_conv, **options), IMAGES, KERNEL)[0]


# Control flow


def _layer(x, w):
    return jnp.tanh(x @ w)


LAYER = Operations(2 * 3 * 3, 2 * 3 * 2, 0, 6)  # x: (2, 3), w: (3, 3)


def test_a_scan_is_its_body_times_its_length():
    fn = partial(lax.scan, lambda x, w: (_layer(x, w), None))
    assert count(fn, shape(2, 3), shape(11, 3, 3)) == LAYER * 11


def test_nested_scans_multiply():
    def inner(x, ws):
        return lax.scan(lambda x, w: (_layer(x, w), None), x, ws)[0] + 1.0, None

    counted = count(partial(lax.scan, inner), shape(2, 3), shape(5, 7, 3, 3))
    assert counted == (LAYER * 7 + Operations(additions=6)) * 5


def test_a_conditional_is_its_most_expensive_branch():
    def fn(p, x):
        return lax.cond(p, lambda x: x * 2.0, lambda x: jnp.sin(x) + x * x, x)

    assert count(fn, True, shape(5)) == Operations(5, 5, 0, 5)


def test_jit_within_jit_costs_nothing_by_itself():
    inner = jax.jit(_layer)
    outer = jax.jit(lambda x, w: inner(inner(x, w), w))
    assert count(outer, shape(2, 3), shape(3, 3)) == LAYER * 2


def test_functions_with_rules_of_their_own():
    assert count(jax.nn.relu, shape(4)) == Operations(elementwise=4)
    # x·(½·(1 + tanh(√(2/π)·(x + 0.044715·x³)))), x³ by two products
    assert count(jax.nn.gelu, shape(4)) == Operations(6 * 4, 2 * 4, 0, 4)
    counted = count(jax.nn.logsumexp, shape(4))
    assert counted.transcendental == 5 and counted.additions == 4 + 3 + 1


def test_custom_vjp_counts_the_function_forward_and_the_rule_backward():
    @jax.custom_vjp
    def fn(x):
        return jnp.sin(x) * 2.0

    fn.defvjp(lambda x: (fn(x), x), lambda x, g: (g * jnp.cos(x),))
    assert count(fn, 1.0) == Operations(1, 0, 0, 1)
    assert count(jax.grad(fn), 1.0) == Operations(1, 0, 0, 1)  # the value is not asked for
    assert count(jax.value_and_grad(fn), 1.0) == Operations(2, 0, 0, 2)


def test_a_checkpoint_counts_what_is_computed_again():
    def chain(x):
        return jnp.sin(jnp.sin(jnp.sin(x)))

    stored = count(jax.value_and_grad(chain), 1.0)
    again = count(jax.value_and_grad(jax.checkpoint(chain)), 1.0)
    assert stored.transcendental == 3 + 3
    assert again.transcendental == 3 + 2 + 3  # the last sine is not needed the second time
    assert again.multiplications == stored.multiplications


def test_the_gradient_of_a_scan():
    def loss(ws, x):
        return lax.scan(lambda x, w: (x @ w, None), x, ws)[0].sum()

    depth, batch, width = 9, 2, 3
    product = Operations(batch * width**2, batch * width * (width - 1))
    to_weights = Operations(batch * width**2, (batch - 1) * width**2)
    counted = count(jax.grad(loss), shape(depth, width, width), shape(batch, width))
    assert counted == (product + product + to_weights) * depth


def test_what_no_output_needs_is_not_counted():
    assert count(lambda x: (jnp.exp(x), x * 2.0)[1], 1.0) == Operations(multiplications=1)
    jaxpr = jax.make_jaxpr(jax.grad(lambda x: jnp.exp(jnp.sin(x))))(1.0)
    assert count_jaxpr(jaxpr).transcendental == 3  # sin, cos, and exp for the derivative


# Against XLA, on programs without loops


def _mlp(weights, x):
    for w, b in weights:
        x = jnp.tanh(x @ w + b)
    return x


WEIGHTS, X = [(shape(7, 7), shape(7))] * 3, shape(5, 7)


def _pairwise(x, d):
    return jnp.sum((jnp.sum((x[:, None] - x[None]) ** 2, -1) - d) ** 2)


@pytest.mark.parametrize(
    ("fn", "arguments", "entries"),
    {
        # ``entries``: of the products' results, for each of which XLA adds one addition more.
        "network": (_mlp, (WEIGHTS, X), 3 * 35),
        "its loss": (lambda ws, x: jnp.sum(_mlp(ws, x) ** 3), (WEIGHTS, X), 3 * 35),
        "its pullback": (
            lambda ws, x, g: jax.vjp(lambda ws: _mlp(ws, x), ws)[1](g),
            (WEIGHTS, X, X),
            3 * 35 + 2 * 35 + 3 * 49,
        ),
        "its tangent": (
            lambda ws, x, v: jax.jvp(lambda x: _mlp(ws, x), (x,), (v,)),
            (WEIGHTS, X, X),
            6 * 35,
        ),
        "pairwise distances": (_pairwise, (shape(6, 2), shape(6, 6)), 0),
        "log_softmax": (jax.nn.log_softmax, (shape(3, 5),), 0),
        "sort": (jnp.sort, (shape(10),), 0),
        "convolutions": (
            lambda x, k: jnp.exp(_conv(x, k, padding="SAME")),
            (IMAGES, KERNEL),
            2 * 6 * 64,
        ),
    }.values(),
)
def test_xla_counts_the_same(fn, arguments, entries):
    counted = count(fn, *arguments)
    said = (counted.total - counted.transcendental + entries, counted.transcendental)
    assert said == _xla(fn, *arguments)


def test_xla_saves_the_products_with_one_that_a_gradient_begins_with():
    def loss(ws, x):
        y = _mlp(ws, x)
        return jnp.sum(y * y)

    counted = count(jax.grad(loss), WEIGHTS, X)
    entries, ones = 5 * 35 + 3 * 49, 2 * 35
    flops, transcendentals = _xla(jax.grad(loss), WEIGHTS, X)
    assert counted.total - counted.transcendental + entries - ones == flops
    assert counted.transcendental == transcendentals


def test_xla_optimised_stays_near():
    """Fusion and simplification move a few operations, never the products of matrices."""

    def loss(ws, x):
        return jnp.sum(_mlp(ws, x) ** 2)

    weights = [(shape(64, 64), shape(64))] * 3
    compiled = jax.jit(jax.grad(loss)).lower(weights, shape(32, 64)).compile()
    counted = count(jax.grad(loss), weights, shape(32, 64))
    assert compiled.cost_analysis()["flops"] == pytest.approx(counted.total, rel=0.03)


# Laws


@settings(max_examples=30)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=7))
def test_a_chain_of_products_follows_the_formula(sizes):
    def chain(first, *others):
        for other in others:
            first = first @ other
        return first

    m, *inner = sizes
    pairs = list(pairwise(inner))
    counted = count(chain, shape(m, inner[0]), *(shape(k, n) for k, n in pairs))
    expected = [Operations(m * k * n, m * (k - 1) * n) for k, n in pairs]
    assert counted == sum(expected, Operations())


UNARY = st.sampled_from([jnp.tanh, jnp.sum, jnp.cumsum, jnp.square, jax.nn.relu, lambda x: x / 3])


@settings(max_examples=30)
@given(UNARY, st.integers(0, 40), st.integers(1, 5))
def test_a_scan_of_anything_is_so_many_bodies(fn, length, size):
    def body(x, _):
        return jnp.broadcast_to(fn(x), x.shape), None

    once = count(lambda x: body(x, None)[0], shape(size))
    assert count(lambda x: lax.scan(body, x, None, length)[0], shape(size)) == once * length


@settings(max_examples=30)
@given(UNARY, UNARY, st.integers(1, 5))
def test_composition_adds(first, second, size):
    x = shape(size)
    between = jax.eval_shape(first, x)
    expected = count(first, x) + count(lambda y: second(jnp.atleast_1d(y)), between)
    assert count(lambda x: second(jnp.atleast_1d(first(x))), x) == expected


# What the study differentiates


def _scanned(x):
    """GELU layers of 3×3 weights, from a flat vector."""
    y = lax.scan(lambda y, w: (jax.nn.gelu(y @ w), None), jnp.ones((2, 3)), x.reshape(-1, 3, 3))[0]
    return jnp.sum(y**2)


PRODUCTS = {
    "reverse over reverse": lambda f, x, v: jax.grad(lambda y: jnp.vdot(jax.grad(f)(y), v))(x),
    "forward over reverse": lambda f, x, v: jax.jvp(jax.grad(f), (x,), (v,))[1],
    "reverse over forward": lambda f, x, v: jax.grad(lambda y: jax.jvp(f, (y,), (v,))[1])(x),
}


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS.keys())
def test_hessian_vector_products_grow_linearly_and_cost_a_few_functions(product):
    def counted(depth):
        x = shape(9 * depth)
        return count(partial(product, _scanned), x, x).total

    assert counted(1_000) - counted(900) == counted(200) - counted(100)
    x = shape(900)
    function, gradient = count(_scanned, x).total, count(jax.grad(_scanned), x).total
    assert function < gradient < 5 * function
    assert gradient < counted(100) < 5 * gradient


def test_a_hessian_costs_as_many_tangents_as_there_are_parameters():
    def counted(depth):
        return count(jax.hessian(_scanned), shape(9 * depth)).total

    assert counted(8) / counted(4) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize(
    ("fn", "sizes"),
    [
        (jnp.linalg.norm, (6,)),
        (lambda x: jax.nn.log_softmax(x)[0], (6,)),
        (lambda x: _pairwise(x.reshape(3, 2), jnp.ones((3, 3))), (6,)),
        (jnp.max, (6,)),
        (lambda x: jnp.mean(jax.nn.gelu(x, approximate=False)), (6,)),
        (lambda x: jnp.var(jax.nn.silu(x)) + jax.nn.softplus(x).sum(), (6,)),
        (lambda x: jax.nn.relu(x).sum() + jnp.abs(x).min() + jnp.prod(x), (6,)),
    ],
)
def test_derivatives_of_common_functions_have_no_unknown_primitive(fn, sizes):
    x = shape(*sizes)
    function = count(fn, x).total
    assert 0 < function
    assert count(jax.value_and_grad(fn), x).total > function
    for product in PRODUCTS.values():
        assert count(partial(product, fn), x, x).total >= 0
    assert count(jax.hessian(fn), x).total >= 0
