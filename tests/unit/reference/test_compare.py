"""Whole runs: configuration first, then tables, then claims."""

import copy

import pytest

from adcost.reference.compare import Run, changed_keys, compare, compare_claims
from adcost.reference.summary import summary
from adcost.reference.tolerances import Rule, Tolerance, Tolerances

TOLERANCES = Tolerances(Tolerance(relative=1e-6))
TABLE = "method,value\nslow,1.5\nfast,2.5\n"


def claim(name="toy.one", verdict="reproduced", kind="counted", measured=1.0):
    evidence = {"kind": kind, "predicted": "≤ 2", "measured": measured, "low": measured,
                "high": measured, "unit": "", "verdict": verdict, "decides": True}  # fmt: skip
    words = {"statement": "It is cheap.", "source": "§ 1"}
    return {"id": name, "verdict": verdict, "evidence": [evidence]} | words


def run(**changes):
    config = {"seed": 1, "platform": "cpu", "memory_mb": 1, "toy": {"sizes": [1, 2], "deep": {}}}
    provenance = {
        "commit": "0123456789abcdef", "dirty": False, "date": "2026-03-02T10:00:00+00:00",
        "machine": {"cpu": "Abacus 9", "cores": 3}, "packages": {"jax": "1.0"}, "config": config,
    }  # fmt: skip
    made = {
        "provenance": provenance, "claims": {"toy": [claim()]}, "tables": {"toy": {"m": TABLE}},
        "numbers": {"toy": {"price": 0.75}},
    }  # fmt: skip
    return Run(**(copy.deepcopy(made) | changes))


def outcome(found, reference=None):
    record = compare(reference or run(), found, TOLERANCES)
    return record["experiments"][0]["outcome"], record["differing"]


def test_a_run_reproduces_itself():
    assert outcome(run()) == ("identical", [])


def test_a_digit_within_its_tolerance():
    found = run(tables={"toy": {"m": TABLE.replace("2.5", "2.500001")}})
    assert outcome(found) == ("within", [])


def test_a_digit_beyond_its_tolerance():
    found = run(tables={"toy": {"m": TABLE.replace("2.5", "2.6")}})
    assert outcome(found) == ("differs", ["toy"])


def computed(**machine):
    made = run(tables={"toy": {"m": TABLE.replace("2.5", "2.6")}})
    made.provenance["machine"].update(machine)
    return made


def test_what_another_processor_excuses_the_same_does_not():
    rule = Rule("toy", "m", "value", {}, Tolerance(relative=0.1), "Rounding.")
    tolerances = Tolerances(TOLERANCES.default, (rule,))
    same = compare(run(), computed(), tolerances)
    assert same["arithmetic"] == [] and same["differing"] == ["toy"]
    assert "Computed alike" in summary(same)
    other = compare(run(), computed(stepping="9"), tolerances)
    assert other["differing"] == [] and other["experiments"][0]["outcome"] == "within"
    said = summary(other)
    assert "Computed with another processor, so what is made of rounding" in said
    assert "  machine.stepping: not recorded there, 9 here" in said
    assert "Reproduced with another processor: of 1 experiments 1 were compared" in said


def test_another_processor_excuses_no_count_and_no_verdict():
    other = compare(run(), computed(stepping="9"), TOLERANCES)
    assert other["differing"] == ["toy"] and "Not reproduced: toy." in summary(other)
    turned = run(claims={"toy": [claim(verdict="refuted")]})
    turned.provenance["machine"]["stepping"] = "9"
    assert compare(run(), turned, TOLERANCES)["differing"] == ["toy"]


def test_of_long_lists_only_what_one_side_has_more_is_shown():
    there, here = "a b c d e f g h", "a b c d e f g i"
    record = compare(run(), computed(extensions=here), TOLERANCES)
    assert f"extensions: not recorded there, {here} here" in summary(record)
    record = compare(computed(extensions=there), computed(extensions=here), TOLERANCES)
    assert "  machine.extensions: h only there, i only here" in summary(record)


