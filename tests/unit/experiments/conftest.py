"""What the tests of every experiment share; each measures its own small `SECTION`."""

import copy

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def measure_all():
    """A function that measures every point of a section, as the pipeline would in one process."""

    def run(plan, measure, section):
        tables = {}
        for point in plan.points(section):
            for name, table in measure.measure(point.name, point.parameters, seed=1).items():
                tables.setdefault(name, []).append(table)
        return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}

    return run


@pytest.fixture
def tables(measured):
    """A copy of the experiment's tables that a test may falsify."""
    return copy.deepcopy(measured)
