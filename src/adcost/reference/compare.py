"""A whole run against the reference: configuration first, then tables, then claims.

An experiment's outcome is one of

``identical``   every compared cell and every claim is as in the reference;
``within``      some numbers differ by no more than their tolerance, or behind the same verdict;
``differs``     something deterministic differs beyond its tolerance, or a verdict turned;
``configured``  it was asked something else, so nothing of it is compared;
``absent``      the reference has it, this study does not;
``new``         this study has it, the reference does not.

Only ``differs`` says that the reference was not reproduced; where nothing was compared, nothing
says that it was.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from adcost.catalogue import template
from adcost.reference.arithmetic import differences as differences_of_arithmetic
from adcost.reference.numbers import compare_numbers
from adcost.reference.tables import Difference, TableComparison, compare_tables
from adcost.reference.tolerances import Tolerance, Tolerances

SHARED_KEYS = {"seed": None, "platform": None, "precision": "default", "optimise": True}
"""Keys of the configuration that every experiment's numbers depend on, beside its own section; and
what held before a key was there."""

COMPARED = ("identical", "within", "differs")
UNDECIDED = "inconclusive"


@dataclass(frozen=True)
class Run:
    """What is compared of a run: its provenance, and by experiment its claims, tables and numbers.

    ``tables`` holds the deterministic tables as CSV text, ``numbers`` those of the report's text; a
    reference from before they were kept has none.
    """

    provenance: Mapping[str, Any]
    claims: Mapping[str, Sequence[Mapping[str, Any]]]
    tables: Mapping[str, Mapping[str, str]]
    numbers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def compare(reference: Run, found: Run, tolerances: Tolerances) -> dict[str, Any]:
    """Compare two runs, as the record that ``results/comparison.json`` holds.

    ``arithmetic`` says why numbers may differ in rounding; where it says nothing, the rules for
    another processor do not hold.
    """
    names = [*found.tables, *(name for name in reference.tables if name not in found.tables)]
    arithmetic = differences_of_arithmetic(reference.provenance, found.provenance)
    if not arithmetic:
        tolerances = tolerances.on_the_same_processor()
    experiments = [_compare_experiment(name, reference, found, tolerances) for name in names]
    return {
        "reference": _origin(reference.provenance),
        "here": _origin(found.provenance),
        "arithmetic": arithmetic,
        "compared": [r["experiment"] for r in experiments if r["outcome"] in COMPARED],
        "differing": [r["experiment"] for r in experiments if r["outcome"] == "differs"],
        "experiments": experiments,
    }


def _origin(provenance: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("commit", "dirty", "unknown_because", "date", "machine", "packages")
    return {key: provenance[key] for key in keys if key in provenance}


def _compare_experiment(
    name: str, reference: Run, found: Run, tolerances: Tolerances
) -> dict[str, Any]:
    if name not in reference.tables:
        return _record(name, "new")
    if name not in found.tables:
        return _record(name, "absent")
    if changed := changed_keys(name, reference.provenance["config"], found.provenance["config"]):
        return _record(name, "configured", configuration=changed)
    tables, differences, passed = compare_all_tables(
        name, reference.tables[name], found.tables[name], tolerances
    )
    numbers = []
    if name in reference.numbers:
        result = compare_numbers(
            name, reference.numbers[name], found.numbers.get(name, {}), tolerances, passed
        )
        numbers.append(_table_record(result))
        differences += result.differences
    claims, of_claims = compare_claims(reference.claims[name], found.claims[name], not passed)
    differences += of_claims
    outcome = "identical"
    if any(difference.fails for difference in differences):
        outcome = "differs"
    elif any(part["status"] == "within" for part in (*tables, *numbers, *claims)):
        outcome = "within"
    return _record(name, outcome, (), tables, numbers, claims, differences)


def _record(
    name: str,
    outcome: str,
    configuration: Sequence[str] = (),
    tables: Sequence[Mapping[str, Any]] = (),
    numbers: Sequence[Mapping[str, Any]] = (),
    claims: Sequence[Mapping[str, Any]] = (),
    differences: Sequence[Difference] = (),
) -> dict[str, Any]:
    """All experiments' records have the same keys, so that the report need not ask.

    ``numbers`` is empty where the reference has none.
    """
    counts = ("identical", "within", "beyond", "not_compared")
    return {
        "experiment": name,
        "outcome": outcome,
        "configuration": list(configuration),
        "tables": list(tables),
        "numbers": list(numbers),
        "claims": list(claims),
        "cells": {key: sum(table[key] for table in (*tables, *numbers)) for key in counts},
        "verdicts_kept": sum(claim["status"] in ("identical", "within") for claim in claims),
        "differences": [asdict(difference) for difference in differences],
    }


# --- configuration ------------------------------------------------------------------------------


def changed_keys(
    experiment: str, reference: Mapping[str, Any], found: Mapping[str, Any]
) -> list[str]:
    """The keys, with dots, whose values decide the experiment's numbers and are not the same."""
    names = {**SHARED_KEYS, experiment: None}
    left, right = (
        dict(_leaves({name: config.get(name, old) for name, old in names.items()}))
        for config in (reference, found)
    )
    keys = [*left, *(key for key in right if key not in left)]
    return [key for key in keys if left.get(key) != right.get(key)]


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every value that is no mapping, as canonical JSON; an empty mapping is one."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, json.dumps(value, sort_keys=True)