def configured(**changes):
    made = run()
    made.provenance["config"].update(changes)
    return made


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"seed": 2}, ["seed"]),
        ({"toy": {"sizes": [1, 3], "deep": {}}}, ["toy.sizes"]),
        ({"toy": {"sizes": [1, 2]}}, ["toy.deep"]),
        ({"toy": {"sizes": [1, 2], "deep": {"a": 1}}}, ["toy.deep", "toy.deep.a"]),
        ({"memory_mb": 2, "results": "elsewhere", "other": {}}, []),
    ],
)
def test_what_was_configured_differently_is_named_and_not_compared(changes, keys):
    found = configured(**changes)
    assert changed_keys("toy", run().provenance["config"], found.provenance["config"]) == keys
    found.tables["toy"]["m"] = "method,value\nslow,9.5\n"
    found.claims["toy"][0]["verdict"] = "refuted"
    record = compare(run(), found, TOLERANCES)
    assert bool(record["differing"]) != bool(keys)
    assert (record["experiments"][0]["outcome"] == "configured") == bool(keys)
    assert bool(record["compared"]) != bool(keys)
    if keys:
        assert ", ".join(keys) in summary(record)
        assert "Nothing was compared" in summary(record)


def test_evidence_that_was_not_disturbed_is_that_of_a_reference_that_does_not_say():
    here = claim()
    here["evidence"][0]["disturbed"] = False
    assert compare_claims([claim()], [here])[0][0]["status"] == "identical"


def test_a_reference_that_does_not_say_what_decides_was_decided_by_its_first_evidence():
    unsaid = {key: value for key, value in claim()["evidence"][0].items() if key != "decides"}
    old = other_claim(evidence=[unsaid, unsaid])
    here = other_claim(evidence=[unsaid | {"decides": decides} for decides in (True, False)])
    assert compare_claims([old], [here])[1] == []


def test_evidence_that_decided_and_now_stands_beside_is_another_claim():
    both = [claim()["evidence"][0], claim(kind="timed")["evidence"][0]]
    there, here = (other_claim(evidence=[both[0], both[1] | {"decides": d}]) for d in (True, False))
    ((record,), (difference,)) = compare_claims([there], [here])
    assert record["status"] == "differs" and difference.fails
    assert (difference.reference, difference.here) == (
        "counted (), timed ()", "counted (), timed () beside"
    )  # fmt: skip


def test_a_verdict_that_counts_decide_as_well_may_not_become_open():
    timed = claim(kind="timed")["evidence"][0]
    sides = [
        other_claim(evidence=[claim()["evidence"][0], timed], verdict=verdict)
        for verdict in ("reproduced", "inconclusive")
    ]
    _, (difference,) = compare_claims(sides[:1], sides[1:])
    assert difference.fails


def test_experiments_of_one_run_only_are_said_and_do_not_fail():
    more = run(claims={"toy": [claim()], "new": []}, tables={"toy": {"m": TABLE}, "new": {}})
    for found, reference, said in ((more, run(), "new"), (run(), more, "absent")):
        record = compare(reference, found, TOLERANCES)
        assert [r["outcome"] for r in record["experiments"]] == ["identical", said]
        assert not record["differing"]


def test_a_missing_table_differs_and_a_new_one_is_said():
    more = run(tables={"toy": {"m": TABLE, "n": TABLE}})
    assert outcome(run(), more) == ("differs", ["toy"])
    record = compare(run(), more, TOLERANCES)
    assert not record["differing"]
    assert "n.csv: extra" in summary(record)


@pytest.mark.parametrize(
    ("kind", "there", "here", "fails"),
    [
        ("counted", "reproduced", "refuted", True),
        ("counted", "reproduced", "inconclusive", True),
        ("counted", "inconclusive", "reproduced", True),
        ("timed", "reproduced", "refuted", True),
        ("timed", "reproduced", "inconclusive", False),
        ("timed", "inconclusive", "refuted", False),
    ],
)
def test_a_verdict_that_turned(kind, there, here, fails):
    _, (difference,) = compare_claims([claim("c", there, kind)], [claim("c", here, kind)])
    assert (difference.reference, difference.here, difference.fails) == (there, here, fails)


def test_a_turned_verdict_makes_the_run_differ():
    assert outcome(run(claims={"toy": [claim(verdict="refuted")]})) == ("differs", ["toy"])


def test_other_values_behind_the_same_verdict_are_within_and_seconds_are_not_compared():
    assert compare_claims([claim()], [claim(measured=1.1)])[0][0]["status"] == "within"
    seconds = [claim(kind="timed")], [claim(kind="timed", measured=1.1)]
    assert compare_claims(*seconds)[0][0]["status"] == "identical"


def other_claim(**changes):
    """The claim with something of its statement or of its evidence changed."""
    made = claim()
    for key, value in changes.items():
        (made if key in made else made["evidence"][0])[key] = value
    return made


