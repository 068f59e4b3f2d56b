"""A comparison in words, for the terminal: table by table, then claim by claim."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SAID = {
    "identical": "identical",
    "within": "within the tolerance",
    "differs": "DIFFERS",
    "configured": "configured differently",
    "absent": "not in this study",
    "new": "not in the reference",
}

MANY_WORDS = 6
"""Lists of more words are shown by what they differ in."""


def summary(comparison: Mapping[str, Any]) -> str:
    """What is identical, what is within its tolerance, and what is not as in the reference."""
    lines = [
        f"the reference: {_origin(comparison['reference'])}",
        f"this run:      {_origin(comparison['here'])}",
        *_arithmetic(comparison["arithmetic"]),
        "",
    ]
    for record in comparison["experiments"]:
        lines += _experiment(record)
    lines += ["", "Claims"]
    for record in comparison["experiments"]:
        lines += _claims(record)
    seconds = "Seconds (timings.csv, timed evidence) are not compared."
    return "\n".join([*lines, "", _outcome(comparison), seconds])


def _origin(origin: Mapping[str, Any]) -> str:
    machine = origin["machine"]
    dirty = {True: " with uncommitted changes", None: " (changes unknown)"}.get(origin["dirty"], "")
    return (
        f"commit {origin['commit'][:10]}{dirty}, {origin['date'][:10]}, "
        f"{machine['cpu']}, {machine['cores']} cores"
    )


def _arithmetic(differences: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if not differences:
        yield "Computed alike: the same processor, kernels, versions and settings."
        return
    yield (
        f"Computed with {_kinds(differences)}, so what is made of rounding is compared as "
        "each experiment's tolerances.yaml says for another processor:"
    )
    for it in differences:
        yield f"  {it['key']}: {_sides(it['reference'], it['here'])}"


def _kinds(differences: Sequence[Mapping[str, str]]) -> str:
    """Another processor, other kernels, versions or settings: each once."""
    kinds = list(dict.fromkeys(it["kind"] for it in differences))
    return " and ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))


def _sides(there: str, here: str) -> str:
    """Both sides; of two lists of words only those that one side lacks."""
    words = [set(side.split()) for side in (there, here)]
    if min(map(len, words)) > MANY_WORDS:
        there, here = (" ".join(sorted(a - b)) for a, b in (words, words[::-1]))
        return f"{there or 'nothing more'} only there, {here or 'nothing more'} only here"
    return f"{there} there, {here} here"


def _experiment(record: Mapping[str, Any]) -> Iterator[str]:
    name, outcome = record["experiment"], record["outcome"]
    if outcome == "configured":
        yield f"{name}: {SAID[outcome]}: {', '.join(record['configuration'])}"
    elif outcome in ("absent", "new"):
        yield f"{name}: {SAID[outcome]}"
    for table in record["tables"]:
        if table["status"] == "missing":
            continue  # said below, as a difference
        yield (
            f"{name}/{table['table']}.csv: {SAID[table['status']]}; {table['rows']} rows, cells: "
            f"{table['identical']} identical, {table['within']} within, {table['beyond']} beyond"
            + (f", {table['not_compared']} not compared" if table["not_compared"] else "")
        )
    for numbers in record["numbers"]:
        yield (
            f"{name}/numbers.json: {SAID[numbers['status']]}; {numbers['rows']} numbers: "
            f"{numbers['identical']} identical, {numbers['within']} within, "
            f"{numbers['beyond']} beyond, {numbers['not_compared']} not compared"
        )
    if record["tables"] and not record["numbers"]:
        yield f"{name}/numbers.json: not in the reference, so not compared"
    for difference in record["differences"]:
        if _in_a_file(difference):
            yield _difference(difference | {"where": f"{name}/{difference['where']}"})


def _claims(record: Mapping[str, Any]) -> Iterator[str]:
    if claims := record["claims"]:
        statuses = [claim["status"] for claim in claims]
        yield (
            f"{record['experiment']}: {len(claims)}, of which {statuses.count('identical')} "
            f"identical, {statuses.count('within')} with the same verdict from other values"
        )
    yield from (_difference(d) for d in record["differences"] if not _in_a_file(d))


def _in_a_file(difference: Mapping[str, Any]) -> bool:
    """Whether a table or the numbers differ, and not a claim."""
    return difference["where"].partition(":")[0].endswith((".csv", ".json"))


def _difference(difference: Mapping[str, Any]) -> str:
    mark = "✗" if difference["fails"] else "·"
    place = " ".join(filter(None, (difference["where"], difference["name"])))
    if difference["share"]:
        place += f" ({difference['share'].replace('/', ' of ')})"
    there, here = difference["reference"], difference["here"]
    if difference["kind"] not in ("missing", "extra"):
        return f"  {mark} {place}: {there} there, {here} here"
    shown = f": {there or here}" if there or here else ""
    return f"  {mark} {place}: {difference['kind']}{shown}"


def _outcome(comparison: Mapping[str, Any]) -> str:
    if differing := comparison["differing"]:
        return f"Not reproduced: {', '.join(differing)}."
    every, compared = len(comparison["experiments"]), len(comparison["compared"])
    if not compared:
        return "Nothing was compared: no experiment is configured as in the reference."
    kinds = _kinds(comparison["arithmetic"]) if comparison["arithmetic"] else ""
    where = f" with {kinds}" if kinds else ""
    return f"Reproduced{where}: of {every} experiments {compared} were compared, none differs."
