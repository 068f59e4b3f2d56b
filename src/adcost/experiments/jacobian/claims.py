"""Judge the claims on Jacobians (`jacobian.*`) from the tables alone.

Tolerances, and why: the modes' operations are whole numbers and so is m, hence the counted crossing
is exact to one; prices and multiplications agree to the last digit. The timed crossing may miss n
by a factor of two: the times' ratio is m/n times the ratio of the rates at which the machine does
two products of different shapes, and those may differ so much.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, at_least, at_most, near, within
from adcost.derivatives import bracketing
from adcost.experiments.jacobian import analysis
from adcost.experiments.jacobian.plan import HOURGLASS
from adcost.roundoff import unit_roundoff
from adcost.statistics.intervals import Interval, summarise

SECTION = "«Выберите своего бойца»"
BOOK = "Griewank & Walther 2008"

TIMED_FACTOR = 2.0

PUBLISHED = {"forward": 56, "reverse": 36, "markowitz": 33, "best": 33}
"""Multiplications for the Helmholtz energy with four components (Lohoff & Neftci 2024)."""

ROUNDING = 10.0
"""Rounding errors allowed for each term of the sums on the way, in units of u: a few in the term
itself, and they add up at most linearly (Higham 2002, §3.1)."""

FLOAT32, FLOAT64 = unit_roundoff("float32"), unit_roundoff("float64")


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements`` and ``timings``."""
    measured, timings = tables["measurements"], tables["timings"]
    return [
        _crossover(measured, analysis.sweeps(tables["points"])),
        _crossover_time(measured, timings),
        _scalar_output(measured),
        _scalar_output_time(timings),
        _mode_choice(measured),
        _no_universal_mode(measured, timings, tables["points"]),
    ]


def _crossover(measured: pd.DataFrame, sweeps: list[str]) -> Claim:
    n = analysis.inputs_of(measured[measured.point == "sweep-linear"])
    return Claim(
        "jacobian.crossover",
        f"{SECTION}; {BOOK}, §3.1–3.2",
        f"For f(x) = Ax with n = {n} inputs and m outputs forward mode costs n columns and reverse "
        "mode m rows; the winner changes at m = n.",
        (
            _counted_crossing(measured, "linear", n, "Ax"),
            near(
                "counted", _prices(measured, n), 1, 0.0, "of a product with A, a column or row", "1"
            ),
            at_most(
                "exact",
                Interval.exactly(analysis.worst_error(measured, sweeps, FLOAT32) / n),
                ROUNDING,
                "rounding errors an input, both modes against the closed form",
            ),
        ),
        "crossover",
        "Counted to one: the interval runs from the last m at which reverse takes fewer operations "
        "to the first at which forward does.",
        beside=(_counted_crossing(measured, "tanh", n, "tanh(Ax)"),),
        claimed_by="lecture",
    )


def _counted_crossing(measured: pd.DataFrame, function: str, n: int, name: str) -> Evidence:
    crossing = analysis.counted_crossing(measured, function)
    return near("counted", crossing, n, 1, f"outputs, {name}", f"{n} ± 1")


def _crossover_time(measured: pd.DataFrame, timings: pd.DataFrame) -> Claim:
    n = analysis.inputs_of(measured[measured.point == "sweep-linear"])
    return Claim(
        "jacobian.crossover_time",
        SECTION,
        f"For f(x) = Ax with n = {n} inputs the faster mode changes where m = n, within a factor "
        "of two.",
        (_timed_crossing(timings, "linear", n, "Ax"),),
        "crossover",
        "Far below the crossing neither mode wins time, since a call's own cost is the larger part "
        "of both.",
        beside=(_timed_crossing(timings, "tanh", n, "tanh(Ax)"),),
        claimed_by="lecture",
    )


def _prices(measured: pd.DataFrame, n: int) -> Interval:
    """Multiplications a column (forward) and a row (reverse), in units of a product with A."""
    wide = analysis.sweep(measured, "linear", "multiplications")
    products = n * wide.index.to_numpy(dtype=float)
    return Interval.spanning(
        [*(wide.forward / products / n), *(wide.reverse / products / wide.index)]
    )


def _timed_crossing(timings: pd.DataFrame, function: str, n: int, name: str) -> Evidence:
    crossing = analysis.timed_crossing(timings, function)
    low, high = n / TIMED_FACTOR, n * TIMED_FACTOR
    return within("timed", crossing, low, high, f"outputs, {name}", f"{low:.0f} to {high:.0f}")


