"""A tag as text for a terminal of 100 columns."""

import math
import os
import re
import textwrap
from collections.abc import Iterator

from adcost.price import source_picture
from adcost.price.tag import Tag
from adcost.price.words import (
    AS_WRITTEN,
    FRONTIER,
    counted,
    interval,
    number,
    prefixed,
    seconds,
    sentence,
    short,
    size,
)

WIDTH = 100
BAR = 16
BLOCKS = " ▏▎▍▌▋▊▉█"


def text(tag: Tag) -> str:
    """All that the tag says; parts that are empty are left out."""
    parts = [_head(tag), _function(tag), _prices(tag), _recommended(tag), _memory(tag), _lines(tag),
             _traps(tag), _checks(tag), _notes(tag)]  # fmt: skip
    return "\n\n".join("\n".join(part) for part in (list(p) for p in parts) if part)


def bar(share: float, width: int = BAR) -> str:
    """A bar of eighths of a character for a share between 0 and 1; never empty above 0."""
    eighths = round(max(0.0, min(share, 1.0)) * width * 8) if math.isfinite(share) else 0
    eighths = max(eighths, 1) if share > 0 else eighths
    return ("█" * (eighths // 8) + BLOCKS[eighths % 8]).rstrip()


def _head(tag: Tag) -> Iterator[str]:
    where = tag.function.get("file", "")
    place = f"{os.path.basename(where)}:{tag.function['line']}" if where else ""
    title = f"{tag.name}  {place}".rstrip()
    said = f"on {tag.function.get('platform', '').upper()}, {tag.function.get('size', 0):,} numbers"
    yield f"{title}{said:>{max(WIDTH - len(title), len(said) + 2)}}"
    yield "━" * WIDTH
    yield from _wrapped(tag.verdict)


def _function(tag: Tag) -> Iterator[str]:
    f = tag.function
    yield _title("The function")
    for each in f.get("inputs", []):
        mark = "  ∂" if each["differentiated"] else ""
        yield f"  {each['argument']:<31} {each['type']}{mark}"
    for each in f.get("outputs", []):
        yield f"  {('result ' + each['output']).strip():<31} {each['type']}"
    operations = f.get("operations", {})
    if operations:
        kinds = ", ".join(
            f"{prefixed(n).strip()} {kind}"
            for kind, n in operations.items()
            if n and kind != "total"
        )
        sure = "" if f.get("exact") else "at least "
        yield from _wrapped(
            f"{sure}{operations['total']:,} operations{f': {kinds}' if kinds else ''}", "  "
        )
    spent, held = f.get("seconds", {}), f.get("bytes")
    said = []
    if math.isfinite(spent.get("median", math.nan)):
        low, high = spent["low"], spent["high"]
        span = f" [{seconds(low)}, {seconds(high)}]" if math.isfinite(low) else ""
        said.append(f"{seconds(spent['median'])}{span}")
    if held:
        said.append(
            f"holds {size(held['arguments'])} of arguments, "
            f"{size(held['temporaries'])} of temporaries"
        )
    if math.isfinite(f.get("kept_bytes", math.nan)):
        said.append(f"reverse mode keeps {size(f['kept_bytes'])}")
    if said:
        yield from _wrapped("; ".join(said), "  ")
    for row in tag.uncounted.itertuples():
        times = f" ({row.times:,} times)" if row.times > 1 else ""
        yield from _wrapped(
            f"not counted: {row.primitive}{times} at {short(row.where)}: {row.reason}", "  "
        )


def _prices(tag: Tag) -> Iterator[str]:
    table = tag.prices
    if table.empty:
        return
    any_timed, sure, said = table.timed.notna().any(), tag.function.get("exact", True), ""
    timed = f"{'timed [95 %]':>24}{'time':>10}" if any_timed else ""
    header = f"{'Price list, in evaluations of the function':<46}{'counted':>9}{timed}"
    yield _title(f"{header}{'held':>11}")
    for derivative, rows in table.groupby("derivative", sort=False):
        if derivative == "function":
            continue
        yield f"  {derivative}"
        for row in rows.itertuples():
            held = size(row.temporary_bytes) if math.isfinite(row.temporary_bytes) else "–"
            shown = counted(row.counted, row.exact, sure)
            timed = (
                f"{interval(row.timed, row.timed_low, row.timed_high):>24}"
                f"{seconds(row.seconds):>10}"
                if any_timed
                else ""
            )
            note = "as above" if row.note and row.note == said else row.note
            inline = f"{row.method} ({note})" if note else row.method
            fits = len(inline) <= 42
            yield f"    {inline if fits else row.method:<42}{shown:>9}{timed}{held:>11}"
            if row.note and not fits:
                yield from _wrapped(row.note, "        ")
            said = row.note
    if not sure:
        yield "  ~ of what could be counted of both: neither is all of it, so this is no bound"


def _recommended(tag: Tag) -> Iterator[str]:
    if tag.recommendations.empty:
        return
    yield _title("What to use here")
    for row in tag.recommendations.itertuples():
        yield from _wrapped(f"{row.derivative}: {row.sentence}", "  ", "    ")


def _memory(tag: Tag) -> Iterator[str]:
    table = tag.memory
    if table.empty:
        return
    batches = table.largest_batch.notna().any()
    yield _title(
        f"{'Checkpoints: what the gradient would hold':<62}{'counted':>9}{'held':>14}"
        + (f"{'batch':>10}" if batches else "")
    )
    most = table.temporary_bytes.max()
    for target, rows in table.groupby("target", sort=False):
        for row in rows.itertuples():
            if row.note.startswith("the same program"):
                continue
            on = AS_WRITTEN if row.policy == "none" else f"{row.policy} on {short(target)}"
            mark = "*" if row.frontier else " "
            held = size(row.temporary_bytes) if math.isfinite(row.temporary_bytes) else "–"
            batch = f"{row.largest_batch:>10,.0f}" if batches and row.frontier else ""
            yield f"{mark} {on:<60.60}{number(row.counted):>9}{held:>14}{batch}" + (
                f"  {bar(row.temporary_bytes / most, 12)}" if most and not batches else ""
            )
            if row.note and not row.note.startswith("one more"):
                yield from _wrapped(row.note, "        ")
    yield f"  * {FRONTIER}"


def _lines(tag: Tag) -> Iterator[str]:
    if not tag.lines.empty and tag.lines.gradient.max() > 0:
        yield _title("By line, in evaluations of the function")
        yield from source_picture.text(tag.lines, WIDTH)


def _traps(tag: Tag) -> Iterator[str]:
    if tag.traps.empty:
        return
    yield _title("Traps")
    for row in tag.traps.itertuples():
        place = f"{os.path.basename(row.file)}:{row.line}: " if row.file else ""
        yield from _wrapped(f"{place}{row.name} ({row.price})", "  ", "    ")
        yield from _wrapped(f"It {row.sentence}.", "    ", "    ")
        yield from _wrapped(f"Instead: {row.rewrite}.", "    ", "    ")


def _checks(tag: Tag) -> Iterator[str]:
    if tag.checks.empty:
        return
    yield _title("Is it right?")
    for row in tag.checks.itertuples():
        mark = {True: "✓", False: "✗"}.get(row.passed, "·")
        said = getattr(row, "sentence", "") or getattr(row, "note", "") or row[1]
        yield from _wrapped(f"{mark} {said}", "  ", "    ")


def _notes(tag: Tag) -> Iterator[str]:
    if not tag.notes:
        return
    yield _title("Notes")
    for note in tag.notes:
        yield from _wrapped(sentence(note), "  ", "    ")


def _title(words: str) -> str:
    return f"{words}\n{'─' * WIDTH}"


def _wrapped(words: str, first: str = "", later: str | None = None) -> list[str]:
    indent = first if later is None else later
    joined = re.sub(r"(\d) (?=[kMGTP]?B\b|[mµn]?s\b|[kMGT]\b)", "\\1\N{NO-BREAK SPACE}", words)
    lines = textwrap.wrap(joined, WIDTH, initial_indent=first, subsequent_indent=indent)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
