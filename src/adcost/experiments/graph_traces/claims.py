"""Judge the claims on the two modes, step by step (`graph_traces.*`), from the tables alone.

Tolerances, and why:

- rounding: for w₁ > 1 and w₂ > 0 all numbers on the slides are positive, so nothing cancels and a
  relative error is at most the number of roundings on the way, in units of u (Higham 2002, §3.1).
  The longest row, ∂L/∂w₁ in reverse mode, takes nine on the tape and eight in the closed form, and
  log may be off by one unit more: 20;
- counts of the tape are whole numbers, and hold without a tolerance;
- XLA lays out a program's buffers in steps of 64 bytes, so a difference of two programs may be off
  by two such steps.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, at_most, near
from adcost.experiments.graph_traces import slides
from adcost.experiments.graph_traces.analysis import counted, everywhere
from adcost.experiments.graph_traces.labels import pretty
from adcost.experiments.graph_traces.plan import LECTURE
from adcost.roundoff import unit_roundoff
from adcost.statistics.intervals import Interval

UNIT = unit_roundoff()
ROUNDING = 20.0
NUMBER, ALIGNMENT = 8, 64
"""Bytes of a float64, and the step in which XLA lays out buffers."""

FORWARD = "«Прямой режим автоматического дифференцирования»"
REVERSE = "«Обратный режим автоматического дифференцирования»"


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements`` and ``steps``."""
    measured, steps = tables["measurements"], tables["steps"]
    return [
        _forward("w1", steps),
        _forward("w2", steps),
        _reverse(steps),
        _reverse_corrected(steps),
        _one_reverse_sweep(measured),
        _reverse_stores_all(measured),
    ]


# --- the slides ---------------------------------------------------------------------------------


def _forward(along: str, steps: pd.DataFrame) -> Claim:
    name = pretty(along)
    return Claim(
        f"graph_traces.forward_{along}",
        FORWARD if along == "w1" else f"{FORWARD}: «Сделайте аналогичные вычисления для ∂L/∂w₂»",
        f"Forward mode along {name}: every row of the slides, node by node, is ∂(node)/∂{name}.",
        _rows_hold(steps, f"forward_{along}"),
        f"forward_{along}",
        claimed_by="lecture",
    )


def _reverse(steps: pd.DataFrame) -> Claim:
    rows = _sweep(steps, "reverse").set_index("node")
    w2 = rows.value["w2"]
    written = rows.derivative["v1"] * rows.value["v1"] / rows.derivative["w2"]
    # At w₂ = 1 what is written and what is meant are the same number.
    last = Interval.unknown() if w2 == 1 else Interval.exactly(written)
    return Claim(
        "graph_traces.reverse",
        REVERSE,
        "Reverse mode: every row of the slides, as written, is ∂L/∂(node).",
        (
            near("exact", last, 1, ROUNDING * UNIT, "of ∂L/∂w₂: the last slide as written", "1"),
            *_rows_hold(steps, "reverse"),
        ),
        "reverse",
        "The last slide has a slip: its sum over children, ∂L/∂w₂ = ∂L/∂v₂ · ∂v₂/∂w₂, is right, "
        "and then it writes ∂L/∂v₁ · v₁ where ∂L/∂v₂ · v₁ is meant. As written it is w₂ times too "
        f"large, here {w2:g} times. All other rows hold.",
        claimed_by="lecture",
    )


def _reverse_corrected(steps: pd.DataFrame) -> Claim:
    return Claim(
        "graph_traces.reverse_corrected",
        f"{REVERSE}: the sum over children",
        "Reverse mode with ∂L/∂w₂ = ∂L/∂v₂ · v₁ in the last row: every row of the slides, node by "
        "node, is ∂L/∂(node).",
        _rows_hold(steps, "reverse"),
        "reverse",
        claimed_by="ours",
    )


def _sweep(steps: pd.DataFrame, sweep: str) -> pd.DataFrame:
    return steps[(steps.expression == LECTURE) & (steps.sweep == sweep)]


