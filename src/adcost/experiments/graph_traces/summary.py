"""What figures and claims both take from the tables of `graph_traces`."""

import pandas as pd


def counted(measured: pd.DataFrame, method: str, quantity: str, function: str) -> pd.Series:
    """A quantity of a growing family, by its size."""
    rows = measured[
        (measured.growing != "expression")
        & (measured.function == function)
        & (measured.method == method)
        & (measured.quantity == quantity)
    ]
    if rows.empty:
        raise ValueError(f"graph_traces: no {quantity} of {method} for {function}")
    return rows.set_index("size").value.sort_index()


def everywhere(measured: pd.DataFrame, method: str, quantity: str) -> pd.Series:
    """A quantity of all functions and sizes, by what is growing, function and size."""
    rows = measured[(measured.method == method) & (measured.quantity == quantity)]
    if rows.empty:
        raise ValueError(f"graph_traces: no {quantity} of {method}")
    return rows.set_index(["growing", "function", "size"]).value.sort_index()
