"""Lines of the user's source: what each costs in function and gradient, and what is kept of it."""

import re
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.ad_checkpoint import print_saved_residuals

from adcost.costs.count import count
from adcost.price.attribution import Lines
from adcost.price.lines import COLUMNS, by_line, table
from adcost.price.programs import Programs
from adcost.price.subject import subject

HERE = Path(__file__).name
N = 5
X = jnp.linspace(0.5, 1.5, N)


def rows(f, *args, **options):
    """The rows of a function's table by a word of their source."""
    found = by_line(f, args, **options)
    assert list(found.columns) == list(COLUMNS)
    return found


def row(found, words):
    (one,) = found[found.source.str.contains(words, regex=False)].itertuples()
    return one


def operations(one):
    return one.value, one.tangent, one.forward, one.reverse, one.gradient


def squares(x):
    y = x * x
    return y.sum()


def test_a_product_s_transpose_is_two_products_and_a_sum():
    found = rows(squares, X)
    assert operations(row(found, "y = x * x")) == (N, 3 * N, N, 3 * N, 4 * N)
    assert operations(row(found, "return y.sum()")) == (N - 1, N - 1, N - 1, 0, N - 1)
    assert set(found.executions) == {1}
    assert found.kept_bytes.sum() == 0  # x is an argument: it is there anyway
    assert set(found.file.map(lambda file: Path(file).name)) == {HERE}
    assert set(found.function) == {"squares"}


def sine_then_exp(x):
    y = jnp.sin(x)
    z = jnp.exp(y)
    return z.sum()


def test_what_a_line_makes_and_the_reverse_sweep_reads_is_kept_of_that_line():
    found = rows(sine_then_exp, X)
    assert operations(row(found, "jnp.sin")) == (N, 2 * N, 2 * N, N, 3 * N)  # sin and cos; cos · g
    assert operations(row(found, "jnp.exp")) == (N, N, N, N, 2 * N)
    assert row(found, "jnp.sin").kept_bytes == 4 * N  # the cosine
    assert row(found, "jnp.exp").kept_bytes == 4 * N  # its value
    assert row(found, "return").kept_bytes == 0


def scanned(x, rounds=7):
    def body(carry, _):
        carry = jnp.sin(carry)
        return carry, None

    last, _ = lax.scan(body, x, None, rounds)
    return last.sum()


def for_loop(x, rounds=7):
    last = lax.fori_loop(0, rounds, lambda _, carry: jnp.sin(carry), x)
    return last.sum()


def python_loop(x, rounds=7):
    for _ in range(rounds):
        x = jnp.sin(x)
    return x.sum()


@pytest.mark.parametrize("loop", [scanned, for_loop, python_loop])
def test_loops_multiply_operations_executions_and_what_is_kept(loop):
    one = row(rows(loop, X), "jnp.sin")
    assert operations(one)[:1] + operations(one)[2:] == (7 * N, 14 * N, 7 * N, 21 * N)
    assert one.executions == 7
    assert one.kept_bytes == 7 * 4 * N


def checkpointed(x):
    inner = jax.checkpoint(lambda y: jnp.exp(jnp.sin(y)))
    return inner(x).sum()


def test_a_checkpoint_keeps_nothing_and_computes_again_in_the_reverse_sweep():
    found = rows(checkpointed, X)
    one = row(found, "jax.checkpoint")
    assert found.kept_bytes.sum() == 0
    assert (one.value, one.forward) == (2 * N, 2 * N)
    assert one.reverse == 3 * N + 2 * N  # sin, cos and exp again; two products


def carried(x):
    def body(carry, each):
        step = carry * 2.0
        return step, carry * each

    _, out = lax.scan(body, x[0], x)
    return out.sum()


def test_a_carry_that_is_kept_is_of_the_line_that_made_it():
    assert row(rows(carried, X), "step = carry * 2.0").kept_bytes == 4 * N


@jax.jit
def helper(x):
    return jnp.exp(x)


def calls_twice(x):
    a = helper(x)
    b = helper(a)
    return b.sum()


