"""The price of a function's derivative by line of its source.

JAX's equations keep the Python calls that led to them and the transforms that they went through,
through `jax.grad` and inside of loops, branches and calls. So the counting of `adcost.costs.count`
can be divided among the user's lines, the reverse sweep apart from what comes before it, and each
array that the reverse sweep reads can be traced to the line that made it. Nothing is computed.

`adcost.price.attribution` says whose line an equation is.
"""

import linecache
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from adcost.costs.count import Cost, LowerBound
from adcost.jax_versions import Frame
from adcost.price.attribution import places
from adcost.price.kept import kept
from adcost.price.programs import PROGRAMS, Programs
from adcost.price.subject import subject

COLUMNS = (
    "file", "line", "function", "source", "executions", "value", "tangent", "forward", "reverse",
    "gradient", "kept_bytes",
)  # fmt: skip
"""Columns of `by_line`: operations, but for the first five and the last.

``executions``: how often the line runs in one evaluation, loops included. ``value``: operations of
the function; ``tangent``: what a directional derivative adds to them; ``forward`` and ``reverse``:
those of value and gradient before and in the reverse sweep, whose sum is ``gradient``.
``kept_bytes``: arrays that the line makes before the reverse sweep and that the sweep reads; not
the arguments, which are there anyway. A compiler may keep fewer.
"""


def by_line(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    trips: Mapping[str, int] | None = None,
    costs: Mapping[str, Cost] | None = None,
) -> pd.DataFrame:
    """What each line of a function's source costs in it and in its derivatives.

    ``args`` are arrays or ``jax.ShapeDtypeStruct``, or trees of them. ``trips`` and ``costs`` are
    as for `adcost.costs.count.count`; what is not known counts nothing. Returns a table with
    `COLUMNS`, a row a line, files in the order in which they are met, lines in that of the file.
    The sums of ``value`` and ``gradient`` are exactly `adcost.costs.count.count` of the function
    and of value and gradient. What belongs to no line has a row without a file. The columns of a
    derivative that there is not (forward mode through `jax.custom_vjp`, reverse mode through a
    ``while`` loop) are NaN. Raises `adcost.price.subject.CannotPrice`.
    """
    return table(Programs(subject(f, args, argnums, has_aux), trips or {}, costs or {}))


def table(programs: "Programs") -> pd.DataFrame:
    """As `by_line`, of programs that have been traced."""
    rows: dict[Frame, dict[str, float]] = defaultdict(lambda: dict.fromkeys(COLUMNS[4:], 0))
    for frame, executions in _executions(programs.count("value")).items():
        rows[frame]["executions"] = executions
    missing = [name for name in PROGRAMS if programs.refusal(name)]
    callers = _callers(programs.count("value"))
    for name in (name for name in PROGRAMS if name not in missing):
        for place, part in places(programs.count(name)).items():
            column = name if name != "gradient" else "reverse" if place.reverse else "forward"
            rows[callers.get(place.frame, place.frame)][column] += part.operations.total
    if "gradient" not in missing:
        for frame, size in kept(programs.jaxpr("gradient")).items():
            rows[callers.get(frame, frame)]["kept_bytes"] += size
    for row in rows.values():
        row["tangent"] -= row["value"]
        row["gradient"] = row["forward"] + row["reverse"]
        if "tangent" in missing:
            row["tangent"] = math.nan
        if "gradient" in missing:
            row |= dict.fromkeys(("forward", "reverse", "gradient", "kept_bytes"), math.nan)
    return _table(rows)


def _callers(function: LowerBound) -> dict[Frame, Frame]:
    """The user's line that calls a library's, the first if there are several.

    What a derivative moves out of a library's loop has left the calls to that loop behind.
    """
    found: dict[Frame, Frame] = {}
    for place in places(function):
        for frame in place.calls:
            if frame == place.frame:
                break
            found.setdefault(frame, place.frame)
    return found


def _table(rows: Mapping[Frame, Mapping[str, float]]) -> pd.DataFrame:
    """One row a line: what several functions on one line do (lambdas) is added up."""
    order = {file: i for i, file in enumerate(dict.fromkeys(frame.file for frame in rows))}
    merged: dict[tuple[str, int], dict[str, Any]] = {}
    for frame in sorted(rows, key=lambda frame: (frame.file == "", order[frame.file], frame.line)):
        if not any(number > 0 for number in rows[frame].values()):
            continue
        row = merged.setdefault(
            (frame.file, frame.line),
            {"function": frame.function, **dict.fromkeys(COLUMNS[4:], 0)},
        )
        for name, number in rows[frame].items():
            row[name] = max(row[name], number) if name == "executions" else row[name] + number
    table = [
        {"file": file, "line": line, "source": source(file, line), **row}
        for (file, line), row in merged.items()
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


def source(file: str, line: int) -> str:
    """A line of source without its indentation; a notebook's cells are known too."""
    return linecache.getline(file, line).strip() if file else "not attributed to a line"


def _executions(function: LowerBound) -> dict[Frame, int]:
    """How often each line runs.

    A line makes several equations, each as often as it runs; one that a library repeats within it
    (a list that is stacked) is there more often, so the least is taken, for each way there.
    """
    least: dict[tuple[Frame, ...], dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for place, part in places(function).items():
        if place.frame in place.calls:
            outward = place.calls[place.calls.index(place.frame) :]
            least[outward][place.site, place.primitive] += part.runs
    found: dict[Frame, int] = defaultdict(int)
    for outward, runs in least.items():
        found[outward[0]] += min(runs.values())
    return dict(found)
