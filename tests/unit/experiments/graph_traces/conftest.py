import copy

import pytest

SECTION = {
    "at": [2.0, 3.0],
    "expressions": [
        {"name": "survey", "function": "adcost.functions.scalars:survey", "at": [2, 5]},
        {"name": "valley", "function": "adcost.functions.scalars:rosenbrock", "at": [-1.2, 1.0]},
    ],
    "dimensions": [2, 4, 8],
    "lengths": [4, 16, 64],
}


@pytest.fixture(scope="session")
def measured(measure_all):
    """The experiment's tables, measured once for all its tests."""
    return measure_all("graph_traces", SECTION)


@pytest.fixture
def section():
    """A configuration that a test may spoil."""
    return copy.deepcopy(SECTION)
