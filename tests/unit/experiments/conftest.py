"""What the tests of every experiment share; each measures its own small `SECTION`."""

import copy
from functools import partial

import pytest

from adcost.experiments import in_process


@pytest.fixture(scope="session")
def measure_all():
    """A function that measures every point of an experiment's section, with one seed."""
    return partial(in_process.measure_all, seed=1)


@pytest.fixture
def tables(measured):
    """A copy of the experiment's tables that a test may falsify."""
    return copy.deepcopy(measured)
