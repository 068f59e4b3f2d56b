"""What every plan must be."""

import re
from pathlib import Path

import pytest

import adcost.experiments
from adcost.experiments.plan import Point, check_points, rounds_problems

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


def test_the_most_rounds_are_no_fewer_than_the_least():
    assert rounds_problems("hvp.timing", {"runs": 6, "max_runs": 6}) == []
    (said,) = rounds_problems("hvp.timing", {"runs": 6, "max_runs": 5})
    assert said == "hvp.timing.max_runs is 5; it must be at least hvp.timing.runs, which is 6."


PARSED = re.compile(
    r"\b(point|method|problem|quantity)(\.str\b|\.(r?split|r?partition|(starts|ends)with|remove(pre|suf)fix)\()"
)


def test_no_experiment_reads_a_parameter_out_of_a_name():
    """The table `points` has the parameters; see `adcost.results.select`."""
    assert PARSED.search('problem.split("-")') and PARSED.search("rows.method.str.removeprefix(x)")
    for folder in adcost.experiments.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            assert not PARSED.search(path.read_text("utf-8")), path
