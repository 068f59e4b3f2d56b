"""The numbers of `gradient` that the report's text calls by name."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.gradient import analysis


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers for the report's text."""
    measured = tables["measurements"]
    count, time = analysis.counted(measured), analysis.timed(tables["timings"])
    operations = count.set_index(["point", "dimension", "method"]).ratio
    seconds = time.set_index(["point", "dimension", "method"]).ratio
    held = analysis.megabytes(measured)
    largest = time[time.method == "reverse"].groupby("point").dimension.max()
    worst = analysis.most_expensive(time)
    functions = measured[measured.quantity == "operations"].point.unique()
    table = [
        {
            "function": point,
            "dimension": int(d),
            "gradient": float(operations[point, d, "gradient"]),
            "both": float(operations[point, d, "reverse"]),
            "seconds": float(seconds[point, d, "reverse"]),
            "megabytes_function": float(held[point, d, "loss"]),
            "megabytes": float(held[point, d, "reverse"]),
        }
        for point, d in largest[functions].items()
    ]
    errors = measured[measured.quantity == "relative_error"].groupby("method").value.max()
    return {
        "reverse": table,
        "most": float(analysis.of_methods(count, ["reverse"]).ratio.max()),
        "least": float(analysis.of_methods(count, ["reverse"]).ratio.min()),
        "counted_to": int(count.groupby("point").dimension.max().min()),
        "run_to": int(largest.max()),
        "all_run_to": int(analysis.of_methods(time, ["central_difference"]).dimension.max()),
        "central_at_most": _per_weight(count, "central_difference"),
        "columns_at_most": _per_weight(count, "forward_columns"),
        "worst_function": worst.point.replace("_", " "),
        "worst_dimension": int(worst.dimension),
        "worst_seconds": float(worst.ratio),
        "worst_megabytes": float(held[worst.point, worst.dimension, "reverse"]),
        "worst_megabytes_function": float(held[worst.point, worst.dimension, "loss"]),
        "rounds": int(tables["timings"].groupby(["point", "dimension"]).repeat.max().min() + 1),
        "error_forward_mode": float(errors["forward_columns"]),
        "error_central": float(errors["central_difference"]),
        "error_forward": float(errors["forward_difference"]),
    } | _of_writing(measured)


def _of_writing(measured: pd.DataFrame) -> dict[str, Any]:
    """Constants of the tape, and the price of every way of writing at the largest dimension."""
    constants, tape = analysis.prices(measured), analysis.on_tape(measured)
    ways = analysis.in_writing(measured)
    last = ways.dimension.max()
    at_last = ways[ways.dimension == last].set_index("method").ratio
    nested = ways[ways.dimension == 1].set_index("method").ratio
    smallest = ways[ways.dimension > 1].groupby("method").ratio.first()
    return {f"price_{name}": float(constants[name]) for name in ("div", "erf", "pow")} | {
        "tape_most": float(tape.ratio.max()),
        "writing_dimension": int(last),
        "writing_indexed": float(at_last[analysis.INDEXED]),
        "writing_scanned": float(at_last[analysis.SCANNED]),
        "ways": [
            {"way": name, "first": float(smallest[name]), "last": float(ratio)}
            for name, ratio in at_last.items()
        ],
        "nested": [{"operation": name, "both": float(ratio)} for name, ratio in nested.items()],
    }


def _per_weight(ratios: pd.DataFrame, method: str) -> float:
    """The most evaluations for each weight."""
    rows = analysis.of_methods(ratios, [method])
    return float((rows.ratio / rows.dimension).max())
