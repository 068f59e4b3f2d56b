"""A tag as HTML: a fragment for a notebook, and a page of its own that needs nothing beside it."""

import math
import os
from collections.abc import Iterable
from html import escape

import pandas as pd

from adcost.number_format import SUPERSCRIPTS
from adcost.palette import BLUE, ORANGE
from adcost.price import source_picture
from adcost.price.tag import Tag
from adcost.price.verdict import NOT_FINITE
from adcost.price.words import (
    FRONTIER,
    counted,
    interval,
    number,
    seconds,
    sentence,
    size,
)

STYLE = """
.adcost{font:14px/1.45 system-ui,sans-serif;max-width:62rem;color:inherit}
.adcost h2{font-size:1.25em;margin:0 0 .2em}.adcost h3{font-size:1em;margin:1.4em 0 .3em}
.adcost .verdict{font-size:1.1em;border-left:.25em solid #0072B2;padding:.2em .8em;margin:.6em 0}
.adcost .broken{border-color:#D55E00}.adcost .quiet{opacity:.7}
.adcost .wide{overflow-x:auto}
.adcost table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:0}
.adcost th,.adcost td{padding:.15em .7em .15em 0;text-align:right;border:0;background:none;
  vertical-align:top;white-space:nowrap}
.adcost th{font-weight:600;border-bottom:1px solid #8888}
.adcost th.text,.adcost td.text{text-align:left}
.adcost td.note{text-align:left;white-space:normal;min-width:16em;opacity:.75}
.adcost tr.best td{font-weight:600}.adcost code{font-size:.95em}
.adcost svg text{fill:currentColor;font:12px system-ui,sans-serif}
.adcost ul{margin:.2em 0;padding-left:1.2em}
"""

ROW, LEFT, PLOT = 20, 290, 420


def page(tag: Tag) -> str:
    """A whole page, light or dark as the reader's system is."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(tag.name)}: the price of its derivatives</title>"
        "<style>:root{color-scheme:light dark}body{margin:1.5rem auto;padding:0 1rem;"
        f"max-width:62rem}}</style></head><body>\n{fragment(tag)}\n</body></html>\n"
    )


def fragment(tag: Tag) -> str:
    """All that the tag says, with the price list as a picture, for a notebook's cell."""
    holds = tag.verdict.startswith(("The cheap gradient holds", "The function is"))
    holds = holds and not tag.verdict.endswith(NOT_FINITE)
    f = tag.function
    place = f"{os.path.basename(f['file'])}:{f['line']}" if f.get("file") else ""
    parts = [
        f"<style>{STYLE}</style><div class=adcost>",
        f"<h2>{escape(tag.name)} <small class=quiet>{escape(place)} · {f.get('size', 0):,} numbers "
        f"· {escape(f.get('platform', '').upper())}</small></h2>",
        f"<p class='verdict{'' if holds else ' broken'}'>{escape(tag.verdict)}</p>",
        picture(tag.prices),
        _section("Price list, in evaluations of the function", _prices(tag)),
        _section("What to use here", _recommended(tag)),
        _section("Price by line", _lines(tag)),
        _section("Checkpoints: what the gradient would hold", _memory(tag)),
        _section(
            "Traps",
            _list(
                f"{_place(row.file, row.line)}<b>{escape(row.name)}</b> ({escape(row.price)}). It "
                f"{escape(row.sentence)}.<br>"
                f"<span class=quiet>Instead: {escape(row.rewrite)}.</span>"
                for row in tag.traps.itertuples()
            ),
        ),
        _section("Is it right?", _checks(tag)),
        _section("The function", _function(tag)),
        _section("Notes", _list(escape(sentence(note)) for note in tag.notes)),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def picture(prices: pd.DataFrame) -> str:
    """The price list as inline SVG on a logarithmic axis: counted, and timed with its interval."""
    rows = [r for r in prices.itertuples() if r.derivative != "function" and r.counted > 0]
    if not rows:
        return ""
    values = [v for r in rows for v in (r.counted, r.timed, r.timed_low, r.timed_high) if v > 0]
    low = min(0.0, math.floor(math.log10(min(values))))
    high = max(1.0, math.ceil(math.log10(max(values))))

    def x(value: float) -> float:
        return LEFT + PLOT * (math.log10(value) - low) / (high - low)

    height = ROW * (len(rows) + 2)
    said = [
        "<div class=wide>",
        f'<svg viewBox="0 0 {LEFT + PLOT + 30} {height + 8}" role="img" '
        f'width="{LEFT + PLOT + 30}" aria-label="Price of each derivative in evaluations of '
        'the function: counted, and timed with a 95 % interval">',
    ]
    for power in range(int(low), int(high) + 1):
        at = x(10.0**power)
        said.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{ROW}" y2="{height}" '
            'stroke="currentColor" stroke-opacity=".18"/>'
        )
        label = f"{10**power:,}" if 0 <= power < 6 else f"10{str(power).translate(SUPERSCRIPTS)}"
        said.append(f'<text x="{at:.1f}" y="{ROW - 6}" text-anchor="middle">{label}</text>')
    for i, row in enumerate(rows):
        y = ROW * (i + 1.7)
        label = f"{row.derivative}: {row.method}"
        label = label if len(label) < 46 else f"{label[:44]}…"
        said.append(
            f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(label)}</text>'
        )
        said.append(_dot(x(row.counted), y, ORANGE, f"counted: {number(row.counted)}", hollow=True))
        if row.timed > 0:
            if row.timed_low > 0:
                said.append(
                    f'<line x1="{x(row.timed_low):.1f}" x2="{x(row.timed_high):.1f}" '
                    f'y1="{y}" y2="{y}" stroke="{BLUE}" stroke-width="2.5"/>'
                )
            timed = interval(row.timed, row.timed_low, row.timed_high)
            said.append(_dot(x(row.timed), y, BLUE, f"timed: {timed}"))
    said.append(_dot(LEFT, height, ORANGE, "counted", hollow=True))
    said.append(f'<text x="{LEFT + 9}" y="{height + 4}">counted</text>')
    if prices.timed.notna().any():
        said.append(_dot(LEFT + 80, height, BLUE, "timed"))
        said.append(f'<text x="{LEFT + 89}" y="{height + 4}">timed, 95 % interval</text>')
    return "\n".join([*said, "</svg></div>"])


