import pytest

from adcost.experiments.sparse import plan


def test_a_point_for_each_matrix_and_two_that_are_timed(section):
    points = {point.name: point.timed for point in plan.points(section)}
    assert points == {
        "jacobian-banded": False, "jacobian-arrow": False, "jacobian-stencil": False,
        "hessian-banded": False, "hessian-arrow": False, "hessian-stencil": False,
        "random": False, "time-jacobian": True, "time-hessian": True,
    }  # fmt: skip


def _dense(section):
    section["dense"] = 64


def _square(section):
    section["drawn"] = 20


def _order(section):
    section["sizes"] = [25, 16, 64]


def _timed(section):
    section["time"]["sizes"] = [16, 36]


def _entries(section):
    section["random"]["entries"] = [49]


def _rounds(section):
    section["time"]["timing"]["max_runs"] = 5


def _memory(section):
    section["time"]["sizes"] = [16, 40_000]
    section["sizes"] = [16, 25, 40_000]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_dense, "sparse.dense is 64; it must be one of sparse.sizes but the last, [16, 25]"),
        (_square, "sparse.drawn: 20 is no square; the stencil's grid has as many rows as columns, "
                  "so use 16 or 25"),
        (_order, "sparse.sizes: [25, 16, 64] must increase"),
        (_timed, "sparse.time.sizes: 36 is none of sparse.sizes"),
        (_entries, "sparse.random.entries: 49 entries do not fit into a row of sparse.random.size"),
        (_rounds, "sparse.time.timing.max_runs is 5"),
        (_memory, "sparse.time.sizes: dense matrices of 40,000 rows take"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(section, spoil, words):
    assert plan.problems(section, 6000) == []
    spoil(section)
    (message,) = plan.problems(section, 6000)
    assert message.startswith(words)
