"""What is recorded of a run: its configuration, and where its tables were measured."""

from adcost.study.provenance import provenance


def origin(**changes):
    made = {
        "date": "2026-03-02T10:00:00+00:00",
        "commit": "a" * 40,
        "dirty": False,
        "changed": [],
        "packages": {"jax": "1"},
        "machine": {"cpu": "Abacus 9", "cores": 2},
    }
    return made | changes


def notes(*origins):
    """What the sidecars of as many tables tell."""
    return [{"experiment": "e", "origins": [one]} for one in origins]


def test_the_configuration_and_the_one_origin_of_all_tables():
    record = provenance({"seed": 1}, notes(origin(), origin(date="2026-03-02T11:00:00+00:00")))
    assert record["config"] == {"seed": 1} and len(record["config_digest"]) == 64
    assert record["commit"] == "a" * 40 and record["machine"]["cpu"] == "Abacus 9"
    assert record["date"] == "2026-03-02T11:00:00+00:00"
    assert record["dirty"] is False and len(record["measured"]) == 1


def test_one_dirty_table_makes_the_run_dirty_and_each_origin_is_listed():
    old = origin(commit="b" * 40, dirty=True, changed=["src/a.py"], date="2026-03-01T10:00:00")
    record = provenance({}, notes(origin(), old))
    assert record["dirty"] is True and record["changed"] == ["src/a.py"]
    assert record["commit"] == "a" * 40  # the newest
    assert [one["commit"][0] for one in record["measured"]] == ["b", "a"]


def test_an_origin_of_which_git_told_nothing_leaves_the_run_unknown_or_dirty():
    unknown = origin(commit="unknown", dirty=None)
    for others, dirty in ((origin(), None), (origin(dirty=True), True)):
        notes = [{"origins": [others]}, {"origins": [unknown]}]
        assert provenance({}, notes)["dirty"] is dirty


def test_without_sidecars_it_is_this_process_that_is_recorded():
    record = provenance({}, [])
    assert record["packages"]["jax"] and record["machine"]["cores"] >= 1


def test_disturbed_points_are_named_with_what_others_used():
    loads = {"a": {"share": 0.01, "disturbed": False}, "b": {"share": 0.31, "disturbed": True}}
    timings = {"experiment": "e", "origins": [origin()], "background_load": loads}
    record = provenance({}, [*notes(origin()), timings])
    assert record["timed_points"] == 2 and record["disturbed_points"] == {"e/b": 0.31}
    assert provenance({}, notes(origin()))["timed_points"] == 0
