"""Traps: each is found with line and price, what mends it is true, nobody else is accused."""

import warnings
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from adcost.costs.count import count
from adcost.costs.memory import program_bytes
from adcost.price import checkpoints, not_finite, precision, traps
from adcost.price.traps import find

HERE = Path(__file__)


def only(f, *args, **options):
    (trap,) = find(f, args, **options)
    assert Path(trap.file).name == HERE.name
    return trap


def source(trap):
    return HERE.read_text().splitlines()[trap.line - 1].strip()


def evaluations(f, *args):
    return count(jax.value_and_grad(f), *args).total / count(f, *args).total


def same(f, g, *args):
    np.testing.assert_allclose(f(*args), g(*args), rtol=1e-5)


# An element read by index.


def by_index(w):
    y = 1.0
    for i in range(len(w)):
        y = y * w[i]
    return y


def by_index_in_a_loop(w):
    return lax.fori_loop(0, len(w), lambda i, y: y * w[i], 1.0)


def handed_out(w):
    y, _ = lax.scan(lambda y, element: (y * element, None), jnp.ones((), w.dtype), w)
    return y


W = jnp.linspace(0.9, 1.1, 200)


@pytest.mark.parametrize("f", [by_index, by_index_in_a_loop])
def test_an_element_read_by_index_in_a_loop(f):
    trap = next(t for t in find(f, (W,)) if t.name == traps.INDEXED)
    assert "y * w[i]" in source(trap)
    assert trap.price in ("199 evaluations", "200 evaluations")
    same(f, handed_out, W)
    assert evaluations(f, W) > 200
    assert evaluations(handed_out, W) == pytest.approx(3, abs=0.1)
    assert find(handed_out, (W,)) == []


def two_elements(w):
    return jnp.sin(w[0]) * jnp.exp(w[1]) + jnp.sum(w * w)


def gathered(w):
    return jnp.sum(w[jnp.arange(50)] ** 2)


def layers(params, x):
    for i in range(params.shape[0]):
        x = jnp.tanh(x @ params[i])
    return jnp.sum(x)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (two_elements, (W,)),
        (gathered, (W,)),
        (layers, (jnp.ones((6, 8, 8)) / 8, jnp.ones((32, 8)))),
    ],
)
def test_an_index_that_costs_little_is_not_accused(f, args):
    assert find(f, args) == []


# NaN in the gradient where the value has none.


def hidden(x):
    return jnp.where(x > 0, jnp.log(x), 0.0).sum()


def both_safe(x):
    return jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, 1.0)), 0.0).sum()


def hidden_root(x):
    root = jnp.sqrt(x)
    return jnp.where(x > 0, root, 0.0).sum()


def root_both_safe(x):
    root = jnp.sqrt(jnp.where(x > 0, x, 1.0))
    return jnp.where(x > 0, root, 0.0).sum()


SOME_ZERO = jnp.array([0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("f", "mended", "line"),
    [(hidden, both_safe, "jnp.log(x)"), (hidden_root, root_both_safe, "root = jnp.sqrt(x)")],
)
def test_a_where_with_a_nan_on_the_branch_not_taken(f, mended, line):
    trap = only(f, SOME_ZERO)
    assert trap.name == not_finite.HIDDEN
    assert line in source(trap)
    assert "1 of the gradient's 3 numbers" in trap.price
    same(f, mended, SOME_ZERO)
    assert np.all(np.isfinite(jax.grad(mended)(SOME_ZERO)))
    assert find(mended, (SOME_ZERO,)) == []
    assert find(f, (SOME_ZERO + 1,)) == []


def distances(x):
    apart = jnp.linalg.norm(x[:, None] - x[None], axis=-1)
    return jnp.where(jnp.eye(3, dtype=bool), 0.0, apart).sum()


def roots_of_what_is_positive(x):
    square = jnp.sum((x[:, None] - x[None]) ** 2, axis=-1)
    positive = square > 0
    root = jnp.where(positive, jnp.sqrt(jnp.where(positive, square, 1.0)), 0.0)
    return jnp.where(jnp.eye(3, dtype=bool), 0.0, root).sum()


def test_a_root_at_0_on_both_branches_gets_the_rewrite_that_mends_both():
    """Two points are equal, so the distance is 0 off the diagonal that is left out, too."""
    x = jnp.array([[0.0, 1.0], [0.0, 1.0], [2.0, 3.0]])
    trap = only(distances, x)
    assert trap.name == not_finite.HIDDEN and not_finite.MEND[not_finite.ROOT] in trap.rewrite
    same(distances, roots_of_what_is_positive, x)
    assert find(roots_of_what_is_positive, (x,)) == []


def norm(x):
    return jnp.linalg.norm(x)


def norm_then_unrelated_where(x):
    size = jnp.linalg.norm(x)
    ramp = jnp.where(jnp.arange(3) > 1, 2.0, 3.0)
    return size * ramp.sum()


def norm_on_both_branches(x):
    size = jnp.linalg.norm(x)
    return jnp.where(size > 1, size, 3.0 * size)


def safe_norm(x):
    square = jnp.sum(x * x)
    positive = square > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, square, 1.0)), 0.0)


