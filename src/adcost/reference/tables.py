"""Two versions of one table, compared cell by cell.

Tables are read as text, so that what is the same in the file is the same here. Rows are paired by
their order where their labels (the columns of text and of integers) agree; else equal rows are
paired first, then those with equal labels, so that a lost row does not shift the others.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from adcost.reference.tolerances import EVERY, Tolerance, Tolerances

INTEGER = re.compile(r"-?\d+")
LARGEST_WHOLE = 2.0**53
"""Up to here a double holds every whole number, so counts can be compared exactly."""


@dataclass(frozen=True)
class Difference:
    """Something that is not as in the reference; ``fails`` if the reference is not reproduced.

    ``kind`` is ``differs``, ``missing`` (the reference has it), ``extra`` (it has it not), or what
    of a claim is not the same: ``statement``, ``evidence`` or ``prediction``; ``where`` is a file,
    with its line, or a claim; ``name`` a column, a quantity or a number; ``share`` how many of how
    many are so, where only the worst is given.
    """

    kind: str
    where: str
    reference: str = ""
    here: str = ""
    name: str = ""
    share: str = ""
    fails: bool = True


@dataclass
class TableComparison:
    """What came of one table: its cells by outcome, and what is not as in the reference.

    ``passed``: the tolerances by which a cell passed that is not the same.
    """

    table: str
    rows: int = 0
    identical: int = 0
    within: int = 0
    beyond: int = 0
    not_compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    passed: set[Tolerance] = field(default_factory=set)

    @property
    def status(self) -> str:
        """``identical``, ``within`` (the tolerance) or ``differs``."""
        if any(difference.fails for difference in self.differences):
            return "differs"
        return "within" if self.within else "identical"


def compare_tables(
    experiment: str, table: str, reference: str, found: str, tolerances: Tolerances
) -> TableComparison:
    """Compare two versions of ``<experiment>/<table>.csv``, given as text."""
    result = TableComparison(table)
    left = _read(reference)
    result.rows = len(left)
    if reference == found:
        result.identical = left.size
        return result
    right = _read(found)
    for column in left.columns.difference(right.columns, sort=False):
        result.differences.append(Difference("missing", f"{table}.csv", name=column))
    for column in right.columns.difference(left.columns, sort=False):
        result.differences.append(Difference("extra", f"{table}.csv", name=column, fails=False))
    shared = [column for column in left.columns if column in right.columns]
    left, aside = _set_aside(left[shared], experiment, table, tolerances)
    right, _ = _set_aside(right[shared], experiment, table, tolerances)
    result.not_compared = aside * len(shared)
    kinds = {column: _kind(left[column], right[column]) for column in shared}
    pairs = _pair(left, right, kinds)
    _note_rows(result, "missing", left, pairs[:, 0])
    _note_rows(result, "extra", right, pairs[:, 1])
    left = left.loc[pairs[:, 0]].reset_index(drop=True)
    right = right.loc[pairs[:, 1]].reset_index(drop=True)
    limits = _Limits(experiment, table, left, tolerances)
    for column in shared:
        occurring, chosen = limits.for_column(column)
        cells = _compare_column(left[column], right[column], kinds[column], occurring, chosen)
        result.passed |= {occurring[number] for number in np.unique(chosen[cells.within])}
        _count(result, column, cells, left, right, pairs[:, 1])
    return result


def _read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def _kind(*columns: pd.Series) -> str:
    """Whether columns hold ``text``, an ``integer`` everywhere, or a ``number`` (or nothing)."""
    filled = pd.concat(columns)
    filled = filled[filled != ""]
    if all(INTEGER.fullmatch(value) for value in filled):
        return "integer"
    try:
        filled.to_numpy(dtype=object).astype(float)
    except ValueError:
        return "text"
    return "number"


def _set_aside(
    rows: pd.DataFrame, experiment: str, table: str, tolerances: Tolerances
) -> tuple[pd.DataFrame, int]:
    """The rows that are compared, and the number of those of which even the count is not."""
    kept = np.ones(len(rows), dtype=bool)
    for rule in tolerances.rules_for(experiment, table):
        if rule.column == EVERY:
            kept &= ~rule.rows(rows)
    return rows[kept], int((~kept).sum())


# --- rows ---------------------------------------------------------------------------------------


def _pair(left: pd.DataFrame, right: pd.DataFrame, kinds: dict[str, str]) -> np.ndarray:
    """The indices of rows that belong together, as two columns in the reference's order."""
    labels = [column for column, kind in kinds.items() if kind != "number"]
    texts = [column for column, kind in kinds.items() if kind == "text"]
    if np.array_equal(left[labels].to_numpy(), right[labels].to_numpy()):
        return np.column_stack([left.index, right.index])
    found = [np.empty((0, 2), dtype=int)]
    for columns in (list(kinds), labels, texts):
        found.append(_matches(left, right, columns))
        left = left.drop(index=found[-1][:, 0])
        right = right.drop(index=found[-1][:, 1])
    pairs = np.concatenate(found)
    return pairs[np.argsort(pairs[:, 0])]


