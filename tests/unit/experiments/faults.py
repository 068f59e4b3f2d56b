"""Faults to inject in an experiment's tables: what the tests of its claims share.

Those that are called with labels return a function of the tables. Labels are values of columns; of
a list, any of its values.
"""

import pandas as pd


def rows_with(table, **labels):
    """A mask of the rows with these labels, of which there must be some."""
    mask = pd.Series(True, table.index)
    for column, label in labels.items():
        mask &= table[column].isin(label) if isinstance(label, list) else table[column] == label
    assert mask.any(), labels
    return mask


def put(value, table="measurements", column="value", **labels):
    """A value, or what a function makes of the rows, in place of what was measured."""

    def inject(tables):
        whole = tables[table]
        rows = rows_with(whole, **labels)
        whole.loc[rows, column] = value(whole[rows]) if callable(value) else value

    return inject


def times(factor, table="measurements", column="value", **labels):
    """What was measured times a factor, or times a function of the rows."""
    of = factor if callable(factor) else lambda rows: factor
    return put(lambda rows: rows[column] * of(rows), table, column, **labels)


def constant(**labels):
    """The first of the measurements in place of each."""
    return put(lambda rows: rows.value.iloc[0], **labels)


def swap(a, b, table="measurements", column="method", **labels):
    """Two methods under each other's name."""
    labels |= {column: [a, b]}
    return put(lambda rows: rows[column].replace({a: b, b: a}), table, column, **labels)
