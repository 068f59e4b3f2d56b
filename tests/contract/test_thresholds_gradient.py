"""Where the borders of `gradient`'s claims lie, and what a wrong gradient comes to."""

import jax
import numpy as np
import pytest

from adcost.derivatives import modes
from adcost.experiments.gradient import measure
from adcost.experiments.gradient.claims import judge

from .recorded import recorded
from .synthetic import changed, check_border, put

CHEAP, ATTAINED = "gradient.cheap", "gradient.jax_attains_it"
INDEXED, TIME = "gradient.jax_by_index", "gradient.time"
FORWARD = "gradient.forward_mode_times_d"
DIFFERENCES = "gradient.finite_differences_times_d"


def _counted(ratio, method, **labels):
    """Operations over those of the function, as a function of the dimension."""

    def change(tables):
        table = tables["measurements"]
        loss = table[(table.method == "loss") & (table.quantity == "operations")]
        of = loss.set_index(["point", "dimension"]).value

        def operations(rows):
            keys = list(zip(rows.point, rows.dimension, strict=True))
            return of[keys].to_numpy() * ratio(rows.dimension.to_numpy(float))

        put(operations, method=method, quantity="operations", **labels)(tables)

    return change


def _timed(ratio, method, **labels):
    """Seconds over those of the function, alike in all rounds."""

    def change(tables):
        put(1e-4, "timings", "seconds", method="loss")(tables)
        put(lambda rows: 1e-4 * ratio(rows.dimension.astype(float)), "timings", "seconds",
            method=method, **labels)(tables)  # fmt: skip

    return change


def _constant(factor):
    return lambda d: factor + 0 * d


def _bent(power):
    """Linear up to 80, with another local exponent beyond, where nothing is timed."""
    return lambda d: 3 * np.where(d > 80, 80 * (d / 80) ** power, d)


def _on_the_tape(share, exponent=0.0):
    """Value and gradient of the products on the tape, as a share of their constant, 5."""

    def change(tables):
        table = tables["measurements"]
        rows = (table.method == "product") & (table.quantity == "tape_value")
        value = table[rows].set_index("dimension").value

        def both(rows):
            bent = (rows.dimension / 32.0) ** exponent
            return share * 5 * value[rows.dimension].to_numpy() * bent.to_numpy()

        put(both, method="product", quantity="tape_both")(tables)

    return change


def _written(beyond, way, times=0.0):
    """A way of writing that costs ``times`` d and so many evaluations beyond."""

    def change(tables):
        table = tables["measurements"]
        rows = (table.point == "writing") & (table.method == way) & (table.quantity == "value")
        value = table[rows].set_index("dimension").value

        def both(rows):
            return value[rows.dimension].to_numpy() * (times * rows.dimension + beyond).to_numpy()

        put(both, point="writing", method=way, quantity="both")(tables)

    return change


ONE = {"point": "mds", "dimension": 64}
BOTH = ["sum_of_squares", "mds"]

