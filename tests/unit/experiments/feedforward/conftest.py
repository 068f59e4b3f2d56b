import copy

import pytest

SECTION = {
    "networks": [
        {"name": "small", "sizes": [5, 4, 3], "batch": 2, "activations": ["tanh", "gelu"]},
        {"name": "one-input", "sizes": [3, 2], "batch": 1, "activations": ["logistic"]},
    ],
    "shapes_of": "small",
    "widths": {"width": [4, 16, 64, 256], "layers": 3, "batch": 8, "activation": "tanh"},
}


@pytest.fixture(scope="session")
def measured(measure_all):
    """The experiment's tables, measured once for all its tests."""
    return measure_all("feedforward", SECTION)


@pytest.fixture
def section():
    """A configuration that a test may spoil."""
    return copy.deepcopy(SECTION)
