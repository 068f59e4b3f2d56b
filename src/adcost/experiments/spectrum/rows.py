"""The rows of the table ``measurements``, collected."""

from collections.abc import Iterable

import pandas as pd

COLUMNS = ("point", "network", "epoch", "probe", "method", "quantity", "index", "value")

LARGEST = {f"largest_{place}": place for place in range(1, 21)}
"""The quantities of the largest Ritz values, and their places: as many as can be configured."""


class Rows:
    """Rows of one point; ``probe`` is −1 where none is meant."""

    def __init__(self, point: str, network: str, epoch: int) -> None:
        """Begin without rows."""
        self._labels = (point, network, epoch)
        self._rows: list[tuple[str | int | float, ...]] = []

    def add(
        self, method: str, quantity: str, values: Iterable[float], probe: int = -1, first: int = 0
    ) -> None:
        """A row for each value, with ``index`` counting from ``first``."""
        self._rows += [
            (*self._labels, probe, method, quantity, index, float(value))
            for index, value in enumerate(values, first)
        ]

    def table(self) -> pd.DataFrame:
        """All rows, tidy."""
        return pd.DataFrame(self._rows, columns=list(COLUMNS))