BORDERS = [
    # Claim, place of the evidence, just within, just beyond: at one dimension of one function.
    (CHEAP, 0, _on_the_tape(0.99), _on_the_tape(1.01)),
    (CHEAP, 1, _on_the_tape(0.5, 0.099), _on_the_tape(0.5, 0.101)),
    (CHEAP, 2, put(8.0, method="div", quantity="price"), put(8.1, method="div", quantity="price")),
    (ATTAINED, 0, _counted(lambda d: 2 * d**0.049, "reverse", point="mds"),
     _counted(lambda d: 2 * d**0.051, "reverse", point="mds")),
    (ATTAINED, 0, _counted(lambda d: 4 * d**-0.049, "reverse", point="mds"),
     _counted(lambda d: 4 * d**-0.051, "reverse", point="mds")),
    (ATTAINED, 1, _counted(_constant(4.99), "reverse", **ONE),
     _counted(_constant(5.01), "reverse", **ONE)),
    (INDEXED, 0, _written(2.09, "product_indexed", 1), _written(2.11, "product_indexed", 1)),
    (INDEXED, 0, _written(1.91, "product_indexed", 1), _written(1.89, "product_indexed", 1)),
    (INDEXED, 1, _written(4.99, "product_scanned"), _written(5.01, "product_scanned")),
    (TIME, 0, _timed(_constant(4.99), "reverse"), _timed(_constant(5.01), "reverse")),
    (TIME, 1, _timed(lambda d: d**0.049, "reverse"), _timed(lambda d: d**0.051, "reverse")),
    (FORWARD, 0, _counted(lambda d: 2 * d**1.09, "forward_columns", point=BOTH),
     _counted(lambda d: 2 * d**1.11, "forward_columns", point="mds")),
    (FORWARD, 0, _counted(_bent(0.91), "forward_columns", point="sum_of_squares"),
     _counted(_bent(0.89), "forward_columns", point="sum_of_squares")),
    (FORWARD, 1, _counted(_bent(1.09), "forward_batched", point="sum_of_squares"),
     _counted(_bent(1.11), "forward_batched", point="sum_of_squares")),
    (FORWARD, 2, _timed(lambda d: d**1.09, "forward_columns"),
     _timed(lambda d: d**1.11, "forward_columns")),
    (FORWARD, 3, _timed(lambda d: d**0.91, "forward_batched"),
     _timed(lambda d: d**0.89, "forward_batched")),
    (DIFFERENCES, 0, _counted(_bent(0.91), "central_difference", point="sum_of_squares"),
     _counted(_bent(0.89), "central_difference", point="sum_of_squares")),
    (DIFFERENCES, 1, _counted(_bent(1.09), "forward_difference", point="sum_of_squares"),
     _counted(_bent(1.11), "forward_difference", point="sum_of_squares")),
    (DIFFERENCES, 2, put(128.0, **ONE, method="central_difference", quantity="evaluations"),
     put(129.0, **ONE, method="central_difference", quantity="evaluations")),
    (DIFFERENCES, 3, _timed(lambda d: d**1.09, "central_difference"),
     _timed(lambda d: d**1.11, "central_difference")),
    (DIFFERENCES, 4, _timed(lambda d: d**0.91, "forward_difference"),
     _timed(lambda d: d**0.89, "forward_difference")),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "place", "within", "beyond"), BORDERS)
def test_evidence_turns_at_its_border(claim, place, within, beyond):
    check_border(judge, recorded("gradient"), claim, place, within, beyond)


def test_too_few_rounds_for_an_interval_are_no_evidence_of_time():
    tables = recorded("gradient")
    tables["timings"] = tables["timings"][tables["timings"].repeat < 5]
    (claim,) = (c for c in judge(tables) if c.id == TIME)
    assert claim.evidence[0].verdict == "inconclusive"


POINT = {
    "function": "sum_of_squares", "examples": 2, "batch": 2,
    "dimensions": [4], "reverse_up_to": 4, "all_methods_up_to": 4,
    "timing": {"runs": 1, "max_runs": 1, "seconds": 0.0, "warmup": 0},
}  # fmt: skip


def _errors():
    table = measure.measure("sum_of_squares", POINT, seed=1)["measurements"]
    return dict(table[table.quantity == "relative_error"].set_index("method").value)


def _longer(way, share):
    """A gradient that is too long by a share."""
    return lambda *a: jax.tree.map(lambda part: part * (1 + share), way(*a))


def test_each_wrong_gradient_shows_its_own_error(monkeypatch):
    """Below the experiment, with shares far above the differences' own errors."""
    monkeypatch.setattr(modes, "forward", _longer(modes.forward, 1e-3))
    for name, share in (("central_difference", 2e-3), ("forward_difference", 3e-3)):
        wrong = _longer(measure.DIFFERENCES[name], share)
        monkeypatch.setitem(measure.DIFFERENCES, name, wrong)
    expected = {
        "gradient": 0, "forward_columns": 1e-3, "forward_batched": 1e-3,
        "central_difference": 2e-3, "forward_difference": 3e-3,
    }  # fmt: skip
    assert _errors() == pytest.approx(expected, abs=1e-6)


def test_a_wrong_reverse_mode_is_an_error_of_all_others(monkeypatch):
    monkeypatch.setattr(modes, "reverse", _longer(modes.reverse, 1e-3))
    errors = _errors()
    assert errors == pytest.approx(dict.fromkeys(errors, 1e-3), rel=1e-2) and len(errors) == 5


@pytest.mark.parametrize(("last", "verdict"), [(4.99, "reproduced"), (5.01, "inconclusive")])
def test_the_bound_in_time_is_held_by_the_whole_interval(last, verdict):
    """Five rounds of 4.5 evaluations and a sixth, which is the interval's upper end."""
    rounds = [
        _timed(_constant(4.5), "reverse"),
        put(1e-4 * last, "timings", "seconds", method="reverse", repeat=5, **ONE),
    ]
    (claim,) = (c for c in judge(changed(recorded("gradient"), *rounds)) if c.id == TIME)
    assert claim.evidence[0].verdict == claim.verdict == verdict
