"""Small tables of the experiments, measured once and kept in ``tables/``, for tests that draw,
judge and count from tables alone and so need no JAX.

``python tests/contract/recorded.py hvp …`` measures and writes those of the experiments named;
`test_promises_recorded.py` fails where a table no longer has the rows that are measured.
"""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

TESTS = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "tables"

MEASURED = (
    "value", "seconds", "compile_seconds", "others_share", "order", "repeat",
    "derivative", "by_jax", "partial",
)  # fmt: skip
"""What may differ from one measurement to the next; all other columns say of what a row is."""

FEW_REPEATS = {"hutchinson": 8}
"""Where not all repeats are kept, so that the files stay small."""


def recorded(experiment: str) -> dict[str, pd.DataFrame]:
    """An experiment's tables as they were measured."""
    files = sorted((FOLDER / experiment).glob("*.csv"))
    read = {"float_precision": "round_trip", "keep_default_na": False}
    return {file.stem: pd.read_csv(file, **read) for file in files}


def distinct(experiment: str, spread: float = 0.3, seed: int = 0) -> dict[str, pd.DataFrame]:
    """The same, every measured value times a factor of its own, so that no two rows are alike.

    The factors are lognormal with the deviation ``spread`` of the logarithm: what is drawn or
    named from another row than its own shows another value.
    """
    tables, rng = recorded(experiment), np.random.default_rng(seed)
    for table in tables.values():
        for column in {"value", "seconds", "compile_seconds"} & set(table.columns):
            table[column] *= np.exp(spread * rng.standard_normal(len(table)))
    return tables


def of_what(table: pd.DataFrame) -> pd.DataFrame:
    """What a table has rows of, each once, in order of its labels; digests of code count not."""
    labels = table[[name for name in table.columns if name not in MEASURED]].astype(str)
    labels = labels.replace(r"\b[0-9a-f]{64}\b", "", regex=True)
    return labels.drop_duplicates().sort_values(list(labels)).reset_index(drop=True)


def out_of_date(experiment: str, measured: Mapping[str, pd.DataFrame]) -> list[str]:
    """The recorded tables with other columns or rows than those just measured."""
    held = recorded(experiment)
    if not held:
        return []
    return [
        name
        for name in sorted(held.keys() | measured.keys())
        if name not in held
        or name not in measured
        or list(held[name].columns) != list(measured[name].columns)
        or not of_what(held[name]).equals(of_what(measured[name]))
    ]


def _record(experiment: str) -> None:
    from adcost.experiments import in_process

    path = TESTS / "unit/experiments" / experiment / "conftest.py"
    described = importlib.util.spec_from_file_location(f"{experiment}_conftest", path)
    conftest = importlib.util.module_from_spec(described)
    described.loader.exec_module(conftest)
    for name, table in in_process.measure_all(experiment, conftest.SECTION, seed=1).items():
        if experiment in FEW_REPEATS and "repeat" in table:
            table = table[table["repeat"] < FEW_REPEATS[experiment]]
        file = FOLDER / experiment / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    for named in sys.argv[1:]:
        _record(named)