def roots_in_a_scan(x):
    def body(total, element):
        return total + jnp.sqrt(element), None

    return lax.scan(body, 0.0, x)[0]


@pytest.mark.parametrize(
    ("f", "x", "line"),
    [(norm, jnp.zeros(3), "norm(x)"), (norm_then_unrelated_where, jnp.zeros(3), "size = "),
     (norm_on_both_branches, jnp.zeros(3), "size = "),
     (roots_in_a_scan, SOME_ZERO, "jnp.sqrt(element)")],
)  # fmt: skip
def test_a_root_at_zero(f, x, line):
    trap = only(f, x)
    assert trap.name == not_finite.ROOT
    assert line in source(trap)
    assert find(f, (x + 1,)) == []


def test_a_norm_that_is_safe_at_zero():
    for x in (jnp.zeros(3), jnp.array([3.0, 4.0])):
        same(norm, safe_norm, x)
        assert find(safe_norm, (x,)) == []
    np.testing.assert_allclose(jax.grad(norm)(jnp.ones(3)), jax.grad(safe_norm)(jnp.ones(3)))


def log_of_a_matrix(a):
    values, vectors = jnp.linalg.eigh(a)
    return ((vectors * jnp.log(values)) @ vectors.T).trace()


def log_determinant(a):
    return jnp.linalg.slogdet(a)[1]


def sum_of_logarithms(a):
    return jnp.log(jnp.linalg.eigvalsh(a)).sum()


def test_a_repeated_eigenvalue():
    a = 2.0 * jnp.eye(3)
    trap = only(log_of_a_matrix, a)
    assert trap.name == not_finite.REPEATED
    assert "eigh" in source(trap)
    for mended in (log_determinant, sum_of_logarithms):
        same(log_of_a_matrix, mended, a)
        np.testing.assert_allclose(jax.grad(mended)(a), jnp.eye(3) / 2, rtol=1e-5)
        assert find(mended, (a,)) == []
    assert find(log_of_a_matrix, (jnp.diag(jnp.arange(1.0, 4.0)),)) == []


def singular(a):
    u, s, vt = jnp.linalg.svd(a, full_matrices=False)
    return jnp.sum((u * s**2) @ vt)


def test_a_repeated_singular_value():
    trap = only(singular, jnp.eye(3))
    assert trap.name == not_finite.REPEATED
    assert "svd" in source(trap)


# A loop written out.


def deep(params, x):
    for w in params:
        x = jnp.tanh(x * w)
        x = jnp.sin(x) + x * x
        x = x - jnp.cos(x)
    return x.sum()


def deep_scanned(params, x):
    def layer(x, w):
        x = jnp.tanh(x * w)
        x = jnp.sin(x) + x * x
        return x - jnp.cos(x), None

    return lax.scan(layer, x, jnp.stack(params))[0].sum()


def test_rounds_are_those_of_the_loop_whatever_a_line_repeats():
    def f(w, x):
        for _ in range(60):
            x = jnp.sin(x) * w * w + jnp.cos(x) * w + jnp.sin(w) + jnp.exp(x)
        return x.sum()

    (trap,) = (t for t in find(f, (jnp.ones(3), jnp.zeros(3))) if t.name == traps.UNROLLED)
    assert "all 60 rounds" in trap.sentence
    assert "a scan's body would have 10" in trap.sentence


