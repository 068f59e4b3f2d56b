import copy

import pytest

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
def measured(measure_all):
    """The experiment's tables, measured once for all its tests."""
    return measure_all("mds", SECTION)


@pytest.fixture
def section():
    """A configuration that a test may spoil."""
    return copy.deepcopy(SECTION)
