"""Where the borders of `graph_traces`' claims lie: a fault just beyond, one just within."""

import pytest

from adcost.experiments.graph_traces.claims import judge

from .recorded import recorded
from .synthetic import changed, check_border, put, value

U = 2.0**-53
ROWS = {"name": "steps", "expression": "lecture"}


@pytest.fixture(scope="module")
def tables():
    return recorded("graph_traces")


def _off(units, sweep, node, column="derivative"):
    """A derivative that is 1 is 1 + 20u (even numbers of u are floating-point numbers)."""
    return put(1 + units * U, column=column, sweep=sweep, node=node, **ROWS)


def _count(more, method, quantity, function="rosenbrock", size=4):
    return put(lambda rows: rows.value + more, method=method, quantity=quantity,
               function=function, size=size)  # fmt: skip


def _grows(numbers, method):
    """What a compiled program holds more at 64 links than at 4, for each of the 60 between."""

    def change(tables):
        labels = {"method": method, "quantity": "temporary_bytes", "function": "sines"}
        least = value(tables["measurements"], **labels, size=4)
        put(least + 8 * 60 * numbers, **labels, size=64)(tables)

    return change


# 2 · 64 bytes are 16 numbers, over the 60 links between the shortest chain and the longest.
SLACK = 16 / 60

BORDERS = [
    ("forward_w1", "closed", _off(20, "forward_w1", "w1"), _off(22, "forward_w1", "w1")),
    ("forward_w2", "closed", _off(-20, "forward_w2", "w2"), _off(-21, "forward_w2", "w2")),
    ("reverse", "closed", _off(20, "reverse", "L"), _off(22, "reverse", "L")),
    ("forward_w1", "JAX", _off(-19, "forward_w1", "w1", "by_jax"),
     _off(-21, "forward_w1", "w1", "by_jax")),
    ("reverse", "JAX", _off(18, "reverse", "v3", "by_jax"), _off(24, "reverse", "v3", "by_jax")),
    # A derivative of zero must be met exactly.
    ("forward_w1", "closed", put(0.0, column="derivative", sweep="forward_w1", node="w2", **ROWS),
     put(1e-300, column="derivative", sweep="forward_w1", node="w2", **ROWS)),
    ("one_reverse_sweep", "reverse sweeps", _count(0, "reverse", "sweeps"),
     _count(1, "reverse", "sweeps")),
    ("one_reverse_sweep", "forward sweeps", _count(0, "forward", "sweeps"),
     _count(-1, "forward", "sweeps")),
    ("one_reverse_sweep", "multiplications", _count(0, "forward", "multiplications"),
     _count(1, "forward", "multiplications")),
    ("reverse_stores_all", "of all values", _count(0, "reverse", "values_held"),
     _count(-1, "reverse", "values_held")),
    ("reverse_stores_all", "values a link, reverse",
     _count(0, "reverse", "values_held", "sines", 16),
     _count(1, "reverse", "values_held", "sines", 16)),
    ("reverse_stores_all", "values a link, forward",
     _count(0, "forward", "values_held", "sines", 64),
     _count(1, "forward", "values_held", "sines", 64)),
    ("reverse_stores_all", "JAX reverse", _grows(1 + 0.98 * SLACK, "jax_reverse"),
     _grows(1 + 1.02 * SLACK, "jax_reverse")),
    ("reverse_stores_all", "JAX reverse", _grows(1 - 0.98 * SLACK, "jax_reverse"),
     _grows(1 - 1.02 * SLACK, "jax_reverse")),
    ("reverse_stores_all", "JAX forward", _grows(0.98 * SLACK, "jax_forward"),
     _grows(1.02 * SLACK, "jax_forward")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "unit", "within", "beyond"),
    BORDERS,
    ids=[f"{name}-{unit}-{k}" for k, (name, unit, *_) in enumerate(BORDERS)],
)
def test_evidence_turns_at_its_border(tables, name, unit, within, beyond):
    check_border(judge, tables, f"graph_traces.{name}", unit, within, beyond)


def test_the_last_slide_as_written_is_held_against_the_derivative(tables):
    """∂L/∂v₁ · v₁ is w₂ = 3 times ∂L/∂w₂; where both were equal nothing would be wrong."""
    (claim,) = (claim for claim in judge(tables) if claim.id == "graph_traces.reverse")
    slip = claim.evidence[0]
    assert slip.measured.value == pytest.approx(3) and slip.verdict == "refuted"
    derivative = value_of(tables, "v1", "derivative") * value_of(tables, "v1", "value")
    equal = put(derivative, column="derivative", sweep="reverse", node="w2", **ROWS)
    (claim,) = (c for c in judge(changed(tables, equal)) if c.id == "graph_traces.reverse")
    (piece,) = (piece for piece in claim.evidence if "as written" in piece.unit)
    assert piece.verdict == "reproduced"


def value_of(tables, node, column):
    steps = tables["steps"]
    rows = steps[(steps.expression == "lecture") & (steps.sweep == "reverse")]
    return rows.set_index("node")[column][node]