def _scalar_output(measured: pd.DataFrame) -> Claim:
    wide = analysis.sweep(measured, "max")
    n = analysis.inputs_of(measured[measured.point == "sweep-max"])
    price = (wide.forward / wide.reverse).iloc[-1]
    return Claim(
        "jacobian.scalar_output",
        f"{SECTION}; {BOOK}, §3.2",
        "For the scalar output maxᵢ (Ax)ᵢ reverse mode takes the fewer operations at every m.",
        (at_least("counted", Interval.spanning(wide.forward / wide.reverse), 1, "times reverse"),),
        "scalar_output",
        "The ratio of forward to reverse, over all m. Forward takes n products with A and the "
        "value, reverse one and the value: (n + 1)/2 times as many operations for large m, "
        f"{(n + 1) / 2:.1f} here and {price:.1f} counted.",
        claimed_by="ours",
    )


def _scalar_output_time(timings: pd.DataFrame) -> Claim:
    rounds = analysis.log_ratios(timings, "max").values()
    faster = [float(np.exp(-np.median(ratios))) for ratios in rounds]
    return Claim(
        "jacobian.scalar_output_time",
        SECTION,
        "For the scalar output maxᵢ (Ax)ᵢ reverse mode is the faster one at every m.",
        (at_least("timed", Interval.spanning(faster), 1, "times reverse"),),
        "scalar_output",
        "The ratio of forward to reverse; the interval is the range over all m.",
        claimed_by="ours",
    )


def _mode_choice(measured: pd.DataFrame) -> Claim:
    few, many = (
        analysis.sweeps_of_graph(measured, name) for name in ("ad_choose", "ad_choose_turned")
    )
    orders = analysis.elimination(measured).loc["ad_choose"]
    ratio = few["forward"] / few["reverse"]
    control = many["forward"] / many["reverse"]
    return Claim(
        "jacobian.mode_choice",
        f"{SECTION}, задача 1",
        "For a graph of few inputs and many outputs forward mode is the right choice.",
        (
            at_most("counted", Interval.exactly(ratio), 1, "of reverse mode's operations"),
            at_most(
                "counted",
                Interval.exactly(orders["forward"] / orders["reverse"]),
                1,
                "of reverse mode's multiplications, by elimination",
            ),
        ),
        "elimination",
        "Operations of the whole Jacobian by columns over those by rows, on a graph of the task's "
        "shape with two inputs and five outputs. The choice follows the shape: with five inputs "
        "and two outputs it turns.",
        beside=(
            at_least(
                "counted",
                Interval.exactly(control),
                1,
                "of reverse mode's operations, graph turned",
            ),
        ),
        claimed_by="lecture",
    )


def _no_universal_mode(
    measured: pd.DataFrame, timings: pd.DataFrame, points: pd.DataFrame
) -> Claim:
    counts = analysis.chains(measured)
    hourglass = f"{HOURGLASS} tanh"
    graphs = analysis.elimination(measured).drop(index=["ad_choose", "ad_choose_turned"])
    mixed = graphs.best < graphs[["forward", "reverse"]].min(axis=1)
    agreement = counts.multiplications / counts.predicted_multiplications
    published = []
    if "helmholtz" in graphs.index:
        off = max(abs(graphs.loc["helmholtz", name] - n) for name, n in PUBLISHED.items())
        published.append(
            near("counted", Interval.exactly(off), 0, 0.0, "off the published counts", "0")
        )
    return Claim(
        "jacobian.no_universal_mode",
        f"{SECTION}: произвольный граф; Griewank & Naumann 2003; Griewank & Reese 1991",
        "On an arbitrary graph neither mode is best: on a chain with a waist a mixed order beats "
        "both by the predicted number of multiplications.",
        (
            _saving(counts, hourglass),
            near("counted", Interval.spanning(agreement), 1, 0.0, "of the predicted", "1"),
            at_least("counted", Interval.exactly(mixed.sum()), 1, f"graphs of {len(graphs)}"),
            *_same_jacobian(measured, counts, graphs),
        ),
        "chains",
        analysis.winners(measured, points)
        + " Multiplications off the prediction would show in the second "
        "line. The third counts the small graphs on which an order that is neither forward nor "
        "reverse takes fewer multiplications than both.",
        beside=(
            *published,
            at_least("timed", analysis.time_saving(timings, hourglass), 1, "times faster"),
        ),
        claimed_by="lecture",
    )


def _saving(counts: pd.DataFrame, subject: str) -> Evidence:
    """Counted against dynamic programming on the widths alone; nothing where it promises none."""
    row = counts.loc[subject].iloc[0]
    widths = analysis.widths(row["shape"])
    chain = bracketing.dense(widths, int(row.slope_multiplications_per_tangent))
    values = bracketing.evaluation(widths, int(row.slope_multiplications_once))
    best, *modes = (
        bracketing.cost(plan, chain) + values
        for plan in (
            bracketing.optimal(chain),
            bracketing.forward(chain),
            bracketing.reverse(chain),
        )
    )
    predicted = min(modes) / best
    counted = analysis.saving(counts, subject) if predicted > 1 else float("nan")
    unit = "times fewer multiplications"
    return near("counted", Interval.exactly(counted), predicted, 0.0, unit, f"{predicted:.4g}")


