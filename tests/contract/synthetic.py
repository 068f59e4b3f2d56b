"""Tables made for the tests of figures, numbers and thresholds: small, and no row like another."""

import copy
from itertools import count

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer

FLAGS = ("finite", "arrived", "converged", "diverged")


def rounds(labels, medians, repeats=6):
    """The columns ``repeat, method, seconds, compile_seconds`` of interleaved timings.

    ``medians``: seconds by method. Every repeat has a factor of its own, so that an interval has a
    width; each method's compile time is its own as well.
    """
    number = count(1)
    rows = []
    for method, seconds in medians.items():
        compiled = 0.1 * next(number) + seconds
        for repeat in range(repeats):
            factor = 1 + 1e-4 * (repeat - (repeats - 1) / 2) * (1 + 0.1 * len(method))
            rows.append({**labels, "method": method, "repeat": repeat,
                         "seconds": seconds * factor, "compile_seconds": compiled})  # fmt: skip
    return pd.DataFrame(rows)


def scattered(tables, seed, columns=("value", "seconds"), spread=0.3, keep=FLAGS):
    """Copies of the tables in which every number is multiplied by a random factor of its own.

    ``keep``: quantities that stay as they are, such as flags and numbers that others must match.
    """
    rng = np.random.default_rng(seed)
    changed = copy.deepcopy(dict(tables))
    for table in changed.values():
        rows = ~table["quantity"].isin(keep) if "quantity" in table else slice(None)
        for column in set(columns) & set(table):
            factors = np.exp(spread * rng.uniform(-1, 1, len(table.loc[rows])))
            table[column] = table[column].astype(float)
            table.loc[rows, column] *= factors
    return changed


def where(table, **labels):
    """The rows with these labels (one label or a list of them); there must be some."""
    mask = pd.Series(True, table.index)
    for column, label in labels.items():
        mask &= table[column].isin(label if isinstance(label, list) else [label])
    assert mask.any(), labels
    return mask


def value(table, **labels):
    """The one number with these labels."""
    (found,) = table.value[where(table, **labels)]
    return found


def put(number, name="measurements", column="value", **labels):
    """A change of tables: a value, or a function of the rows, in place of what is there."""

    def change(tables):
        table = tables[name]
        rows = where(table, **labels)
        if pd.api.types.is_numeric_dtype(table[column]):
            table[column] = table[column].astype(float)
        table.loc[rows, column] = number(table[rows]) if callable(number) else number

    return change


def times(factor, name="measurements", column="value", **labels):
    """A change of tables: what is there times a factor, or times a function of the rows."""
    of = factor if callable(factor) else lambda rows: factor
    return put(lambda rows: rows[column] * of(rows), name, column, **labels)


def constant(**labels):
    """A change of tables: the first of the measurements in place of each."""
    return put(lambda rows: rows.value.iloc[0], **labels)


def swap(a, b, name="measurements", column="method", **labels):
    """A change of tables: two methods under each other's name."""
    labels |= {column: [a, b]}
    return put(lambda rows: rows[column].replace({a: b, b: a}), name, column, **labels)


def changed(tables, *changes):
    """A copy with the changes."""
    tables = copy.deepcopy(dict(tables))
    for change in changes:
        change(tables)
    return tables


def verdict(judge, tables, claim, unit):
    """The verdict of the first piece of a claim's evidence with that unit, or that text in it."""
    return verdicts(judge, tables, claim, unit)[0]


def verdicts(judge, tables, claim, unit):
    """The same, and the verdict of the claim."""
    (found,) = (one for one in judge(tables) if one.id == claim)
    exact = [piece for piece in found.evidence if piece.unit == unit]
    pieces = exact or [piece for piece in found.evidence if unit in piece.unit]
    assert exact or len(pieces) == 1, [piece.unit for piece in found.evidence]
    return pieces[0].verdict, found.verdict


def check_border(judge, tables, claim, piece, within, beyond):
    """Evidence holds within its border; beyond it neither it nor a claim that requires it does.

    ``piece``: its place in the claim's evidence, or a text in its unit. ``within``, ``beyond``:
    changes of the tables.
    """

    def found(change):
        (one,) = (one for one in judge(changed(tables, change)) if one.id == claim)
        if not isinstance(piece, str):
            return one, piece
        (place,) = (k for k, own in enumerate(one.evidence) if piece in own.unit)
        return one, place

    one, place = found(within)
    assert one.evidence[place].verdict == "reproduced"
    one, place = found(beyond)
    turned = one.evidence[place].verdict
    assert turned in ("refuted", "inconclusive")
    assert place >= len(one.requires) or one.verdict in (turned, "refuted")


def decided(judge, tables, claim):
    """The verdict of a claim."""
    return {one.id: one.verdict for one in judge(tables)}[claim]


def same(found, expected):
    """Hold numbers of a report against others: the same names, the same values."""
    assert set(found) == set(expected)
    wrong = {name: (found[name], right) for name, right in expected.items()
             if not _equal(found[name], right)}  # fmt: skip
    assert not wrong, wrong


def _equal(one, other):
    if isinstance(other, dict):
        return set(one) == set(other) and all(_equal(one[key], other[key]) for key in other)
    if isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, str) or isinstance(other, str | bool | type(None)):
        return one == other
    return bool(np.isclose(one, other, rtol=1e-9, atol=0))


def colour_of(axis, words):
    """The colour of the one text in a panel that begins with these words: the reader's legend."""
    found = {to_hex(text.get_color()) for text in axis.texts if text.get_text().startswith(words)}
    assert len(found) == 1, [text.get_text() for text in axis.texts]
    return found.pop()


def horizontal_ends(axis, colour):
    """The ends (2, m) of the horizontal error bars of one colour, in the order drawn."""
    (held,) = (
        held for held in axis.containers
        if isinstance(held, ErrorbarContainer) and to_hex(held.lines[0].get_color()) == colour
    )  # fmt: skip
    return np.array([[ends[0][0], ends[1][0]] for ends in held.lines[2][0].get_segments()]).T


def legend_of(holder):
    """What the one legend of a figure or panel says: text, and the colour and marker beside it."""
    legends = holder.legends if hasattr(holder, "legends") else [holder.get_legend()]
    (legend,) = legends
    texts = [text.get_text() for text in legend.get_texts()]
    pairs = zip(texts, legend.legend_handles, strict=True)
    return {text: (to_hex(handle.get_color()), handle.get_marker()) for text, handle in pairs}
