"""What a claim is and how it is judged.

A claim is a statement of the lecture (or of the literature) with the evidence measured for it.
Each piece of evidence has one of four kinds:

``exact``    compared to rounding;
``counted``  repeatable to the last digit: evaluations, operations, bytes, iterations;
``sampled``  statistical, with an interval from repetitions with fixed seeds;
``timed``    wall-clock on this machine, with an interval.

Every judgement compares an interval with a region and has three outcomes: the interval lies
inside (``reproduced``), outside (``refuted``), or across the border (``inconclusive``).

What a claim ``requires`` decides it, all of it: what its statement says, and what must hold for the
measurement to mean it (that what was priced is the derivative, that a best step lies inside its
sweep). One piece refuted refutes the claim; else one piece inconclusive leaves it open. What stands
``beside`` is context and decides nothing; timed evidence stands beside counted evidence, unless the
statement is about time.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from adcost.costs.background_load import DISTURBED_ABOVE
from adcost.statistics.intervals import Interval

Kind = Literal["exact", "counted", "sampled", "timed"]
Verdict = Literal["reproduced", "refuted", "inconclusive"]
ClaimedBy = Literal["lecture", "literature", "ours"]

WEAKEST_FIRST: tuple[Verdict, ...] = ("refuted", "inconclusive", "reproduced")
"""The order in which one piece's verdict overrides another's."""

COLUMNS = (
    "id", "experiment", "claimed_by", "source", "statement", "evidence", "predicted", "measured",
    "low", "high", "interval", "least", "most", "unit", "verdict", "disturbed", "note", "decides",
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """One measurement held against what was predicted.

    ``least`` and ``most`` are the ends of the region that the statement names, in the unit of what
    was measured; an end that is open is infinite. ``disturbed`` says that others used the machine
    while it was timed.
    """

    kind: Kind
    predicted: str
    measured: Interval
    unit: str
    verdict: Verdict
    least: float = -math.inf
    most: float = math.inf
    disturbed: bool = False


@dataclass(frozen=True)
class Claim:
    """A statement, where it comes from, what decides it, what stands beside, and what to know.

    ``id`` is ``<experiment>.<name>``; ``claimed_by`` tells whose statement it is: the lecture's,
    the literature's, or ``ours`` (a correction, a condition or a finding that nobody named here
    stated); only the first counts as the lecture's. ``source`` names its section and the papers;
    ``figure`` is the stem of the figure that shows it; ``note`` is for the reader of the report.
    """

    id: str
    source: str
    statement: str
    requires: tuple[Evidence, ...]
    figure: str = ""
    note: str = ""
    beside: tuple[Evidence, ...] = field(default=(), kw_only=True)
    claimed_by: ClaimedBy = field(kw_only=True)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All pieces: first those that decide, then those beside."""
        return self.requires + self.beside

    @property
    def verdict(self) -> Verdict:
        """The weakest verdict of what is required: see `WEAKEST_FIRST`."""
        return min((piece.verdict for piece in self.requires), key=WEAKEST_FIRST.index)


def judge(measured: Interval, low: float = -math.inf, high: float = math.inf) -> Verdict:
    """Hold an interval against the region ``[low, high]``; NaN is never more than inconclusive."""
    if any(math.isnan(end) for end in (measured.value, measured.low, measured.high)):
        return "inconclusive"
    if low <= measured.low and measured.high <= high:
        return "reproduced"
    if measured.high < low or measured.low > high:
        return "refuted"
    return "inconclusive"


def within(
    kind: Kind, measured: Interval, least: float, most: float, unit: str, says: str
) -> Evidence:
    """Evidence that a quantity lies in a region, which ``says`` tells the reader."""
    return Evidence(kind, says, measured, unit, judge(measured, least, most), least, most)


