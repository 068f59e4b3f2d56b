"""The user's code with the price of each line beside it: for a terminal, a notebook, the report.

A bar is the line's part of the gradient, its own colour that of the function itself, in evaluations
of the function; beside it the bytes that reverse mode keeps of it. Shown are the functions that
have lines with a price, long stretches without one left out.
"""

import ast
import functools
import html as markup
import linecache
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from adcost.palette import BLUE, PURPLE, VERMILION
from adcost.price.words import number, size

AROUND = 1
"""Lines without a price that are shown beside one that has one."""
LEFT_OUT = "…"
"""In the place of the number of lines that are left out; the fonts of figures have it."""
LEAST = 1e-3
"""Of all operations of the gradient, and of all bytes kept: a line below both has no bar."""


@dataclass(frozen=True)
class Row:
    """One line of a picture; ``line`` 0 stands for lines that are left out."""

    line: int
    source: str
    value: float = 0.0
    gradient: float = 0.0
    kept: int = 0
    """Operations in evaluations of the function, and bytes."""

    @property
    def priced(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.value or self.gradient or self.kept)


@dataclass(frozen=True)
class Excerpt:
    """Lines of one file."""

    file: str
    rows: tuple[Row, ...]


def excerpts(table: pd.DataFrame) -> list[Excerpt]:
    """What of the source is shown for a table of `adcost.price.lines.by_line`."""
    table = table.fillna(0)  # of a derivative that there is not
    evaluation = max(table.value.sum(), 1)
    most = {name: max(table[name].sum(), 1) for name in ("value", "gradient", "kept_bytes")}
    found = []
    for file, rows in table.groupby("file", sort=False):
        prices = {
            int(row.line): Row(
                int(row.line),
                row.source,
                row.value / evaluation,
                row.gradient / evaluation,
                int(row.kept_bytes),
            )
            for row in rows.itertuples()
            if any(getattr(row, name) >= LEAST * most[name] for name in most)
        }
        if prices:
            found.append(Excerpt(str(file), _dedented(_with_context(str(file), prices))))
    return found


