"""Judge what is claimed of each function (`price.<function>.*`) from the tables alone."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from adcost.claims import Claim, at_most, near
from adcost.experiments.price.analysis import failures, tags
from adcost.price.tag import Tag
from adcost.price.verdict import CHEAP
from adcost.statistics.intervals import Interval

PAPER = "Baur & Strassen 1983; Griewank & Walther 2008, §3.3"
GRADIENT, REVERSE = "gradient", "reverse mode"


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """Whether each gradient is cheap, and whether each derivative passes its checks."""
    return [claim for tag in tags(tables).values() for claim in _claims_of(tag)]


def _claims_of(tag: Tag) -> Iterator[Claim]:
    figure = f"{tag.name}_prices"
    rows = tag.prices[(tag.prices.derivative == GRADIENT) & (tag.prices.method == REVERSE)]
    if len(rows) and pd.notna(rows.counted.iloc[0]):
        row = rows.iloc[0]
        # A lower bound below the border decides nothing.
        sure = row.exact and tag.function["exact"]
        counted = Interval(row.counted, row.counted, row.counted if sure else float("inf"))
        timed = Interval(row.timed, row.timed_low, row.timed_high)
        was_timed = pd.notna(row.timed)
        yield Claim(
            f"price.{tag.name}.cheap_gradient",
            PAPER,
            f"Value and gradient of {tag.name} cost at most five evaluations of it.",
            (at_most("counted", counted, CHEAP, "evaluations"),),
            figure,
            tag.verdict,
            beside=(at_most("timed", timed, CHEAP, "evaluations"),) if was_timed else (),
            claimed_by="literature",
        )
    judged = tag.checks[tag.checks["passed"].notna()] if len(tag.checks) else tag.checks
    if len(judged):
        failed = judged[~judged["passed"].astype(bool)]
        yield Claim(
            f"price.{tag.name}.right",
            "this study",
            f"The derivatives of {tag.name} pass every check of being right.",
            (near("exact", Interval.exactly(float(len(failed))), 0, 0,
                  f"of {len(judged)} checks failed", "0"),),
            figure,
            " ".join(_sentence(row.sentence) for row in failed.itertuples()), claimed_by="ours",
        )  # fmt: skip


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """What the section says of each function, and the small tables that it shows."""
    found: dict[str, Any] = {"functions": []}
    for name, why in failures(tables).items():
        found["functions"].append({"verbatim": {"name": name}, "failure": _sentence(why)})
    for tag in tags(tables).values():
        found["functions"].append(_as_numbers(tag))
    return found


def _as_numbers(tag: Tag) -> dict[str, Any]:
    function, operations = tag.function, tag.function["operations"]
    median = function["seconds"]["median"]
    use = tag.recommendations
    return {
        "verbatim": {
            "name": tag.name,
            "file": function["file"],
            "inputs": [f"{it['argument']}: {it['type']}" for it in function["inputs"]],
            "outputs": [f"{it['output']} {it['type']}".strip() for it in function["outputs"]],
        },
        "verdict": tag.verdict,
        "line": function["line"],
        "size": function["size"],
        "operations": operations.get("total", 0),
        "kept_bytes": function["kept_bytes"] or 0,
        "seconds": None if pd.isna(median) else median,
        "uses": [
            {"derivative": row.derivative, "sentence": f"{row.sentence.rstrip('.')}."}
            for row in use.itertuples()
        ],
        "traps": [
            {
                "verbatim": {"place": f"{row.file}:{row.line}"},
                "name": row.name,
                "sentence": _sentence(row.sentence),
                "rewrite": _sentence(row.rewrite),
            }
            for row in tag.traps.itertuples(index=False, name="Trap")
        ],
        "checks": [
            {
                "check": row.check,
                "passed": None if pd.isna(row.passed) else bool(row.passed),
                "sentence": _sentence(row.sentence),
            }
            for row in tag.checks.itertuples()
        ],
        "notes": [_sentence(note) for note in tag.notes],
    }
