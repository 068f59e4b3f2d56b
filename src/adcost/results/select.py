"""Rows of a table by their labels, and the parameters of points: what experiments summarise.

Rows that are asked for must be there: otherwise :class:`NotMeasured` says of which experiment, what
was asked for, and what there is instead.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd

MOST_NAMED = 12
"""So many values are named of those that there are."""


class NotMeasured(ValueError):
    """A table lacks the rows, or the points a parameter, that a summary reads."""


def select(experiment: str, table: pd.DataFrame, **labels: Any) -> pd.DataFrame:
    """The rows of a table with these labels, of which there is at least one.

    A label is one value of a column, or a list, tuple, set or index of values, each of which must
    be there. Raises :class:`NotMeasured`.
    """
    # Places of rows, since a table for each label would take several times as long.
    places = np.arange(len(table))
    for column, wanted in labels.items():
        several = _several(wanted)
        cells = table[column].to_numpy()[places]
        kept = _among(cells, several)
        if not kept.any() or (len(several) > 1 and not set(several) <= set(cells[kept])):
            raise NotMeasured(_nothing(experiment, table.iloc[places], labels, column))
        places = places[kept]
    return table.iloc[places]


def series(experiment: str, table: pd.DataFrame, by: str | list[str], **labels: Any) -> pd.Series:
    """The values of the rows with these labels, sorted by one column or several: its index.

    Raises :class:`NotMeasured` where there is no such row.
    """
    return select(experiment, table, **labels).set_index(by)["value"].sort_index()


def single(experiment: str, table: pd.DataFrame, **labels: Any) -> float:
    """The value of the first row with these labels. Raises :class:`NotMeasured`."""
    return float(select(experiment, table, **labels)["value"].iloc[0])


def parameter(experiment: str, points: pd.DataFrame, name: str) -> pd.Series:
    """A parameter by point, of the points that have it, in the plan's order.

    Numbers and truths where all are; ``object`` otherwise. Raises :class:`NotMeasured` where no
    point has it.
    """
    if name not in points.columns or (points[name] == "").all():
        there = ", ".join(column for column in points.columns if column != "point")
        raise NotMeasured(f"{experiment}: no point has the parameter {name}; there are: {there}")
    of_those = points[points[name] != ""]
    values = [_parsed(cell) for cell in of_those[name]]
    kinds = {type(value) for value in values}
    plain = kinds <= {int, float} or kinds == {bool}
    found = np.array(values) if plain else _objects(values)
    return pd.Series(found, index=pd.Index(of_those["point"], name="point"), name=name)


def points_with(experiment: str, points: pd.DataFrame, **parameters: Any) -> list[str]:
    """The names of the points with these parameters, at least one, in the plan's order.

    Raises :class:`NotMeasured`.
    """
    names = list(points["point"])
    for name, wanted in parameters.items():
        values = parameter(experiment, points, name)
        kept = [point for point in names if point in values and values[point] in _several(wanted)]
        if not kept:
            raise NotMeasured(_nothing(experiment, values.reset_index(), parameters, name))
        names = kept
    return names


def of_points(
    experiment: str, table: pd.DataFrame, points: pd.DataFrame, **parameters: Any
) -> pd.DataFrame:
    """The rows of the points with these parameters, at least one. Raises :class:`NotMeasured`."""
    names = set(points_with(experiment, points, **parameters))
    return select(experiment, table, point=sorted(names & set(table["point"])) or names)


def with_parameters(
    experiment: str, rows: pd.DataFrame, points: pd.DataFrame, *names: str
) -> pd.DataFrame:
    """The rows of a table with parameters of their points as further columns.

    Raises :class:`NotMeasured` where one of the rows' points lacks one.
    """
    joined = rows
    for name in names:
        values = parameter(experiment, points, name)
        if lacking := sorted(set(rows["point"]) - set(values.index)):
            raise NotMeasured(
                f"{experiment}: the points {_named(lacking)} have no parameter {name}; "
                f"{_named(values.index)} have one"
            )
        column = rows["point"].map(values)
        joined = joined.assign(**{name: column.astype(values.dtype)})
    return joined


def _parsed(cell: Any) -> Any:
    """A parameter from its cell: `adcost.results.points` says how it is written."""
    if not isinstance(cell, str):
        return cell.item() if isinstance(cell, np.generic) else cell
    try:
        return json.loads(cell)
    except ValueError:
        return cell


def _objects(values: list[Any]) -> np.ndarray:
    """An array of these objects, also where they are lists of one length."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _among(cells: np.ndarray, values: Collection[Any]) -> np.ndarray:
    """Which of the cells are one of these values."""
    if len(values) == 1:
        (value,) = values
        if value == value:  # Only a NaN is not, which is found by what follows.
            return np.asarray(cells == value)
    return np.asarray(pd.Series(cells).isin(values))


def _several(wanted: Any) -> Collection[Any]:
    return wanted if isinstance(wanted, (list, tuple, set, frozenset, pd.Index)) else [wanted]


def _nothing(experiment: str, rows: pd.DataFrame, labels: dict[str, Any], column: str) -> str:
    asked = ", ".join(f"{name} {_named(_several(value))}" for name, value in labels.items())
    wanted = [value for value in _several(labels[column]) if value not in set(rows[column])]
    what = f"{_named(wanted)} of {asked}" if len(_several(labels[column])) > 1 else asked
    earlier = list(labels)[: list(labels).index(column)]
    before = ", ".join(f"{name} {_named(_several(labels[name]))}" for name in earlier)
    there = _named(rows[column].drop_duplicates()) or "none"
    of = f" beside {before}" if before else ""
    return (
        f"{experiment}: nothing was measured with {what}. Of the column {column} there are{of}: "
        f"{there}"
    )


def _named(values: Iterable[Any]) -> str:
    """The first values, in words."""
    words = [str(value) for value in values]
    rest = len(words) - MOST_NAMED
    return ", ".join(words[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
