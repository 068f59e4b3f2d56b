import pytest

from adcost.experiments.checkpointing import plan


def test_a_point_for_each_length_and_one_for_the_animation(section):
    points = plan.points(section)
    assert [p.name for p in points] == [*(f"chain-{n}" for n in (8, 9, 16, 64)), "animation"]
    assert [p.timed for p in points] == [True] * 4 + [False]


def test_revolve_has_halvings_snapshots_and_at_the_frontier_more(section):
    found = {p.name: p.parameters.get("snapshots") for p in plan.points(section)}
    assert found["chain-8"] == [3] and found["chain-9"] == [4]
    assert found["chain-16"] == [1, 4, 8]


def test_a_new_length_changes_no_other_point(section):
    before = {p.name: p for p in plan.points(section)}
    section["lengths"].append(128)
    after = {p.name: p for p in plan.points(section)}
    assert set(after) - set(before) == {"chain-128"}
    assert all(after[name] == before[name] for name in before)


def test_a_sound_section_has_no_problems(section):
    assert plan.problems(section, 6000) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: c.update(lengths=[16, 8]), ["checkpointing.lengths", "[16, 8]", "increase"]),
        (lambda c: c["frontier"].update(length=7), ["frontier.length is 7", "[8, 9, 16, 64]"]),
        (lambda c: c["frontier"].update(snapshots=[2, 17]), ["17 snapshots", "16 layers"]),
        (lambda c: c["lengths"].append(10**6), ["1000000 layers", "6,000", "checkpointing.width"]),
        (lambda c: c["timing"].update(max_runs=2), ["timing.max_runs is 2", "which is 6"]),
    ],
)
def test_what_cannot_run_is_refused(section, spoil, words):
    spoil(section)
    text = "\n".join(plan.problems(section, 6000))
    assert all(word in text for word in words), text
