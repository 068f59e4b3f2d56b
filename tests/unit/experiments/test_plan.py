"""What every plan must be."""

import pytest

from adcost.experiments.plan import Point, check_points

TRAIN = Point("train", prepares=True)


def test_points_in_order_with_their_needs_are_sound():
    check_points([TRAIN, Point("look", needs=("train",)), Point("time", timed=True)], "x")


def test_a_point_has_a_folder_by_its_kind():
    kinds = [Point("a").folder, Point("a", timed=True).folder, TRAIN.folder]
    assert kinds == ["points", "timed", "prepared"]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([Point("a/b")], "x: 'a/b' cannot name a point"),
        ([Point("a"), Point("a")], "x: the point a is planned twice"),
        ([Point("look", needs=("train",)), TRAIN], "x: look needs train, which no point planned"),
        ([Point("a"), Point("look", needs=("a",))], "x: look needs a, which no point planned"),
        ([Point("a", timed=True, prepares=True)], "x: a both prepares and is timed"),
    ],
)
def test_other_points_are_refused(points, words):
    with pytest.raises(ValueError, match=words):
        check_points(points, "x")