def test_a_jitted_function_has_its_own_lines_for_all_that_call_it():
    one = row(rows(calls_twice, X), "return jnp.exp(x)")
    assert (one.value, one.executions) == (2 * N, 2)
    assert one.kept_bytes == 2 * 4 * N


def two_norms(x):
    a = jnp.linalg.norm(x)
    b = jnp.linalg.norm(x + 1.0)
    return a * b


def test_a_library_s_function_is_priced_where_it_is_called_each_time():
    found = rows(two_norms, X)
    norm = count(jnp.linalg.norm, X).total
    assert row(found, "a = jnp").value == norm
    assert row(found, "b = jnp").value == norm + N


def library(x):
    return optax.l2_loss(x).sum()


def test_a_line_is_the_user_s_and_a_library_s_only_where_there_is_no_other():
    assert set(rows(library, X).source) == {"return optax.l2_loss(x).sum()"}
    assert set(rows(optax.l2_loss, X).file.map(lambda file: Path(file).parent.name)) == {"losses"}


def takes_a_gradient(x):
    inner = jax.grad(lambda y: (y**3).sum())(x)
    return (inner * x).sum()


def test_the_reverse_sweep_of_an_inner_gradient_is_not_that_of_the_outer():
    found = rows(takes_a_gradient, X)
    assert found.value.sum() == count(takes_a_gradient, X).total
    assert row(found, "inner = jax.grad").forward > 0
    assert row(found, "inner = jax.grad").reverse > 0


def chosen(x):
    return lax.cond(x[0] > 0, jnp.sin, lambda y: y, x).sum()


def test_a_branch_that_is_jax_s_own_function_is_of_the_line_that_names_it():
    found = rows(chosen, X)
    assert set(found.source) == {"return lax.cond(x[0] > 0, jnp.sin, lambda y: y, x).sum()"}
    assert found.value.sum() == N + (N - 1) + 1


def by_index(w):
    y = 1.0
    for i in range(len(w)):
        y = y * w[i]
    return y


def test_a_product_by_index_costs_202_evaluations_for_200_and_all_are_its_line_s():
    found = rows(by_index, jnp.ones(200))
    one = row(found, "y = y * w[i]")
    assert len(found) == 1
    assert one.executions == one.value == 200
    assert one.gradient // one.value == 201 or one.gradient / one.value == pytest.approx(202, abs=1)


def several(x):
    y = x * x * x + x * x
    return y.sum() + sum(x[i] for i in range(3))


def test_several_operations_of_one_kind_on_a_line_are_one_execution():
    assert row(rows(several, X), "y = ").executions == 1


def stacked(x):
    return jnp.stack([x[0], x[1], x[2]]).sum()


def test_what_a_library_repeats_within_a_line_is_one_execution():
    assert set(rows(stacked, X).executions) == {1}


def test_shapes_trees_several_arguments_and_vectors_are_priced():
    def model(params, x):
        hidden = jnp.tanh(x @ params["w"])
        return hidden * params["b"]

    shape = partial(jax.ShapeDtypeStruct, dtype="float32")
    args = ({"w": shape((4, 3)), "b": shape((3,))}, shape((2, 4)))
    one = row(by_line(model, args), "hidden = ")
    assert one.value == 2 * 3 * 7 + 6  # a product of matrices, tanh
    both = by_line(model, args, argnums=(0, 1))
    assert row(both, "hidden = ").reverse > one.reverse  # x has a derivative too


def kept_by_jax(f, x, capsys):
    """Bytes of what JAX itself says that it saves, but for arguments and constants."""
    print_saved_residuals(f, x)
    sizes = re.findall(r"^f32\[([\d,]*)\] (?!from)", capsys.readouterr().out, re.MULTILINE)
    return sum(4 * eval("*".join(one.split(",")) or "1") for one in sizes)


@pytest.mark.parametrize(
    "f", [squares, sine_then_exp, scanned, python_loop, checkpointed, two_norms]
)
def test_as_many_bytes_are_kept_as_jax_says(f, capsys):
    assert by_line(f, (X,)).kept_bytes.sum() == kept_by_jax(f, X, capsys)


