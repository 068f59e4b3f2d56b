"""What a tag says of the function itself: its arguments, operations, bytes, side effects."""

import math
from typing import Any

import jax
import pandas as pd

from adcost import platforms
from adcost.costs.count import LowerBound
from adcost.price import tables
from adcost.price.measure import Priced
from adcost.price.python_function import argument_names, source_of
from adcost.price.subject import Subject, callbacks, described
from adcost.price.tag import UNCOUNTED
from adcost.price.words import seconds, short


def notes(s: Subject) -> dict[str, str]:
    """Sentences on what the function does beside computing."""
    found = {"effects": "", "prints": ""}
    if s.printed:
        more = "…" if len(s.printed) > 1 else ""
        found["prints"] = (
            f"it prints while it is traced, not while it runs ({s.printed[0]!r}{more}): "
            "jax.debug.print prints the values"
        )
    sites = callbacks(s.program(*s.shapes()))
    if sites:
        where = "; ".join(f"{name} at {short(line)}" for name, line in sites[:3])
        plural = "s" if len(sites) > 1 else ""
        found["effects"] = f"it has {len(sites)} side effect{plural} ({where})"
    return found


def function(
    s: Subject, one: Priced, timings: pd.DataFrame, notes: dict[str, str]
) -> dict[str, Any]:
    """What is said of the function itself: see `tag.Tag`."""
    file, line = source_of(s.f)
    x, rest = s.shapes()
    names = argument_names(s.f, len(s.args))
    inputs = [
        {"argument": f"{names[place]}{path}", "type": kind, "differentiated": place in s.argnums}
        for place in sorted({*s.argnums, *s.varying})
        for path, kind in described(s.args[place])
    ]
    result = jax.eval_shape(s.whole, x, rest)
    found: dict[str, Any] = {
        "name": s.name,
        "file": file,
        "line": line,
        "platform": platforms.current(),
        "inputs": inputs,
        "outputs": [{"output": path, "type": kind} for path, kind in described(result)],
        "size": sum(leaf.size for leaf in jax.tree.leaves(x)),
        "scalar": not s.result.shape,
    }
    if one.count is not None:
        operations = one.count.operations
        kinds = ("multiplications", "additions", "elementwise", "transcendental")
        found["operations"] = {kind: getattr(operations, kind) for kind in kinds}
        found["operations"]["total"] = operations.total
        found["exact"] = one.count.exact
    else:
        found |= {"operations": {}, "exact": False}
        notes["count"] = f"the function has no count: {'; '.join(one.notes)}"
    if one.held is not None:
        found["bytes"] = {
            "arguments": one.held.arguments,
            "outputs": one.held.outputs,
            "temporaries": one.held.temporaries,
        }
    spent = tables.seconds_of(one, timings)
    found["seconds"] = {"median": spent.value, "low": spent.low, "high": spent.high}
    if not timings.empty:
        empty = float(timings[timings.method == "empty call"].seconds.median())
        found["call_seconds"] = empty
        if spent.value < 3 * empty:
            notes["call"] = (
                f"a call takes {seconds(empty)} whatever it computes, and the function "
                f"{seconds(spent.value)}: the times are mostly of the call, and inside of a larger "
                "jitted function the counts say more"
            )
    found["kept_bytes"] = _kept(s)
    return found


def _kept(s: Subject) -> float:
    """Bytes that reverse mode keeps between its two sweeps, arguments that it needs among them."""
    try:
        x, rest = s.shapes()
        pull = jax.eval_shape(lambda x, rest: jax.vjp(lambda y: s.value(y, rest), x)[1], x, rest)
    except Exception:  # no reverse mode, which its own row says
        return math.nan
    leaves = [leaf for leaf in jax.tree.leaves(pull) if hasattr(leaf, "dtype")]
    return float(sum(leaf.size * leaf.dtype.itemsize for leaf in leaves))


def uncounted(count: LowerBound | None) -> pd.DataFrame:
    """What of the function has no count: `adcost.price.tag.UNCOUNTED`."""
    unknown = count.unknown if count else {}
    rows = [(what.primitive, what.where, times, what.reason) for what, times in unknown.items()]
    return pd.DataFrame(rows, columns=list(UNCOUNTED))
