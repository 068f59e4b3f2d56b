import copy

import pandas as pd
import pytest

from adcost.experiments.mds import measure, plan

SECTION = {
    "regions": {"europe": [6, 10, 15], "world": [8]},
    "starts": 6,
    "subsets": 40,
    "tolerance": 1e-6,
    "max_evaluations": 50000,
    "slow": {"starts": 3, "max_evaluations": 25000},
    "animate": "europe-10",
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


@pytest.fixture
def section():
    """A configuration that a test may spoil."""
    return copy.deepcopy(SECTION)
