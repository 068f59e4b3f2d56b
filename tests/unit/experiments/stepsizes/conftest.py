import pytest

from adcost.experiments.stepsizes import measure, plan

SECTION = {
    "dimension": 30,
    "horizon": 4,
    "largest_start": 0.1,
    "starts": 8,
    "beta": 0.1,
    "steps": 600,
    "perturbations": 50,
    "sweep": {"smallest": 0.25, "largest": 3.0, "betas": 12, "steps": 30},
    "condition": {"dimension": 12, "numbers": [10, 50], "starts": 2, "restarts": 3},
}


@pytest.fixture(scope="session")
def diverged():
    """The tables of the homework with a β beyond the border of stability."""
    point = plan.points(SECTION | {"beta": 3.0})[0]
    return measure.measure(point.name, point.parameters, seed=1)