@pytest.mark.parametrize(
    ("changes", "kind", "fails"),
    [
        ({"statement": "It is expensive."}, "statement", False),
        ({"source": "§ 2"}, "statement", False),
        ({"predicted": "≤ 1e+06"}, "prediction", True),
        ({"predicted": "≥ 2"}, "prediction", True),
        ({"kind": "sampled"}, "evidence", True),
        ({"unit": "s"}, "evidence", True),
        ({"evidence": claim()["evidence"] * 2}, "evidence", True),
    ],
)
def test_another_claim_under_the_same_id_and_verdict_is_said(changes, kind, fails):
    found = other_claim(**changes)
    ((record,), (difference,)) = compare_claims([claim()], [found])
    assert (difference.kind, difference.fails) == (kind, fails)
    assert difference.reference != difference.here
    assert record["status"] == ("differs" if fails else "within")
    whole = compare(run(), run(claims={"toy": [found]}), TOLERANCES)
    assert (whole["differing"] == ["toy"]) == fails
    assert f"toy.one {difference.name}: {difference.reference} there" in summary(whole)


def test_digits_of_a_prediction_may_follow_other_cells_and_seconds_but_its_words_may_not():
    found = [other_claim(predicted="≤ 2.01")]
    assert compare_claims([claim()], found, same_cells=True)[1][0].fails
    assert not compare_claims([claim()], found, same_cells=False)[1][0].fails
    assert compare_claims([claim()], [other_claim(predicted="≥ 2.01")], same_cells=False)[1][
        0
    ].fails
    seconds = [claim(kind="timed")], [other_claim(predicted="≤ 2.01", kind="timed")]
    assert not compare_claims(*seconds)[1][0].fails


def test_the_cells_decide_whether_a_prediction_may_have_other_digits():
    claims = {"toy": [other_claim(predicted="≤ 2.01")]}
    assert outcome(run(claims=claims)) == ("differs", ["toy"])
    moved = {"toy": {"m": TABLE.replace("2.5", "2.500001")}}
    assert outcome(run(claims=claims, tables=moved)) == ("within", [])


def test_numbers_that_the_reference_lacks_are_said_not_to_be_compared():
    record = compare(run(numbers={}), run(), TOLERANCES)
    assert record["experiments"][0]["outcome"] == "identical"
    assert "toy/numbers.json: not in the reference, so not compared" in summary(record)


def test_numbers_are_compared_by_name():
    found = run(numbers={"toy": {"price": 0.76, "new": 1}})
    record = compare(run(), found, TOLERANCES)
    assert record["differing"] == ["toy"]
    said = summary(record)
    assert "toy/numbers.json: DIFFERS; 1 numbers: 0 identical, 0 within, 1 beyond" in said
    assert "  ✗ toy/numbers.json price: 0.75 there, 0.76 here" in said
    assert "  · toy/numbers.json new: extra: 1" in said
    assert outcome(run(numbers={})) == ("differs", ["toy"])
    assert outcome(run(numbers={"toy": {"price": 0.75 * (1 + 1e-7)}})) == ("within", [])


def test_claims_of_one_run_only_are_named():
    two = [claim(), claim("toy.two")]
    _, (missing,) = compare_claims(two, two[:1])
    _, (extra,) = compare_claims(two[:1], two)
    assert (missing.kind, missing.where, missing.fails) == ("missing", "toy.two", True)
    assert (extra.kind, extra.where, extra.fails) == ("extra", "toy.two", False)


def test_the_summary_goes_table_by_table_and_then_claim_by_claim():
    found = run(
        claims={"toy": [claim(verdict="refuted")]},
        tables={"toy": {"m": TABLE.replace("2.5", "2.6")}},
    )
    found.provenance["packages"]["jax"] = "1.1"
    lines = summary(compare(run(), found, TOLERANCES)).splitlines()
    tables, claims = lines[: lines.index("Claims")], lines[lines.index("Claims") :]
    assert "  packages.jax: 1.0 there, 1.1 here" in tables
    assert "toy/m.csv: DIFFERS; 2 rows, cells: 3 identical, 0 within, 1 beyond" in tables
    assert "  ✗ toy/m.csv:3 value (1 of 2): 2.5 there, 2.6 here" in tables
    assert "  ✗ toy.one: reproduced there, refuted here" in claims
    assert lines[-2] == "Not reproduced: toy."
