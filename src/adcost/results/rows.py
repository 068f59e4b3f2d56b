"""Rows of a table of measurements by model, method, setting and size, collected."""

from typing import Any

import pandas as pd

COLUMNS = ("point", "model", "method", "setting", "size", "quantity", "value")


class Rows:
    """Rows of one point."""

    def __init__(self, point: str, model: str) -> None:
        """Begin without rows."""
        self._labels = (point, model)
        self._rows: list[tuple[Any, ...]] = []

    def add(self, method: str, setting: str, size: int, **quantities: Any) -> None:
        """A row for each quantity by its name."""
        self._rows += [
            (*self._labels, method, setting, size, name, float(value))
            for name, value in quantities.items()
        ]

    def table(self) -> pd.DataFrame:
        """All rows, tidy."""
        return pd.DataFrame(self._rows, columns=list(COLUMNS))
