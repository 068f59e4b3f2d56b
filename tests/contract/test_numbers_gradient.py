"""Each number that the report says of `gradient` follows its own rows."""

import numpy as np
import pytest

from adcost.experiments.gradient.claims import judge, numbers

from .recorded import recorded
from .synthetic import changed, put, same, scattered, value, where

COUNTED = {"sum_of_squares": (20, 40, 80, 320, 1280), "mds": (32, 64, 100)}
RUN = {"sum_of_squares": (20, 40, 80, 320), "mds": (32, 64, 100)}


@pytest.fixture(scope="module", params=[2, 3])
def tables(request):
    return scattered(recorded("gradient"), request.param)


def _ratio(tables, point, dimension, method):
    return _value(tables, point, dimension, method) / _value(tables, point, dimension, "loss")


def _value(tables, point, dimension, method, quantity="operations"):
    labels = {"point": point, "dimension": dimension, "method": method, "quantity": quantity}
    return value(tables["measurements"], **labels)


def _seconds(tables, point, dimension, method):
    table = tables["timings"]
    each, loss = (
        table[where(table, point=point, dimension=dimension, method=name)]
        .sort_values("repeat")
        .seconds.to_numpy()
        for name in (method, "loss")
    )
    return np.median(each / loss)


def test_every_number_is_that_of_its_rows(tables):
    both = {
        (point, d): _ratio(tables, point, d, "reverse") for point in COUNTED for d in COUNTED[point]
    }
    seconds = {
        (point, d): _seconds(tables, point, d, "reverse") for point in RUN for d in RUN[point]
    }
    worst = max(seconds, key=seconds.get)

    def megabytes(at, method):
        return _value(tables, *at, method, "temporary_bytes") / 1024**2

    def per_weight(method):
        return max(_ratio(tables, point, d, method) / d for point, d in both)

    def error(method):
        table = tables["measurements"]
        return table[where(table, method=method, quantity="relative_error")].value.max()

    expected = {
        "reverse": [
            {
                "function": point,
                "dimension": d,
                "gradient": _ratio(tables, point, d, "gradient"),
                "both": both[point, d],
                "seconds": seconds[point, d],
                "megabytes_function": megabytes((point, d), "loss"),
                "megabytes": megabytes((point, d), "reverse"),
            }
            for point, d in (("sum_of_squares", 320), ("mds", 100))
        ],
        "most": max(both.values()),
        "least": min(both.values()),
        "counted_to": 100,
        "run_to": 320,
        "all_run_to": 100,
        "central_at_most": per_weight("central_difference"),
        "columns_at_most": per_weight("forward_columns"),
        "worst_function": worst[0].replace("_", " "),
        "worst_dimension": worst[1],
        "worst_seconds": seconds[worst],
        "worst_megabytes": megabytes(worst, "reverse"),
        "worst_megabytes_function": megabytes(worst, "loss"),
        "rounds": 6,
        "error_forward_mode": error("forward_columns"),
        "error_central": error("central_difference"),
        "error_forward": error("forward_difference"),
    }
    same(numbers(tables), expected | _of_writing(tables["measurements"]))


def _of_writing(table):
    """What the tape and the ways of writing come to, from their rows."""

    def ratio(point, over, under, **labels):
        return value(table, point=point, quantity=over, **labels) / value(
            table, point=point, quantity=under, **labels
        )

    rows = table[where(table, point="writing", quantity="value")]
    ways, nested = (sorted(set(rows[mask].method)) for mask in (rows.dimension > 1,
                                                               rows.dimension == 1))  # fmt: skip
    both = {(d, m): ratio("writing", "both", "value", method=m, dimension=d)
            for m in ways for d in (40, 80, 160)}  # fmt: skip
    tape = table[where(table, point="tape", quantity="tape_value")]
    found = {
        f"price_{name}": value(table, quantity="price", method=name, dimension=0)
        for name in ("div", "erf", "pow")
    }
    return found | {
        "tape_most": max(
            ratio("tape", "tape_both", "tape_value", method=m, dimension=d)
            for m, d in zip(tape.method, tape.dimension, strict=True)
        ),
        "writing_dimension": 160,
        "writing_indexed": both[160, "product_indexed"],
        "writing_scanned": both[160, "product_scanned"],
        "ways": [{"way": m, "first": both[40, m], "last": both[160, m]} for m in ways],
        "nested": [
            {"operation": m, "both": ratio("writing", "both", "value", method=m, dimension=1)}
            for m in nested
        ],
    }


def test_a_point_with_fewer_rounds_sets_their_number(tables):
    table = tables["timings"]
    fewer = ~((table.point == "mds") & (table.dimension == 64) & (table.repeat > 3))
    assert numbers({**tables, "timings": table[fewer]})["rounds"] == 4


def test_the_note_names_the_most_expensive_in_time():
    """Its function, its dimension, its evaluations and both programs' memory."""
    expensive = [
        put(1e-3, "timings", "seconds", point="mds", dimension=64, method="loss"),
        put(0.5, "timings", "seconds", point="mds", dimension=64, method="reverse"),
        put(3 * 2**20, point="mds", dimension=64, method="reverse", quantity="temporary_bytes"),
        put(7 * 2**20, point="mds", dimension=64, method="loss", quantity="temporary_bytes"),
    ]
    claims = {claim.id: claim for claim in judge(changed(recorded("gradient"), *expensive))}
    note = claims["gradient.time"].note
    assert "mds at d = 64, 500 evaluations, with 3 MB" in note and "alone holds 7." in note
