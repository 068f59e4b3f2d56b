"""What figures and claims both take from the tables of `graph_traces`."""

import pandas as pd

from adcost.results.select import series


def counted(measured: pd.DataFrame, method: str, quantity: str, function: str) -> pd.Series:
    """A quantity of a growing family, by its size."""
    growing = measured[measured.growing != "expression"]
    labels = {"function": function, "method": method, "quantity": quantity}
    return series("graph_traces", growing, "size", **labels)


def everywhere(measured: pd.DataFrame, method: str, quantity: str) -> pd.Series:
    """A quantity of all functions and sizes, by what is growing, function and size."""
    by = ["growing", "function", "size"]
    return series("graph_traces", measured, by, method=method, quantity=quantity)