def at_most(kind: Kind, measured: Interval, bound: float, unit: str, says: str = "") -> Evidence:
    """Evidence that a quantity does not exceed ``bound``; ``says`` replaces the printed bound."""
    return within(kind, measured, -math.inf, bound, unit, says or f"≤ {bound:.4g}")


def at_least(kind: Kind, measured: Interval, bound: float, unit: str, says: str = "") -> Evidence:
    """Evidence that a quantity is not below ``bound``."""
    return within(kind, measured, bound, math.inf, unit, says or f"≥ {bound:.4g}")


def near(
    kind: Kind, measured: Interval, target: float, tolerance: float, unit: str, says: str = ""
) -> Evidence:
    """Evidence that a quantity is ``target`` within ``tolerance`` (a test of equivalence)."""
    says = says or f"{target:.4g} ± {tolerance:.2g}"
    return within(kind, measured, target - tolerance, target + tolerance, unit, says)


def mark_disturbed(claims: Iterable[Claim], timings: pd.DataFrame | None) -> list[Claim]:
    """The claims, timed evidence inconclusive if a timed point of the experiment was disturbed.

    ``timings`` tells in ``others_share`` what others used of the machine during each point. Timed
    evidence joins the points of a sweep, so one of them suffices.
    """
    if timings is None or not (timings["others_share"] > DISTURBED_ABOVE).any():
        return list(claims)
    return [
        replace(
            claim,
            requires=tuple(map(_disturbed, claim.requires)),
            beside=tuple(map(_disturbed, claim.beside)),
        )
        for claim in claims
    ]


def _disturbed(evidence: Evidence) -> Evidence:
    if evidence.kind != "timed":
        return evidence
    return replace(evidence, verdict="inconclusive", disturbed=True)


def check_ids(claims: Sequence[Claim], experiment: str) -> None:
    """Refuse claims that the report cannot show, with ``ValueError``.

    An id of another experiment or used twice, no required evidence, no source, or a statement that
    does not end with a full stop.
    """
    seen: set[str] = set()
    for claim in claims:
        if not claim.id.startswith(f"{experiment}."):
            raise ValueError(f"claim {claim.id} is judged by {experiment}; call it {experiment}.…")
        if claim.id in seen:
            raise ValueError(f"two claims are called {claim.id}")
        if not claim.requires:
            raise ValueError(f"claim {claim.id} requires no evidence, so nothing decides it")
        if not claim.source.strip():
            raise ValueError(
                f"claim {claim.id} has no source; say where its statement stands, or what one of "
                "`ours` is about"
            )
        if not claim.statement.endswith("."):
            raise ValueError(
                f"the statement of claim {claim.id} must be a sentence that ends with a full stop, "
                f"not {claim.statement!r}"
            )
        seen.add(claim.id)


def as_record(claim: Claim, experiment: str) -> dict[str, Any]:
    """A claim as JSON: an interval's end that is not finite becomes null.

    Its ``evidence`` is one list, in which each piece says whether it ``decides``.
    """
    record = asdict(claim) | {"experiment": experiment, "verdict": claim.verdict}
    parts = record.pop("requires"), record.pop("beside")
    record["evidence"] = [
        piece | {"decides": decides}
        for part, decides in zip(parts, (True, False), strict=True)
        for piece in part
    ]
    for evidence in record["evidence"]:
        measured = evidence.pop("measured")
        evidence["interval"] = measured["kind"]
        evidence["measured"] = _finite(measured["value"])
        evidence["low"], evidence["high"] = _finite(measured["low"]), _finite(measured["high"])
        evidence["least"], evidence["most"] = _finite(evidence["least"]), _finite(evidence["most"])
    return record


def as_rows(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims as the rows of ``results/claims.csv``: one row a piece of evidence."""
    rows = []
    for record in records:
        for evidence in record["evidence"]:
            # A piece has a verdict of its own, which stands before the claim's.
            row = {**record, **evidence, "evidence": evidence["kind"]}
            rows.append({name: row[name] for name in COLUMNS})
    return rows


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