# --- tables -------------------------------------------------------------------------------------


def compare_all_tables(
    experiment: str,
    reference: Mapping[str, str],
    found: Mapping[str, str],
    tolerances: Tolerances,
) -> tuple[list[dict[str, Any]], list[Difference], set[Tolerance]]:
    """An experiment's tables, each a record with its status, and all that is not the same.

    And the tolerances by which cells passed that are not the same.
    """
    records, differences, passed = [], [], set[Tolerance]()
    for table, text in reference.items():
        if table in found:
            result = compare_tables(experiment, table, text, found[table], tolerances)
        else:
            missing = Difference("missing", f"{table}.csv")
            result = TableComparison(table, differences=[missing])
        records.append(_table_record(result))
        if table not in found:
            records[-1]["status"] = "missing"
        differences += result.differences
        passed |= result.passed
    for table in found:
        if table not in reference:
            differences.append(Difference("extra", f"{table}.csv", fails=False))
    return records, differences, passed


def _table_record(result: TableComparison) -> dict[str, Any]:
    record = asdict(result) | {"status": result.status}
    del record["differences"], record["passed"]
    return record


# --- claims -------------------------------------------------------------------------------------


def compare_claims(
    reference: Sequence[Mapping[str, Any]],
    found: Sequence[Mapping[str, Any]],
    same_cells: bool = True,
) -> tuple[list[dict[str, Any]], list[Difference]]:
    """Each claim of the reference with its status, and the claims and verdicts not as there.

    A claim's tolerance is the region that its statement names: while the verdict stands, other
    values of untimed evidence are ``within``. A verdict that is another one ``differs``; where
    seconds decide, only if both verdicts are decided, for an interval of seconds may well reach
    across the border on another day. So does the same verdict of another claim: see
    :func:`_restated`. ``same_cells``: no compared cell of its tables is another one.
    """
    here = {claim["id"]: claim for claim in found}
    known = {claim["id"] for claim in reference}
    records, differences = [], []
    for claim in reference:
        other = here.get(claim["id"])
        if other is None:
            differences.append(Difference("missing", claim["id"], claim["verdict"]))
            records.append({"id": claim["id"], "status": "missing"})
            continue
        restated = list(_restated(claim, other, same_cells))
        status = "differs" if any(it.fails for it in restated) else _claim_status(claim, other)
        if restated and status == "identical":
            status = "within"
        records.append({"id": claim["id"], "status": status})
        differences += restated
        if claim["verdict"] != other["verdict"]:
            fails = _claim_status(claim, other) == "differs"
            differences.append(
                Difference("differs", claim["id"], claim["verdict"], other["verdict"], fails=fails)
            )
    for name, claim in here.items():
        if name not in known:
            differences.append(Difference("extra", name, here=claim["verdict"], fails=False))
    return records, differences


def _restated(
    reference: Mapping[str, Any], found: Mapping[str, Any], same_cells: bool
) -> Iterator[Difference]:
    """What makes it another claim under the same id: its statement, its evidence, its predictions.

    Other words of the statement are said, other evidence or another prediction fails: there the
    same verdict says something else. A prediction that is made of measured cells may have other
    digits where those are others, and one of seconds has them at every run.
    """
    name = reference["id"]
    for key in ("statement", "source"):
        sides = reference.get(key, ""), found.get(key, "")
        if sides[0] != sides[1]:
            yield Difference("statement", name, *sides, name=key, fails=False)
    pieces = reference["evidence"], found["evidence"]
    kinds = [
        [(it["kind"], decides) for it, decides in _pieces(claim)] for claim in (reference, found)
    ]
    if kinds[0] != kinds[1]:
        yield Difference("evidence", name, _listed(reference), _listed(found), name="evidence")
        return
    for there, here in zip(*pieces, strict=True):
        sides = there["predicted"], here["predicted"]
        if sides[0] != sides[1]:
            digits = template(sides[0]) == template(sides[1])
            follows = digits and (there["kind"] == "timed" or not same_cells)
            yield Difference("prediction", name, *sides, name="prediction", fails=not follows)
        sides = there["unit"], here["unit"]
        if template(sides[0]) != template(sides[1]):
            yield Difference("evidence", name, *sides, name="unit")


def _pieces(claim: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """A claim's evidence, and whether it decides (older references do not say: the first does)."""
    for place, piece in enumerate(claim["evidence"]):
        yield piece, piece.get("decides", place == 0)


def _listed(claim: Mapping[str, Any]) -> str:
    """A claim's evidence in words: kind and unit, and what stands beside."""
    return ", ".join(
        f"{piece['kind']} ({piece['unit']})" + ("" if decides else " beside")
        for piece, decides in _pieces(claim)
    )


def _claim_status(reference: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    verdicts = {reference["verdict"], found["verdict"]}
    if len(verdicts) > 1:
        sides = (*_pieces(reference), *_pieces(found))
        timed = {piece["kind"] for piece, decides in sides if decides} == {"timed"}
        return "undecided" if timed and UNDECIDED in verdicts else "differs"
    same = _untimed(reference) == _untimed(found)
    return "identical" if same else "within"


def _untimed(claim: Mapping[str, Any]) -> list[Any]:
    """The evidence but the timed, which alone may be disturbed (older references do not say)."""
    return [
        {key: value for key, value in piece.items() if key != "disturbed"}
        for piece in claim["evidence"]
        if piece["kind"] != "timed"
    ]
