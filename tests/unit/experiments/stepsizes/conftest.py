import pytest

from adcost.experiments.stepsizes import measure, plan
from adcost.results.points import points_table

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
    """The tables of the homework with a β beyond the border of stability, and all points."""
    points = plan.points(SECTION | {"beta": 3.0})
    tables = measure.measure(points[0].name, points[0].parameters, seed=1)
    return tables | {"points": points_table({point.name: point.parameters for point in points})}