def _dedented(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows without the indentation that all have."""
    rows = tuple(rows)
    margin = min(len(r.source) - len(r.source.lstrip()) for r in rows if r.source.strip())
    return tuple(replace(row, source=row.source[margin:]) for row in rows)


def _with_context(file: str, prices: dict[int, Row]) -> Iterator[Row]:
    """The priced lines and those around them, from the head of each function on."""
    shown: set[int] = set()
    for line in prices:
        head, last = _function(file, line)
        shown |= {head} | {n for n in range(line - AROUND, line + AROUND + 1) if head <= n <= last}
    text = linecache.getlines(file)
    before = 0
    for line in sorted(shown):
        source = text[line - 1].rstrip() if 0 < line <= len(text) else ""
        if before and line == before + 2 and not text[before].strip():
            yield Row(before + 1, "")
        elif before and line > before + 1:
            yield Row(0, "")
        row = prices.get(line, Row(line, source))
        yield Row(line, source or row.source, row.value, row.gradient, row.kept)
        before = line


def _function(file: str, line: int) -> tuple[int, int]:
    """First and last line of the innermost function around a line; the line itself if none is."""
    around = [(first, last) for first, last in _functions(file) if first <= line <= last]
    return max(around, default=(line, line))


@functools.lru_cache(maxsize=64)
def _functions(file: str) -> tuple[tuple[int, int], ...]:
    """First and last lines of all functions of a file that are more than an expression."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return ()
    return tuple(
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


def file_name(file: str) -> str:
    """The name of a file, or that there is none."""
    return os.path.basename(file) or "not attributed to a line"


# For a terminal.


def text(table: pd.DataFrame, width: int = 100) -> list[str]:
    """Lines of text, ``width`` characters at most."""
    bar, code = 18, width - 18 - 6 - 8 - 9 - 10 - 3
    if table.empty or code < 16:
        return []
    parts = excerpts(table)
    largest = max((max(r.value, r.gradient) for part in parts for r in part.rows), default=0)
    found = []
    for part in parts:
        head = f"{file_name(part.file)}"
        found.append(f"{head:<{code + 7}.{code + 7}}{'value':>8}{'gradient':>9}{'kept':>10}")
        for row in part.rows:
            line = f"{row.line or LEFT_OUT:>5}  {shortened(row.source, code):<{code}}"
            if row.priced:
                value, gradient, kept = numbers_of(row)
                line += f"{value:>8}{gradient:>9}{kept:>10}  {_bar(row, largest, bar)}"
            found.append(line.rstrip())
    found.append("█ the value, ░ what the gradient adds; in evaluations of the function")
    return found


def shortened(source: str, width: int) -> str:
    """A text of so many characters at most."""
    return source if len(source) <= width else source[: width - 1] + "…"


def numbers_of(row: Row) -> tuple[str, str, str]:
    """Value, gradient and bytes kept, nothing for zero."""
    value, gradient = (number(one) if one else "" for one in (row.value, row.gradient))
    return value, gradient, size(row.kept) if row.kept else ""


def _bar(row: Row, largest: float, width: int) -> str:
    inner = round(width * row.value / largest) if largest else 0
    outer = round(width * row.gradient / largest) if largest else 0
    return "█" * inner + "░" * max(outer - inner, 0)


# For a notebook, or any page.

STYLE = f"""
.adcost-source {{ border-collapse: collapse; width: 100%; max-width: 60rem; font-size: .85rem;
  color: inherit; background: none; }}
.adcost-source caption {{ text-align: left; padding: .6em 0 .3em; font-weight: 600; }}
.adcost-source th, .adcost-source td {{ padding: 0 .4em; vertical-align: top; border: 0;
  text-align: right; font-variant-numeric: tabular-nums; background: none; }}
.adcost-source th {{ font-weight: normal; opacity: .75; }}
.adcost-source .code {{ text-align: left; width: 100%; }}
.adcost-source code {{ font: .95em/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; color: inherit; background: none; padding: 0; }}
.adcost-source .n {{ opacity: .75; }}
.adcost-bar {{ display: block; height: 5px; margin-bottom: 3px; min-width: 1px; }}
.adcost-key {{ display: inline-block; width: .8em; height: .8em; vertical-align: -.05em; }}
.adcost-value {{ background: {BLUE}; }} .adcost-gradient {{ background: {VERMILION}; }}
.adcost-kept {{ background: {PURPLE}; height: 3px; }}
"""
"""Colours of text are the page's own, so that it is read on light and on dark ones."""


def html(table: pd.DataFrame) -> str:
    """A fragment of HTML with its own style; no script, nothing from elsewhere."""
    parts = excerpts(table) if not table.empty else []
    if not parts:
        return ""
    rows = [row for part in parts for row in part.rows]
    largest = max(max(row.value, row.gradient) for row in rows) or 1.0
    most = max(row.kept for row in rows) or 1
    tables = "".join(
        f'<table class="adcost-source"><caption>{markup.escape(file_name(part.file))}</caption>'
        '<thead><tr><th scope="col">line</th><th scope="col" class="code">source</th>'
        '<th scope="col">value</th><th scope="col">gradient</th><th scope="col">kept</th></tr>'
        f"</thead><tbody>{''.join(_html_row(row, largest, most) for row in part.rows)}</tbody>"
        "</table>"
        for part in parts
    )
    key = (
        '<p><span class="adcost-key adcost-value"></span> the function&emsp;'
        '<span class="adcost-key adcost-gradient"></span> what value and gradient take more&emsp;'
        '<span class="adcost-key adcost-kept"></span> kept for the reverse sweep. Operations, in '
        "evaluations of the function.</p>"
    )
    return f"<style>{STYLE}</style>{tables}{key}"


def _html_row(row: Row, largest: float, most: int) -> str:
    if not row.line:
        return f'<tr><td class="n">{LEFT_OUT}</td><td></td><td></td><td></td><td></td></tr>'
    source = f"<code>{markup.escape(row.source) or '&nbsp;'}</code>"
    if not row.priced:
        cells = f'<td class="n">{row.line}</td><td class="code">{source}</td>'
        return f'<tr>{cells}<td colspan="3"></td></tr>'
    inner, outer = 100 * row.value / largest, 100 * max(row.value, row.gradient) / largest
    cut = 100 * inner / outer if outer else 0
    bar = (
        f'<span class="adcost-bar" style="width:{outer:.1f}%;background:linear-gradient(to right,'
        f'{BLUE} {cut:.1f}%,{VERMILION} {cut:.1f}%)"></span>'
        if outer
        else ""
    )
    if row.kept:
        bar += (
            '<span class="adcost-bar adcost-kept" '
            f'style="width:{100 * row.kept / most:.1f}%"></span>'
        )
    cells = "".join(f"<td>{each.replace(' ', '&nbsp;')}</td>" for each in numbers_of(row))
    return f'<tr><td class="n">{row.line}</td><td class="code">{source}{bar}</td>{cells}</tr>'
