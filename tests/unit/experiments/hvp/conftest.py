import copy

import pandas as pd
import pytest

from adcost.experiments.hvp import measure, plan

SECTION = {
    "layers": [20, 40, 80],
    "width": 3,
    "dtype": "float32",
    "initialisation": "signal_preserving",
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
    "float64_layers": [2, 4, 8],
    "homework_init": {"layers": [10, 100, 1000], "width": 3, "draws": 9},
    "large": {"layers": 3, "width": 20},
}


@pytest.fixture(scope="session")
def measured():
    """The experiment's tables, measured once for all its tests."""
    tables = {}
    for point in plan.points(SECTION):
        for name, table in measure.measure(point.name, point.parameters, seed=1).items():
            tables.setdefault(name, []).append(table)
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


@pytest.fixture
def tables(measured):
    """A copy that a test may falsify."""
    return copy.deepcopy(measured)