def _rows_hold(steps: pd.DataFrame, sweep: str) -> tuple[Evidence, Evidence]:
    """A table's values and derivatives against the closed form, its derivatives against JAX."""
    rows = _sweep(steps, sweep).set_index("node")
    inputs = rows.value.reindex(["w1", "w2"])
    closed = pd.DataFrame(
        {
            "value": slides.values(*inputs),
            "derivative": slides.derivatives(sweep, *inputs),
        }
    )
    whole = sorted(rows.index) == sorted(closed.index)
    ours = rows[["value", "derivative"]]
    by_hand = _worst(ours, closed.reindex(rows.index)) if whole else np.nan
    by_jax = _worst(rows[["derivative"]], rows[["by_jax"]].set_axis(["derivative"], axis=1))
    return (
        at_most(
            "exact", Interval.exactly(by_hand), ROUNDING, "rounding errors from the closed form"
        ),
        at_most("exact", Interval.exactly(by_jax), ROUNDING, "rounding errors from JAX"),
    )


def _worst(ours: pd.DataFrame, truth: pd.DataFrame) -> float:
    """The largest relative difference in units of u; a zero must be met exactly."""
    difference, size = (ours - truth).abs().to_numpy(), truth.abs().to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(difference == 0, 0.0, difference / size)
    return float(relative.max() / UNIT)


# --- the costs ----------------------------------------------------------------------------------


def _one_reverse_sweep(measured: pd.DataFrame) -> Claim:
    inputs = _inputs(measured)
    reverse, forward = (everywhere(measured, m, "sweeps") for m in ("reverse", "forward"))
    products = {m: everywhere(measured, m, "multiplications") for m in ("forward", "reverse")}
    return Claim(
        "graph_traces.one_reverse_sweep",
        f"{FORWARD}; {REVERSE}: the two algorithms; Griewank & Walther 2008, ch. 3",
        "The full gradient takes one reverse sweep or d forward sweeps, and a sweep of either kind "
        "takes the same number of multiplications.",
        (
            near("counted", Interval.spanning(reverse, "functions"), 1, 0, "reverse sweeps", "1"),
            near("counted", Interval.spanning(forward / inputs, "functions"), 1, 0,
                 "forward sweeps an input", "1"),
            near("counted",
                 Interval.spanning(
                     products["forward"] / (inputs * products["reverse"]), "functions"
                 ), 1, 0,
                 "multiplications, forward over d times reverse", "1"),
        ),
        "sweeps",
        f"Over {len(inputs)} functions of 1 to {inputs.max()} inputs. A gradient is whole when it "
        "is jax.grad's to half of all digits; multiplications are those of a derivative by a "
        "partial derivative, one for each edge of the graph.",
        claimed_by="lecture",
    )  # fmt: skip


def _inputs(measured: pd.DataFrame) -> pd.Series:
    rows = measured.drop_duplicates(["growing", "function", "size"])
    return rows.set_index(["growing", "function", "size"]).inputs.sort_index()


def _reverse_stores_all(measured: pd.DataFrame) -> Claim:
    held, lines = everywhere(measured, "reverse", "values_held"), _lines(measured)
    read = everywhere(measured, "reverse", "values_read")
    lecture = ("expression", LECTURE, 2)
    forward = everywhere(measured, "forward", "values_held")
    slack = 2 * ALIGNMENT / NUMBER / np.ptp(counted(measured, *_JAX_REVERSE).index)
    return Claim(
        "graph_traces.reverse_stores_all",
        f"{FORWARD}; {REVERSE}: «Какова стоимость ускорения?»; Griewank & Walther 2008, ch. 4",
        "Reverse mode keeps every intermediate value; forward mode keeps only what later lines "
        "need: on a chain, one value a link against none.",
        (
            near("counted", Interval.spanning(held / lines, "functions"), 1, 0,
                 "of all values, reverse", "1"),
            near("counted", _a_link(counted(measured, *_REVERSE)), 1, 0,
                 "values a link, reverse", "1"),
            near("counted", _a_link(counted(measured, *_FORWARD)), 0, 0,
                 "values a link, forward", "0"),
        ),
        "storage",
        f"On the lecture's function reverse mode holds {held[lecture]:.0f} of {lines[lecture]:.0f} "
        f"values, forward mode {forward[lecture]:.0f} at the most. The algorithm of the slide "
        "stores every value; the partial derivatives read fewer, "
        f"{read[lecture]:.0f} here, since a sum's need none: on a chain of sines all but the last.",
        beside=(
            near("counted", _overall(counted(measured, *_JAX_REVERSE)), 1, slack,
                 "numbers a link, JAX reverse"),
            near("counted", _overall(counted(measured, *_JAX_FORWARD)), 0, slack,
                 "numbers a link, JAX forward"),
        ),
        claimed_by="lecture",
    )  # fmt: skip