@jax.custom_vjp
def only_reverse(x):
    return jnp.sin(x)


only_reverse.defvjp(lambda x: (jnp.sin(x), jnp.cos(x)), lambda kept, g: (kept * g,))


def calls_only_reverse(x):
    return only_reverse(x).sum()


def while_loop(x):
    return lax.while_loop(lambda y: y.sum() < 100.0, lambda y: y * 2.0, x).sum()


def test_a_derivative_that_there_is_not_is_left_out():
    found = rows(calls_only_reverse, X)
    assert found.tangent.isna().all()
    assert found.value.sum() == N + (N - 1)
    assert found.gradient.sum() == count(jax.value_and_grad(calls_only_reverse), X).total
    assert found.kept_bytes.sum() == 4 * N
    found = rows(while_loop, X)
    assert found.gradient.isna().all()
    assert (found.value >= 0).all()


def library_scan(x):
    labels, lengths = jnp.zeros((1, 2), int), jnp.zeros((1, N))
    return optax.ctc_loss(jnp.stack([x, x], -1)[None], lengths, labels, jnp.zeros((1, 2))).sum()


def test_the_body_of_a_library_s_loop_is_of_the_user_s_line_that_calls_it():
    assert set(rows(library_scan, X).file.map(lambda file: Path(file).name)) == {HERE}


# On random functions the lines add up.

PIECES = {
    "sin": jnp.sin,
    "product": lambda x: x * x[::-1],
    "cumulative": jnp.cumsum,
    "where": lambda x: jnp.where(x > 0.3, x * 2.0, jnp.exp(x)),
    "relu": jax.nn.relu,
    "softmax": jax.nn.softmax,
    "norm": lambda x: x / jnp.linalg.norm(x),
    "index": lambda x: x * x[1] + x[2],
    "jit": helper,
    "scan": lambda x: lax.scan(lambda c, e: (jnp.sin(c) * e, c + e), 1.0, x)[1],
    "fori": lambda x: lax.fori_loop(0, 3, lambda i, c: c * x[i], x),
    "cond": lambda x: lax.cond(x.sum() > 0, jnp.cos, lambda y: y * 3.0, x),
    "checkpoint": jax.checkpoint(lambda x: jnp.exp(jnp.sin(x))),
    "gradient": jax.grad(lambda x: (x**3).sum()),
    "vmap": jax.vmap(lambda e: e * jnp.tanh(e)),
    "sort": jnp.sort,
}


def composed(names):
    def f(x):
        for name in names:
            x = PIECES[name](x)
        return x.sum()

    return f


@settings(max_examples=25)
@given(st.lists(st.sampled_from(sorted(PIECES)), min_size=1, max_size=4))
def test_lines_add_up_to_the_counts_of_function_and_gradient(names):
    f = composed(names)
    found = by_line(f, (X,))
    assert found.value.sum() == count(f, X).total
    assert found.gradient.sum() == count(jax.value_and_grad(f), X).total
    both = count(lambda x, v: jax.jvp(f, (x,), (v,)), X, X).total
    assert found.value.sum() + found.tangent.sum() == both
    assert "" not in set(found.file)


def chain(rounds):
    def f(x):
        for _ in range(rounds):
            x = helper(x) * x
        return x.sum()

    return f


def test_each_equation_is_attributed_once_however_long_the_program():
    """Calls, not seconds: their number grows in proportion to the equations."""
    calls = {}
    for rounds in (20, 40, 80):
        programs = Programs(subject(chain(rounds), (X,)))
        programs.jaxpr("gradient")
        seen = []

        def counting(self, equation, around, seen=seen, part=Lines.part):
            seen.append(equation)
            return part(self, equation, around)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("adcost.price.attribution.Lines.part", counting)
            table(programs)
        calls[rounds] = len(seen)
    assert calls[80] - calls[40] == pytest.approx(2 * (calls[40] - calls[20]), rel=0.05)