def _dot(x: float, y: float, colour: str, title: str, hollow: bool = False) -> str:
    fill = f'fill="none" stroke="{colour}" stroke-width="2"' if hollow else f'fill="{colour}"'
    radius = 5 if hollow else 4
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" {fill}><title>{title}</title></circle>'


def _section(title: str, body: str) -> str:
    return f"<h3>{escape(title)}</h3>\n{body}" if body else ""


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(
        f"<th class=text>{escape(h[1:])}</th>" if h.startswith("<") else f"<th>{escape(h)}</th>"
        for h in heads
    )
    return f"<div class=wide><table><tr>{head}</tr>\n" + "\n".join(rows) + "\n</table></div>"


def _list(items: Iterable[str]) -> str:
    found = [f"<li>{item}</li>" for item in items]
    return f"<ul>{''.join(found)}</ul>" if found else ""


def _cells(cells: Iterable[str], texts: int = 1) -> str:
    return "".join(
        f"<td class=text>{c}</td>" if i < texts else f"<td>{c}</td>" for i, c in enumerate(cells)
    )


def _held(value: float) -> str:
    return size(value) if math.isfinite(value) else "–"


def _prices(tag: Tag) -> str:
    if tag.prices.empty:
        return ""
    use = tag.recommendations
    best = set(zip(use.get("derivative", ()), use.get("method", ()), strict=True))
    rows, before = [], ""
    for row in tag.prices.itertuples():
        if row.derivative == "function":
            continue
        shown = row.derivative if row.derivative != before else ""
        before = row.derivative
        shown_count = counted(row.counted, row.exact, tag.function.get("exact", True))
        cells = [
            escape(shown),
            escape(row.method),
            shown_count,
            interval(row.timed, row.timed_low, row.timed_high),
            seconds(row.seconds),
            _held(row.temporary_bytes),
        ]
        mark = " class=best" if (row.derivative, row.method) in best else ""
        rows.append(f"<tr{mark}>{_cells(cells, 2)}<td class=note>{escape(row.note)}</td></tr>")
    heads = ["<derivative", "<method", "counted", "timed [95 %]", "time", "temporaries", "<note"]
    return _table(heads, rows)


def _recommended(tag: Tag) -> str:
    return _list(
        f"<b>{escape(row.derivative)}</b>: {escape(row.sentence)}"
        for row in tag.recommendations.itertuples()
    )


def _lines(tag: Tag) -> str:
    return source_picture.html(tag.lines)


def _memory(tag: Tag) -> str:
    if tag.memory.empty:
        return ""
    batches = tag.memory.largest_batch.notna().any()
    rows = []
    for row in tag.memory.itertuples():
        batch = [f"{row.largest_batch:,.0f}" if math.isfinite(row.largest_batch) else "–"]
        cells = [
            escape(row.target if row.policy != "none" else "–"),
            f"<code>{escape(row.policy)}</code>",
            number(row.counted),
            _held(row.temporary_bytes),
            *(batch if batches else []),
        ]
        mark = " class=best" if row.frontier else ""
        rows.append(f"<tr{mark}>{_cells(cells, 2)}<td class=note>{escape(row.note)}</td></tr>")
    heads = [
        "<around",
        "<policy",
        "counted",
        "temporaries",
        *(["largest batch"] if batches else []),
        "<note",
    ]
    said = f"<p class=quiet>Bold: {FRONTIER}.</p>"
    return _table(heads, rows) + said


def _checks(tag: Tag) -> str:
    if tag.checks.empty:
        return ""
    marks = {True: "✓", False: "✗"}
    said = []
    for row in tag.checks.itertuples():
        words = getattr(row, "sentence", "") or getattr(row, "note", "") or str(row[1])
        said.append(f"{marks.get(row.passed, '·')} {escape(words)}")
    return _list(said)


def _function(tag: Tag) -> str:
    f = tag.function
    said = [
        f"argument {escape(e['argument'])}: <code>{escape(e['type'])}</code>"
        + ", differentiated" * e["differentiated"]
        for e in f.get("inputs", [])
    ]
    said += [
        f"result {escape(e['output'])}: <code>{escape(e['type'])}</code>"
        for e in f.get("outputs", [])
    ]
    operations = f.get("operations", {})
    if operations:
        kinds = ", ".join(
            f"{n:,} {kind}" for kind, n in operations.items() if n and kind != "total"
        )
        said.append(
            f"{'' if f.get('exact') else 'at least '}{operations['total']:,} operations"
            + (f": {kinds}" if kinds else "")
        )
    spent = f.get("seconds", {})
    if math.isfinite(spent.get("median", math.nan)):
        said.append(
            f"{seconds(spent['median'])} [{seconds(spent['low'])}, {seconds(spent['high'])}]"
        )
    if math.isfinite(f.get("kept_bytes", math.nan)):
        said.append(f"reverse mode keeps {size(f['kept_bytes'])}")
    for row in tag.uncounted.itertuples():
        said.append(escape(f"not counted: {row.primitive} at {row.where}: {row.reason}"))
    return _list(said)


def _place(file: str, line: int) -> str:
    return f"<code>{escape(os.path.basename(str(file)))}:{line}</code> " if file else ""
