import copy

import pytest

SECTION = {
    "epsilon": {"smallest": 1e-14, "largest": 1.0, "per_decade": 5},
    "curves": ["exponential", "reciprocal"],
    "sets": 8,
    "points": 150,
    "dimensions": [1, 3, 10],
}


@pytest.fixture(scope="session")
def measured(measure_all):
    """The experiment's tables, measured once for all its tests."""
    return measure_all("finite_differences", SECTION)


@pytest.fixture
def section():
    """A configuration that a test may spoil."""
    return copy.deepcopy(SECTION)