_REVERSE = ("reverse", "values_held", "sines")
_FORWARD = ("forward", "values_held", "sines")
_JAX_REVERSE = ("jax_reverse", "temporary_bytes", "sines")
_JAX_FORWARD = ("jax_forward", "temporary_bytes", "sines")


def _lines(measured: pd.DataFrame) -> pd.Series:
    """Inputs and operations: all values that there are."""
    return _inputs(measured) + everywhere(measured, "graph", "operations")


def _a_link(held: pd.Series) -> Interval:
    """What each further link of a chain adds, between neighbouring lengths."""
    return Interval.spanning(np.diff(held) / np.diff(held.index), "lengths")


def _overall(held_bytes: pd.Series) -> Interval:
    """Numbers that a link adds, from the shortest to the longest chain."""
    links = held_bytes.index[-1] - held_bytes.index[0]
    return Interval.exactly((held_bytes.iloc[-1] - held_bytes.iloc[0]) / NUMBER / links)


# --- numbers for the text -----------------------------------------------------------------------


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name, and the slides' tables."""
    measured, steps = tables["measurements"], tables["steps"]
    lecture = _sweep(steps, "reverse").set_index("node")
    held = {m: everywhere(measured, m, "values_held") for m in ("forward", "reverse")}
    products = everywhere(measured, "reverse", "multiplications")
    per_operation = products / everywhere(measured, "graph", "operations")
    key = ("expression", LECTURE, 2)
    dimensions = counted(measured, "reverse", "multiplications", "rosenbrock")
    most = dimensions.index.max()
    return {
        "w1": float(lecture.value["w1"]),
        "w2": float(lecture.value["w2"]),
        "loss": float(lecture.value["L"]),
        "by_w1": float(lecture.derivative["w1"]),
        "by_w2": float(lecture.derivative["w2"]),
        "reverse_sweeps": int(everywhere(measured, "reverse", "sweeps").max()),
        "forward_sweeps_an_input": float(
            (everywhere(measured, "forward", "sweeps") / _inputs(measured)).max()
        ),
        "slip": float(lecture.derivative["v1"] * lecture.value["v1"]),
        "lecture_nodes": len(lecture),
        "lecture_forward_held": int(held["forward"][key]),
        "lecture_reverse_held": int(held["reverse"][key]),
        "lecture_read": int(everywhere(measured, "reverse", "values_read")[key]),
        "most_per_operation": float(per_operation.max()),
        "most_inputs": int(most),
        "forward_multiplications": int(
            counted(measured, "forward", "multiplications", "rosenbrock")[most]
        ),
        "reverse_multiplications": int(dimensions[most]),
        "longest": int(counted(measured, *_REVERSE).index.max()),
        "chain_forward_held": int(counted(measured, *_FORWARD).max()),
        "chain_reverse_held": int(counted(measured, *_REVERSE).max()),
        "worst_error": float(measured[measured.quantity == "gradient_error"].value.max()),
        "expressions": _expressions(measured, steps),
        **{sweep: _slide(_sweep(steps, sweep)) for sweep in slides.SWEEPS},
    }


def _slide(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """A sequence of slides as a table."""
    return [
        {
            "node": pretty(row.node),
            "formula": pretty(row.formula),
            "value": row.value,
            "derivative_formula": pretty(f"{row.symbol} = {row.derivative_formula}"),
            "derivative": row.derivative,
        }
        for row in rows.itertuples()
    ]


def _expressions(measured: pd.DataFrame, steps: pd.DataFrame) -> list[dict[str, Any]]:
    """The configured expressions: their graphs, their cost, and how far every row is from JAX."""
    wide = measured[measured.growing == "expression"].set_index(["function", "method", "quantity"])
    rows = []
    for name in steps.expression.unique():
        own, count = steps[steps.expression == name], wide.value[name]
        difference = (own.derivative - own.by_jax).abs().max() / own.by_jax.abs().max()
        rows.append(
            {
                "expression": name,
                "inputs": int(wide.inputs[name].iloc[0]),
                "operations": int(count["graph", "operations"]),
                "edges": int(count["graph", "edges"]),
                "forward_held": int(count["forward", "values_held"]),
                "reverse_held": int(count["reverse", "values_held"]),
                "difference": float(difference),
            }
        )
    return rows