def _matches(left: pd.DataFrame, right: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Rows with the same texts in these columns: the first with the first, and so on."""
    keys = []
    for table in (left, right):
        joined = pd.Series("", index=table.index)
        for column in columns:
            joined = joined + table[column] + "\0"
        nth = joined.groupby(joined).cumcount()
        keys.append(pd.DataFrame({"key": joined, "nth": nth, "row": table.index}))
    return keys[0].merge(keys[1], on=["key", "nth"])[["row_x", "row_y"]].to_numpy(dtype=int)


def _note_rows(result: TableComparison, kind: str, table: pd.DataFrame, paired: np.ndarray) -> None:
    """One difference for all rows that have no partner, with the first of them."""
    alone = table.drop(index=paired)
    if alone.empty:
        return
    first, share = ",".join(alone.iloc[0]), f"{len(alone)}/{len(table)}"
    missing = kind == "missing"
    where = f"{result.table}.csv:{alone.index[0] + 2}"
    result.differences.append(
        Difference(
            kind,
            where,
            reference=first if missing else "",
            here="" if missing else first,
            share=share,
        )
    )


# --- cells --------------------------------------------------------------------------------------


class _Limits:
    """The tolerances of a table's cells, by column."""

    def __init__(
        self, experiment: str, table: str, rows: pd.DataFrame, tolerances: Tolerances
    ) -> None:
        self.rows, self.default = rows, tolerances.default
        self.rules = tolerances.rules_for(experiment, table)

    def for_column(self, column: str) -> tuple[list[Tolerance], np.ndarray]:
        """The tolerances that occur, and which of them each row has; 0 is the default."""
        chosen = np.zeros(len(self.rows), dtype=int)
        occurring = [self.default]
        for rule in self.rules:
            if rule.column == column:
                occurring.append(rule.tolerance)
                chosen[rule.rows(self.rows) & (chosen == 0)] = len(occurring) - 1
        return occurring, chosen


@dataclass(frozen=True)
class _Cells:
    """The cells of a column by outcome; ``excess`` is the difference over what is allowed."""

    identical: np.ndarray
    not_compared: np.ndarray
    beyond: np.ndarray
    excess: np.ndarray

    @property
    def within(self) -> np.ndarray:
        """What is neither."""
        return ~(self.identical | self.not_compared | self.beyond)


def _compare_column(
    left: pd.Series,
    right: pd.Series,
    kind: str,
    occurring: Sequence[Tolerance],
    chosen: np.ndarray,
) -> _Cells:
    identical = (left == right).to_numpy()
    ruled = chosen > 0
    compared = np.array([tolerance.compared for tolerance in occurring])[chosen]
    excess = np.full(len(left), np.inf)
    if kind != "text":
        a, b = _numbers(left), _numbers(right)
        whole = (a == np.round(a)) & (b == np.round(b)) & (np.abs(a) < LARGEST_WHOLE)
        tolerant = ruled | ((kind == "number") & ~whole)
        for number, tolerance in enumerate(occurring):
            its = tolerant & (chosen == number)
            excess[its] = tolerance.excess(a[its], b[its])
        identical |= a == b
    excess = np.where(identical, 0.0, excess)
    return _Cells(
        identical=identical & compared,
        not_compared=~compared,
        beyond=compared & ~(excess <= 1),
        excess=excess,
    )


def _numbers(column: pd.Series) -> np.ndarray:
    """As Python reads them, to the last digit; NaN where there is nothing."""
    return column.replace("", "nan").to_numpy(dtype=object).astype(float)


def _count(
    result: TableComparison,
    column: str,
    cells: _Cells,
    left: pd.DataFrame,
    right: pd.DataFrame,
    lines: np.ndarray,
) -> None:
    """Add a column's cells to the table's, and a difference for each quantity beyond."""
    result.identical += int(cells.identical.sum())
    result.not_compared += int(cells.not_compared.sum())
    result.beyond += int(cells.beyond.sum())
    result.within += int(cells.within.sum())
    if not cells.beyond.any():
        return
    tidy = column == "value" and "quantity" in left.columns
    names = left["quantity"] if tidy else pd.Series(column, index=left.index)
    for name, group in names[cells.beyond].groupby(names[cells.beyond], sort=False):
        worst = group.index[np.argmax(cells.excess[group.index])]
        result.differences.append(
            Difference(
                "differs",
                f"{result.table}.csv:{lines[worst] + 2}",
                left[column][worst],
                right[column][worst],
                name,
                f"{len(group)}/{int((names == name).sum())}",
            )
        )