def _same_jacobian(
    measured: pd.DataFrame, counts: pd.DataFrame, graphs: pd.DataFrame
) -> tuple[Evidence, Evidence]:
    """Errors in units of (terms of the longest sums on the way, or vertices)·u."""
    terms = max(sum(analysis.widths(shape)) for shape in counts["shape"])
    chains = analysis.worst_error(measured, ["chains"], FLOAT32)
    scalars = analysis.worst_error(measured, ["graphs"], FLOAT64)
    vertices = float(graphs.intermediate_vertices.max())
    return (
        at_most(
            "exact",
            Interval.exactly(chains / terms),
            ROUNDING,
            "rounding errors a term, all chains",
        ),
        at_most(
            "exact",
            Interval.exactly(scalars / vertices),
            ROUNDING,
            "rounding errors a vertex, all graphs",
        ),
    )


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name; times in ms, memory in units named."""
    measured, timings = tables["measurements"], tables["timings"]
    linear = measured[measured.point == "sweep-linear"]
    n, m = analysis.inputs_of(linear), int(analysis.outputs_of(linear).max())
    compiled = analysis.sweep(measured, "linear", "compiled_operations").dropna()
    counted = analysis.sweep(measured, "linear").loc[compiled.index]
    held = analysis.sweep(measured, "linear", "temporary_bytes")
    seconds = summarise(timings[timings["shape"] == f"{n}-{m}"])
    seconds = seconds.set_index(["point", "method"])["median"]
    counts = analysis.chains(measured)
    graphs = analysis.elimination(measured)
    hourglass = f"{HOURGLASS} tanh"
    large = analysis.sweep(measured, "max").iloc[-1]
    few = analysis.sweeps_of_graph(measured, "ad_choose")
    few_shape = analysis.widths(measured[measured.subject == "ad_choose"]["shape"].iloc[0])
    unproven = graphs[graphs.best > graphs.least_possible]
    waist = analysis.widths(counts.loc[hourglass]["shape"].iloc[0])
    return {
        "inputs": n,
        "most_outputs": m,
        "crossing_tanh": _known(analysis.timed_crossing(timings, "tanh").value),
        "ms_forward": float(seconds["sweep-linear", "forward"]) * 1e3,
        "ms_reverse": float(seconds["sweep-linear", "reverse"]) * 1e3,
        "compiled_most": int(compiled.index.max()),
        "compiled_share_forward": float((compiled.forward / counted.forward).iloc[-1]),
        "compiled_share_reverse": float((compiled.reverse / counted.reverse).iloc[-1]),
        "identity_gigabytes": 4 * m * m / 1e9,
        "block_megabytes": float(held.reverse.iloc[-1]) / 1e6,
        "scalar_price": float(large.forward / large.reverse),
        "scalar_predicted": (n + 1) / 2,
        "hourglass_widths": "–".join(map(str, waist)),
        "hourglass_waist": min(waist),
        "hourglass_saving": analysis.saving(counts, hourglass),
        "hourglass_order": str(counts.loc[(hourglass, "best"), "order"]),
        "choice_inputs": few_shape[0],
        "choice_outputs": few_shape[1],
        "choice_forward": int(few["forward"]),
        "choice_reverse": int(few["reverse"]),
        "graphs": len(graphs),
        "greedy_misses": int((graphs.markowitz > graphs.best).sum()),
        "unproven": ", ".join(map(analysis.graph_title, unproven.index)) or "none",
        "chains": _chain_rows(tables["points"], counts),
        "eliminations": _graph_rows(measured, graphs),
    }


def _known(value: float) -> float | None:
    """A number, or nothing where none was found (the report then prints a dash)."""
    return None if np.isnan(value) else value


def _chain_rows(points: pd.DataFrame, counts: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "chain": name,
            "widths": counts.loc[(subject, "best"), "shape"].replace("-", "–"),
            "best_order": counts.loc[(subject, "best"), "order"],
            **{
                order: float(counts.loc[(subject, order), "multiplications"]) / 1e6
                for order in ("forward", "reverse", "best")
            },
        }
        for subject, name in analysis.chain_names(points).items()
    ]


def _graph_rows(measured: pd.DataFrame, graphs: pd.DataFrame) -> list[dict[str, Any]]:
    shapes = measured[measured.point == "graphs"].drop_duplicates("subject").set_index("subject")
    return [
        {
            "graph": analysis.graph_title(name),
            "shape": shapes.loc[name, "shape"].replace("-", " → "),
            "vertices": int(row.intermediate_vertices),
            **{order: int(row[order]) for order in ("forward", "reverse", "markowitz", "best")},
            "proven": bool(row.best == row.least_possible),
        }
        for name, row in graphs.iterrows()
    ]