def test_a_python_loop_that_would_scan():
    args = ([jnp.full(3, 0.1 * i) for i in range(60)], jnp.ones(3))
    trap = only(deep, *args)
    assert trap.name == traps.UNROLLED
    assert source(trap) == "for w in params:"
    assert "all 60 rounds" in trap.sentence
    same(deep, deep_scanned, *args)
    assert find(deep_scanned, args) == []
    equations = [len(jax.make_jaxpr(f)(*args).eqns) for f in (deep, deep_scanned)]
    assert equations[0] > 10 * equations[1]
    assert find(deep, (args[0][:5], args[1])) == []


# A checkpoint that saves nothing.

BLOCK = jnp.ones((30, 30)) / 30


def block(x):
    return jnp.tanh(jnp.sin(x @ BLOCK))


def idle(x):
    for _ in range(20):
        x = jax.checkpoint(block, prevent_cse=False)(x)
    return x.sum()


def kept_apart(x):
    for _ in range(20):
        x = jax.checkpoint(block)(x)
    return x.sum()


def busy(x):
    again = jax.checkpoint(block, prevent_cse=False)
    return lax.scan(lambda x, _: (again(x), None), x, None, 20)[0].sum()


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="the CPU's compiler")
def test_a_checkpoint_that_saves_nothing_on_the_cpu():
    x = jnp.ones((100, 30))
    trap = next(t for t in find(idle, (x,)) if t.name == checkpoints.IDLE)
    assert "jax.checkpoint(block, prevent_cse=False)(x)" in source(trap)
    for f in (busy, kept_apart):
        same(idle, f, x)
        assert not [t for t in find(f, (x,)) if t.name == checkpoints.IDLE]


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="the CPU's compiler")
def test_a_loop_over_stacked_parameters_holds_less_than_no_checkpoint():
    """Blocks with parameters of their own, as networks have them."""

    def chain(parameters, x, *, wrap):
        for w in parameters:
            x = wrap(lambda x, w: jnp.tanh(jnp.sin(x @ w)))(x, w)
        return jnp.sum(x**2)

    def stacked(parameters, x):
        body = lambda x, w: (jnp.tanh(jnp.sin(x @ w)), None)  # noqa: E731
        return jnp.sum(lax.scan(jax.checkpoint(body, prevent_cse=False), x, parameters)[0] ** 2)

    def held(f, parameters):
        value_and_gradient = jax.value_and_grad(f, argnums=(0, 1))
        return program_bytes(value_and_gradient, parameters, jnp.ones((400, 30))).temporaries

    blocks = [BLOCK] * 20
    plain = held(partial(chain, wrap=lambda f: f), blocks)
    for checkpoint in (jax.checkpoint, partial(jax.checkpoint, prevent_cse=False)):
        assert held(partial(chain, wrap=checkpoint), blocks) > 0.95 * plain
    before = held(stacked, jnp.stack(blocks))
    assert before < 0.6 * plain
    assert held(lambda blocks, x: stacked(jnp.stack(blocks), x), blocks) > 1.1 * before


def test_without_checkpoints_a_function_is_the_same():
    x = jnp.ones((100, 30))
    for f in (idle, busy):
        (plain,) = checkpoints.without(jax.make_jaxpr(f)(x))(x)
        np.testing.assert_allclose(plain, f(x), rtol=1e-6)
        assert "remat" not in str(jax.make_jaxpr(checkpoints.without(jax.make_jaxpr(f)(x)))(x))


# Precision and constants.

TABLE = np.ones((600, 600), np.float32)
WIDE = np.linspace(0, 1, 3)


def uses_a_constant(x):
    return (TABLE @ x).sum()


def given_the_data(x, data):
    return (data @ x).sum()


def test_a_large_constant_captured_by_closure():
    trap = only(uses_a_constant, jnp.ones(600))
    assert trap.name == traps.CONSTANT
    assert trap.price == "1.44 MB"
    assert "TABLE @ x" in source(trap)
    assert find(given_the_data, (jnp.ones(600), TABLE)) == []


def asks(x):
    return (jnp.zeros(3, dtype=jnp.float64) + x).sum()


def captures_wide(x):
    return (WIDE * x).sum()


def narrows_itself(x):
    return (jnp.asarray(WIDE, jnp.float32) * x).sum()


