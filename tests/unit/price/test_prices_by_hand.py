"""Prices of small functions, worked out by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from unit.price.equilibrium import equilibrium

import adcost
from adcost.price import names, ways, words

COUNT_ONLY = ("timing", "memory", "lines", "traps", "checks", "trace", "eigenvalues")
N = 10
X = jnp.arange(1.0, N + 1)


def priced(f, *args, **options):
    return adcost.price(f, *args, **{"leave_out": COUNT_ONLY} | options)


def operations(tag, derivative, method=None):
    return tag.price_of(derivative, method).operations


def test_sum_of_squares():
    tag = priced(lambda x: jnp.sum(x * x), X)
    # 10 squares and 9 additions; backwards ȳ·x twice and their sum, 30 more.
    assert operations(tag, "function") == 19
    assert operations(tag, "gradient", names.REVERSE) == 49
    assert tag.price_of("gradient", names.REVERSE).counted == pytest.approx(49 / 19)
    assert tag.verdict == "The cheap gradient holds here: 2.6 evaluations."


def test_directional_derivative_of_sines():
    tag = priced(lambda x: jnp.sum(jnp.sin(x)), X)
    # sin, and cos times v; two sums.
    assert operations(tag, "function") == 10 + 9
    assert operations(tag, "directional derivative") == (10 + 9) + (10 + 10 + 9)


def test_gradient_by_differences_is_evaluations_and_what_joins_them():
    tag = priced(lambda x: jnp.sum(jnp.sin(x)), X)
    function = 19
    # One step to x, one subtraction and one division for each direction.
    one_sided = operations(tag, "gradient", names.ONE_SIDED)
    assert one_sided == (N + 1) * function + 3 * N
    central = operations(tag, "gradient", names.CENTRAL)
    assert central == 2 * N * function + 4 * N


def test_hessian_vector_product_of_a_quartic():
    tag = priced(lambda x: jnp.sum(x**4), X)
    # x⁴ is two products; its derivatives 4x³ and 12x² are in every nesting.
    counts = {m: operations(tag, "Hessian-vector product", m) for m in ways.PRODUCTS}
    assert set(counts) == set(ways.PRODUCTS)
    assert max(counts.values()) <= 2 * min(counts.values())


def test_a_linear_map_has_its_matrix_by_columns_or_rows():
    a = jnp.asarray(np.arange(12.0).reshape(3, 4))
    tag = priced(lambda x, a: a @ x, jnp.ones(4), a)
    function = 3 * (4 + 3)
    assert operations(tag, "function") == function
    # Columns are products with the 4 unit vectors, rows with 3.
    assert operations(tag, "Jacobian", names.COLUMNS) == 4 * function
    assert operations(tag, "Jacobian", names.ROWS) == 3 * 4 * (3 + 2)
    assert tag.verdict.startswith("The function is vector-valued: its Jacobian takes 2.9")
    assert "Hessian" not in set(tag.prices.derivative)


def test_a_product_by_index_is_not_cheap_and_the_verdict_says_which_line():
    n = 200

    def product(w):
        y = jnp.ones((), w.dtype)
        for_each = lambda i, y: y * w[i]  # noqa: E731
        return jax.lax.fori_loop(0, n, for_each, y)

    tag = priced(product, jnp.ones(n), leave_out=[p for p in COUNT_ONLY if p != "lines"])
    assert operations(tag, "function") == n
    assert tag.verdict.startswith("It does not: ")
    assert tag.price_of("gradient").counted > n
    assert "y * w[i]" in tag.verdict


def test_the_same_product_by_scan_is_cheap():
    def product(w):
        return jax.lax.scan(lambda y, v: (y * v, None), jnp.ones((), w.dtype), w)[0]

    tag = priced(product, jnp.ones(200))
    assert tag.price_of("gradient").counted <= 4


def test_what_has_no_count_is_named_and_the_rest_is_a_lower_bound():
    def f(x):
        fixed = jax.lax.stop_gradient(x)
        y = jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), fixed)
        return jnp.sum(x * y)

    tag = priced(f, X)
    assert list(tag.uncounted.primitive) == ["pure_callback"]
    assert tag.uncounted["where"].iloc[0].startswith(__file__.rpartition("/")[0])
    assert operations(tag, "function") == 19
    assert not tag.price_of("gradient").exact
    assert tag.verdict.startswith("No verdict: not all operations could be counted")


def test_a_loop_of_unknown_length_has_no_reverse_mode_and_forward_mode_a_price():
    def f(x):
        def halve(y):
            return y / 2

        return jnp.sum(jax.lax.while_loop(lambda y: jnp.sum(y) > 1, halve, x))

    tag = priced(f, X)
    row = tag.price_of("gradient", names.REVERSE)
    assert np.isnan(row.operations)
    assert "while loop" in row.note and "scan" in row.note
    assert tag.price_of("directional derivative").operations > 0
    assert tag.verdict.startswith("No verdict: the gradient has no price")


def test_a_custom_vjp_has_no_forward_mode():
    @jax.custom_vjp
    def square(x):
        return x * x

    square.defvjp(lambda x: (x * x, x), lambda x, g: (2 * x * g,))
    tag = priced(lambda x: jnp.sum(square(x)), X)
    assert "custom_vjp" in tag.price_of("directional derivative").note
    assert operations(tag, "gradient", names.REVERSE) == 19 + 20


def test_moving_data_is_no_arithmetic_so_there_is_no_ratio():
    tag = priced(lambda x: x[0], X)
    assert operations(tag, "function") == 0
    assert "no arithmetic" in tag.verdict


def test_shapes_are_counted_and_compiled_and_never_run():
    shape = jax.ShapeDtypeStruct((10**9,), "float32")
    tag = priced(lambda x: jnp.sum(x * x), shape, leave_out=("lines", "traps", "checks", "memory"))
    assert operations(tag, "function") == 2 * 10**9 - 1
    row = tag.price_of("gradient", names.REVERSE)
    assert row.total_bytes >= 4 * 10**9
    assert np.isnan(row.seconds)
    assert any("shapes" in note for note in tag.notes)


def test_a_tree_and_several_arguments_are_differentiated_together():
    def loss(p, x, q):
        return jnp.sum((p["a"] * x + q) ** 2)

    tag = priced(loss, {"a": jnp.ones(3)}, jnp.ones(3), jnp.ones(3), argnums=(0, 2))
    assert tag.function["size"] == 6
    assert [e["differentiated"] for e in tag.function["inputs"]] == [True, False, True]


def test_timed_prices_have_intervals_and_name_what_to_use():
    def f(x):
        return jnp.sum(jnp.tanh(jnp.outer(x, x)) ** 2)

    tag = adcost.price(
        f, jnp.linspace(0, 1, 40), time_limit=1, leave_out=("memory", "lines", "traps", "checks")
    )
    reverse = tag.price_of("gradient", names.REVERSE)
    assert reverse.timed_low <= reverse.timed <= reverse.timed_high
    assert set(tag.recommendations.derivative) >= {"gradient", "Hessian-vector product"}
    trace = tag.prices[tag.prices.derivative == names.TRACE]
    assert set(trace.method) == {"exact", "estimated to 0.01"}
    assert tag.prices[tag.prices.derivative == names.EIGENVALUES].operations.notna().all()
    assert "Price list" in str(tag) and "<svg" in tag._repr_html_()


def test_a_banded_jacobian_takes_a_product_for_each_of_three_colours():
    def residuals(x):
        return x[1:-1] ** 2 + x[2:] - x[:-2]

    tag = adcost.price(
        residuals, jnp.ones(60), time_limit=0.1, leave_out=("memory", "lines", "traps", "checks")
    )
    row = tag.price_of("Jacobian", names.COLOURS)
    assert row.note.startswith("3 colours for 60 columns")
    assert row.operations < operations(tag, "Jacobian", names.COLUMNS) / 10


def test_a_dense_matrix_has_no_row_by_colours_and_a_note():
    a = jnp.asarray(np.random.default_rng(0).standard_normal((30, 30)), "float32")
    tag = adcost.price(
        lambda x, a: a @ x, jnp.ones(30), a, time_limit=0.1,
        leave_out=("memory", "lines", "traps", "checks"),
    )  # fmt: skip
    assert names.COLOURS not in set(tag.prices.method)
    assert any(note.startswith("colours save little: 100%") for note in tag.notes)


def at_rest(a):
    found = equilibrium(lambda a, x: jnp.tanh(0.3 * x + a), a, jnp.zeros_like(a))
    return jnp.sum(jnp.sin(found))


def test_ways_that_end_in_a_reverse_rule_have_no_count():
    """JAX traces them and refuses to compile them: a count would recommend what cannot be done."""
    tag = priced(at_rest, X)
    forward = tag.price_of("directional derivative")
    assert np.isnan(forward.operations)
    assert forward.note == "forward mode does not go through its custom_vjp rule"
    products = tag.prices[tag.prices.derivative == names.HVP].set_index("method")
    assert list(products.index[products.operations.notna()]) == ["reverse over reverse"]
    chosen = tag.recommendations.set_index("derivative").loc[names.HVP]
    assert chosen.method == "reverse over reverse"


def test_the_hessian_of_a_function_with_a_reverse_rule_alone_is_by_reverse_mode():
    tag = priced(at_rest, X)
    rows = tag.prices[tag.prices.derivative == names.HESSIAN].set_index("method")
    assert list(rows.index[rows.operations.notna()]) == ["reverse over reverse"]
    product = tag.price_of(names.HVP, "reverse over reverse").operations
    # As many products, but for the gradient itself, which is computed once.
    assert product < rows.operations["reverse over reverse"] < X.size * product
    assert names.HESSIAN in set(tag.recommendations.derivative)
    # Where forward mode goes through, there is no such row.
    plain = priced(lambda x: jnp.sum(x**3), X)
    assert "reverse over reverse" not in set(
        plain.prices[plain.prices.derivative == names.HESSIAN].method
    )


def test_trace_and_eigenvalues_take_a_product_that_there_is():
    tag = adcost.price(at_rest, X, leave_out=["memory", "checks"])
    rows = tag.prices[tag.prices.derivative.isin([names.TRACE, names.EIGENVALUES])]
    assert rows.seconds.notna().sum() >= 2, list(rows.note)


def test_a_table_of_checkpoints_without_a_number_is_a_note():
    def f(x):
        return jnp.sum(jax.lax.while_loop(lambda y: jnp.sum(y) > 1, lambda y: y / 2, x))

    tag = adcost.price(f, X, leave_out=["timing", "lines", "traps", "checks"])
    assert tag.memory.empty
    assert any(n.startswith("checkpoints were not priced: reverse mode") for n in tag.notes)


def test_the_text_names_each_policy_and_says_a_reason_once():
    def f(x):
        def a_function_with_a_long_name_that_is_scanned(c, _):
            return jnp.sin(jnp.tanh(c @ c)), None

        return jnp.sum(jax.lax.scan(a_function_with_a_long_name_that_is_scanned, x, None, 9)[0])

    tag = adcost.price(f, jnp.eye(4), leave_out=["timing", "lines", "traps", "checks"])
    said = str(tag)
    for row in tag.memory[~tag.memory.note.str.startswith("the same")].itertuples():
        assert (row.policy if row.policy != "none" else words.AS_WRITTEN) in said
    said = str(adcost.price(at_rest, X, leave_out=["timing", "memory", "checks"]))
    assert said.count("custom_vjp rule") == 3 and "(as above)" in said and ".." not in said
