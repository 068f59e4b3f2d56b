"""Price a function: every part by itself, so that what fails costs no other."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from time import perf_counter
from typing import Any

import pandas as pd

from adcost import platforms
from adcost.price import (
    about,
    choose,
    estimates,
    frontier,
    gauss_newton,
    measure,
    names,
    sparsity,
    tables,
    ways,
)
from adcost.price.limits import Limits, load_libraries
from adcost.price.measure import Priced
from adcost.price.subject import Subject, subject
from adcost.price.tag import MEMORY, RECOMMENDED, Tag
from adcost.price.verdict import verdict
from adcost.price.words import seconds, size

PARTS = (
    "jacobian", "hessian", "products", "trace", "eigenvalues", "memory", "lines", "traps",
    "checks", "timing",
)  # fmt: skip
"""What may be left out."""
CHECKING = 30.0
"""Seconds that the checks may take."""
WHOLE, WHOLE_OF_SHAPES = 30.0, 60.0
"""Seconds that a whole tag may take unless others are given."""
STAGES = {
    "counts": 0.4,
    "compiled": 0.6,
    "times": 0.75,
    "estimates": 0.8,
    "memory": 0.85,
    "traps": 0.9,
    "checks": 1,
}
"""Of the seconds that a whole tag may take: when each stage ends at the latest."""


def price(
    f: Callable[..., Any],
    *args: Any,
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    tolerance: float = 0.01,
    leave_out: Sequence[str] = (),
    time_limit: float = 10.0,
    run_limit: float = 5.0,
    compile_limit: float | None = None,
    whole_limit: float | None = None,
    memory_limit: int = 2 * 10**9,
    batch: Mapping[int, int] | None = None,
    memory: int | None = None,
    name: str = "",
    key: Any = None,
) -> Tag:
    """The price tag of ``f`` at ``args``: trees of arrays, or of ``jax.ShapeDtypeStruct``.

    Of shapes nothing is run: everything is counted and compiled only. ``argnums`` are the arguments
    to differentiate by, as in `jax.grad`; with ``has_aux`` ``f`` returns a pair of which the first
    is differentiated. ``tolerance`` is the relative error of the trace and of the eigenvalues.

    ``leave_out`` names parts of `PARTS` to leave out. Seconds are bounded by ``whole_limit`` (the
    whole tag: 30 by default, 60 of shapes), ``time_limit`` (all timed runs), ``run_limit`` (one of
    them) and ``compile_limit`` (compiling one program; a third of ``whole_limit`` by default),
    bytes of what is run by ``memory_limit``; what exceeds them is counted only, and said. ``batch``
    names the batch's axis of arguments (``{1: 0, 2: 0}``), ``memory`` the bytes that the largest
    batch is to fit in.

    Raises :class:`adcost.price.subject.CannotPrice` if the function or its arguments are not what
    can be priced, and ``ValueError`` for options that are not allowed.
    """
    unknown = set(leave_out) - set(PARTS)
    if unknown:
        raise ValueError(
            f"leave_out: {', '.join(sorted(unknown))} is no part; there are {', '.join(PARTS)}"
        )
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must be between 0 and 1, not {tolerance}")
    if (batch is None) != (memory is None):
        raise ValueError(
            "batch and memory go together: the axis of the batch, and what it is to fit"
        )
    load_libraries()
    started = perf_counter()
    s = subject(f, args, argnums, has_aux)
    if batch is not None:
        frontier.batch_of(s, batch)  # refuses axes that are not there
    if whole_limit is None:
        whole_limit = WHOLE_OF_SHAPES if s.abstract else WHOLE
    limits = Limits(
        time_limit,
        run_limit,
        whole_limit / 3 if compile_limit is None else compile_limit,
        memory_limit,
        {stage: started + share * whole_limit for stage, share in STAGES.items()},
    )
    left = set(leave_out)
    notes = about.notes(s)
    run = not s.abstract and "timing" not in left
    if run and notes["effects"]:
        run = False
        notes["effects"] += ", so nothing was run: take it out to have the times"
    if s.abstract:
        notes["abstract"] = "shapes were given, so nothing was run"
    priced, timings, table = _prices(s, limits, left, run, tolerance, notes)
    function = priced[0]
    described = about.function(s, function, timings, notes)
    tag = Tag(name or s.name, "", described, table, timings=timings)
    limits = replace(limits, evaluation=described["seconds"]["median"])
    tag.uncounted = about.uncounted(function.count)
    tag.recommendations = _framed(
        choose.recommendations(table, timings, platforms.current()), RECOMMENDED
    )
    if "memory" not in left:
        tag.memory = _memory(s, limits.for_stage("memory"), batch, memory, notes)
    _analyses(tag, s, limits, left, notes, key)
    notes["written out"] = _written_out(tag)
    tag.notes = [text for text in notes.values() if text]
    tag.options = {"argnums": list(s.argnums), "tolerance": tolerance, "leave_out": sorted(left)}
    tag.verdict = verdict(tag)
    return tag


def _prices(
    s: Subject, limits: Limits, left: set[str], run: bool, tolerance: float, notes: dict[str, str]
) -> tuple[list[Priced], pd.DataFrame, pd.DataFrame]:
    """All ways counted, compiled and timed; the raw repeats; and the table of prices."""
    scalar = not s.result.shape
    squares: gauss_newton.SumOfSquares | str = ""
    if scalar and "products" not in left:
        squares = gauss_newton.find(s)
        if isinstance(squares, str):
            notes["Gauss–Newton"] = f"Gauss–Newton: {squares}"
    without = {
        "jacobian": (names.JACOBIAN,),
        "hessian": (names.HESSIAN,),
        "products": (names.HVP, names.GAUSS_NEWTON),
    }
    refused = {name for part, names in without.items() if part in left for name in names}
    all_ways = [w for w in ways.basic(s, squares) if w.derivative not in refused]
    priced = measure.count_ways(all_ways, limits.for_stage("counts"))
    if any(measure.ONE_WAY in one.notes for one in priced if one.way.derivative == names.HESSIAN):
        priced += measure.count_ways([ways.hessian_by_reverse(s)], limits.for_stage("counts"))
    timings, compiling = pd.DataFrame(), limits.for_stage("compiled")
    if not run:
        measure.compile_ways([one for one in priced if one.way.one_sweep], compiling, run=False)
    else:
        measure.prepare(priced, compiling)
        if priced[0].program is None:
            measure.compile_ways([one for one in priced[1:] if one.way.one_sweep], compiling, False)
        if ("hessian" if scalar else "jacobian") not in left:
            colours = sparsity.colouring(s, compiling)
            if isinstance(colours, str):
                notes["colours"] = colours
            else:
                coloured = measure.count_ways([ways.coloured(s, colours)], compiling)
                measure.prepare([priced[0], *coloured], compiling)
                priced += coloured
        timings = measure.time_ways(priced, limits.for_stage("times"))
        if timings.empty:
            notes["function"] = f"the function was not timed: {'; '.join(priced[0].notes)}"
        if len(timings) and any("took longer" in note for one in priced for note in one.notes):
            notes["busy"] = "a compilation that was given up may have gone on while ways were timed"
    table = tables.prices(priced, timings)
    if scalar and run and not timings.empty:
        products = choose.recommendations(
            table[table.derivative == names.HVP], timings, platforms.current()
        )
        known = table[(table.derivative == names.HVP) & table.operations.notna()]
        best = products.method.iloc[0] if len(products) else ""
        best = best or next(iter([*known.method, *ways.PRODUCTS]))
        if "trace" not in left:
            one = known.seconds[known.method == best].min()
            stage = limits.for_stage("estimates")
            priced += estimates.trace_ways(s, best, tolerance, stage, one)
        if "eigenvalues" not in left:
            priced.append(
                estimates.eigenvalue_way(s, best, tolerance, limits.for_stage("estimates"))
            )
        table = tables.prices(priced, timings)
    return priced, timings, table


def _memory(
    s: Subject,
    limits: Limits,
    batch: Mapping[int, int] | None,
    memory: int | None,
    notes: dict[str, str],
) -> pd.DataFrame:
    try:
        table, left = frontier.frontier(s, limits)
    except Exception as error:
        notes["memory"] = f"checkpoints were not priced: {measure.reason(error)}"
        return pd.DataFrame(columns=list(MEMORY))
    for i, sentence in enumerate(left):
        notes[f"memory {i}"] = sentence
    if len(table) and table.operations.isna().all():
        notes["memory"] = f"checkpoints were not priced: {table.note.iloc[0]}"
        return table[:0]
    if batch is None or memory is None:
        return table
    for i, row in table[table.frontier].iterrows():
        try:
            fits, more = frontier.largest_batch(
                s, batch, memory, row.policy, row.target, limits, row.total_bytes
            )
        except Exception as error:
            table.loc[i, "note"] = f"no largest batch: {measure.reason(error)}"
            continue
        table.loc[i, "largest_batch"] = fits
        table.loc[i, "note"] = f"one more takes {size(more)}"
    return table


def _analyses(
    tag: Tag, s: Subject, limits: Limits, left: set[str], notes: dict[str, str], key: Any
) -> None:
    """The tables by line, the traps and the checks; a part that fails has a note instead."""
    from adcost.price import checks, lines, traps
    from adcost.price.programs import Programs

    programs = Programs(s)
    # What was too much to time once, or does something beside computing, is not run here either.
    run = not (s.abstract or notes.get("effects") or notes.get("function"))
    spent = checks.EVALUATIONS * tag.function["seconds"]["median"]
    unsought: list[str] = []
    parts: dict[str, Callable[[], pd.DataFrame]] = {
        "lines": lambda: lines.table(programs),
        "traps": lambda: pd.DataFrame(
            [
                asdict(trap)
                for trap in traps.find_in_programs(
                    programs, run, limits.for_stage("traps"), unsought
                )
            ],
            columns=[part.name for part in fields(traps.Trap)],
        ),
        "checks": lambda: checks.check_subject(s, key, limits.for_stage("checks")),
    }
    for part, of in parts.items():
        if part in left or (part == "checks" and not run):
            continue
        if part == "checks" and spent > CHECKING:
            notes[part] = (
                f"the checks take some {checks.EVALUATIONS} evaluations, {seconds(spent)}, and "
                "were left out: adcost.price.checks.check runs them"
            )
            continue
        try:
            setattr(tag, part, of())
        except Exception as error:
            notes[part] = f"{part}: {measure.reason(error)}"
    notes |= {sentence: sentence for sentence in unsought}


def _written_out(tag: Tag) -> str:
    """What to do about ways that were not compiled for the loops that are written out."""
    from adcost.price.traps import UNROLLED

    loops = tag.traps[tag.traps.name == UNROLLED] if len(tag.traps) else tag.traps
    left = tag.prices.note.str.contains("not compiled: .*equations").sum()
    if loops.empty or not left:
        return ""
    places = ", ".join(f"{os.path.basename(row.file)}:{row.line}" for row in loops.itertuples())
    return (
        f"{left} ways were counted and not compiled, since the loop at {places} is in the program "
        "round by round: as jax.lax.scan it would compile in no time"
    )


def _framed(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    return table if len(table.columns) else pd.DataFrame(columns=list(columns))