def test_float64_that_is_silently_float32():
    trap = only(asks, jnp.ones(3))
    assert trap.name == precision.NARROWED
    assert "dtype=jnp.float64" in source(trap)
    trap = only(captures_wide, jnp.ones(3))
    assert (trap.name, source(trap)) == (precision.NARROWED, "def captures_wide(x):")
    assert "WIDE" in trap.sentence
    assert find(narrows_itself, (jnp.ones(3),)) == []
    trap = only(two_elements, np.ones(3))
    assert "argument 0" in trap.sentence
    with jax.enable_x64(True):
        for f in (asks, captures_wide, two_elements):
            assert find(f, (np.ones(3),)) == []


def test_looking_for_float64_leaves_the_user_s_warnings_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = warnings.showwarning
        find(captures_wide, (jnp.ones(3),))
        assert warnings.showwarning is before


# Derivatives that are expensive by the operation.


def reciprocals(x):
    for _ in range(20):
        x = 1.0 / x
    return x


@jax.custom_jvp
def reciprocal(y):
    return 1.0 / y


@reciprocal.defjvp
def _rule(primals, tangents):
    z = reciprocal(*primals)
    return z, -z * z * tangents[0]


def reciprocals_with_a_rule(x):
    for _ in range(20):
        x = reciprocal(x)
    return x


def erfs(x):
    for _ in range(20):
        x = jax.scipy.special.erf(x)
    return x


def product(x):
    return jnp.prod(x)


def test_nested_reciprocals_and_what_mends_them():
    trap = only(reciprocals, 2.0)
    assert trap.name == traps.EXPENSIVE
    assert "1.0 / x" in source(trap)
    assert "def reciprocal" in trap.rewrite
    same(reciprocals, reciprocals_with_a_rule, 2.0)
    assert evaluations(reciprocals, 2.0) > 5.5
    assert evaluations(reciprocals_with_a_rule, 2.0) < 4.5
    assert find(reciprocals_with_a_rule, (2.0,)) == []


def test_of_erf_it_is_said_that_nothing_cheaper_is_known():
    trap = only(erfs, 0.5)
    assert trap.name == traps.EXPENSIVE
    assert "no cheaper way" in trap.rewrite
    assert "erf" in trap.sentence


def test_a_product_by_prod_and_by_a_scan():
    x = jnp.linspace(0.9, 1.1, 1000)
    trap = only(product, x)
    assert trap.name == traps.EXPENSIVE
    assert "lax.scan" in trap.rewrite
    same(product, handed_out, x)
    assert evaluations(handed_out, x) < 3.5 < 5 < evaluations(product, x)


# Nobody is accused without a reason.


def network(params, x, y):
    for w, b in params:
        x = jax.nn.relu(x @ w + b)
    return jnp.mean((x - y) ** 2)


def mixture(means, x):
    apart = ((x[:, None] - means[None]) ** 2).sum(-1)
    return -jax.nn.logsumexp(-apart, axis=1).sum()


def attention(q, k, v):
    weights = jax.nn.softmax(q @ k.T / jnp.sqrt(q.shape[-1]), axis=-1)
    return jnp.sum((weights @ v) ** 2)


def solve(a, b):
    return jnp.linalg.solve(a, b).sum()


def normal(*shape):
    return jnp.asarray(np.random.default_rng(0).standard_normal(shape), jnp.float32)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (network, ([(normal(4, 4), normal(4))] * 3, normal(8, 4), normal(8, 4))),
        (mixture, (normal(3, 2), normal(20, 2))),
        (attention, (normal(6, 4), normal(6, 4), normal(6, 4))),
        (solve, (normal(4, 4) + 4 * jnp.eye(4), normal(4))),
        (norm, (normal(5),)),
        (singular, (normal(4, 3),)),
        (both_safe, (normal(5),)),
    ],
)
def test_a_function_without_a_trap_is_not_accused(f, args):
    assert find(f, args) == []


def test_of_shapes_nothing_is_computed():
    shape = jax.ShapeDtypeStruct((3,), "float32")
    assert find(norm, (shape,)) == []
    assert find(by_index, (jax.ShapeDtypeStruct((200,), "float32"),))[0].name == traps.INDEXED
