"""Reruns are minimal and complete: real dry runs after real changes."""

import os
import re

import pytest

REPORT = {"claims_table", "provenance", "headline", "report", "all"}


def test_a_finished_study_has_nothing_to_do(study):
    assert not study.planned().jobs


def test_a_touched_file_reruns_nothing(study):
    for folder in ("src", "workflow", "config"):
        for path in (study.folder / folder).rglob("*"):
            if path.is_file():
                os.utime(path)
    assert not study.planned().jobs


def test_a_value_of_one_experiment_reruns_that_experiment_only(study):
    study.configure(lambda config: config["hvp"]["timing"].update(max_runs=7))
    planned = study.planned()
    assert planned.experiments() == {"hvp"}
    assert planned.jobs["hvp_time"] == 4 and "hvp_measure" not in planned.jobs
    assert set(planned.jobs) >= REPORT


def test_an_added_value_of_a_sweep_measures_only_the_new_point(study):
    study.configure(lambda config: config["hvp"]["layers"].append(24))
    planned = study.planned()
    assert planned.measured() == {"hvp/layers-24"}
    assert {"hvp_gather", "hvp_figures", "hvp_claims"} | REPORT <= set(planned.jobs)
    assert planned.experiments() == {"hvp"}


def test_a_new_seed_measures_everything_again(study):
    study.configure(lambda config: config.update(seed=2))
    planned = study.planned()
    assert planned.experiments() == {"mds", "hvp"}
    # But for a point of hvp that only counts.
    assert len(planned.measured()) == len(_all_points(study)) - 1


def test_memory_allowed_is_no_part_of_any_point(study):
    study.configure(lambda config: config.update(memory_mb=5000))
    assert not study.planned().measured()


@pytest.mark.parametrize(
    ("module", "stages", "experiments"),
    [
        # deep in the import graph
        ("derivatives/hvp.py", {"measure", "time"}, {"hvp"}),
        ("functions/mds.py", {"measure"}, {"mds"}),
        ("costs/count.py", {"measure", "time"}, {"mds", "hvp"}),
        ("costs/timing.py", {"time", "measure"}, {"hvp"}),
        ("experiments/mds/measure.py", {"measure"}, {"mds"}),
        # what is drawn and judged from the tables measures nothing
        ("experiments/hvp/figures.py", {"figures"}, {"hvp"}),
        ("experiments/mds/claims.py", {"claims"}, {"mds"}),
        ("plotting.py", {"figures"}, {"mds", "hvp"}),
        ("claims.py", {"claims"}, {"mds", "hvp"}),
        ("report/template.typ", set(), set()),
    ],
)
def test_an_edited_module_reruns_its_users_and_no_others(study, module, stages, experiments):
    study.edit(f"src/adcost/{module}", "\n// edit\n" if module.endswith("typ") else "\n# edit\n")
    planned = study.planned()
    # What a rerun could change is planned as well; the stages before the edit are not.
    order = ["measure", "time", "gather", "figures", "claims"]
    run = {r.rsplit("_", 1)[-1] for r in planned.jobs} & set(order)
    later = {"gather", "figures", "claims"} if stages & {"measure", "time"} else set()
    assert run == stages | later
    assert planned.experiments() == experiments
    assert "report" in planned.jobs


def test_the_reason_names_the_module_that_changed(study):
    study.edit("src/adcost/derivatives/hvp.py")
    reasons = re.findall(r"Params have changed.*", study.planned().text)
    assert reasons and all("'adcost.derivatives.hvp " in reason for reason in reasons)
    assert not any("adcost.costs.count" in reason for reason in reasons)


def test_a_named_target_asks_for_one_experiment(fresh):
    assert fresh.planned("mds").experiments() == {"mds"}
    assert fresh.planned("results/hvp/claims.json").experiments() == {"hvp"}
    assert "hvp_figures" not in fresh.planned("results/hvp/claims.json").jobs


def test_an_added_point_changes_no_other_points_numbers(study):
    before = (study.results / "hvp/measurements.csv").read_text("utf-8").splitlines()
    study.configure(lambda config: config["hvp"]["float64_layers"].insert(0, 3))
    study.snakemake("results/hvp/measurements.csv")
    after = (study.results / "hvp/measurements.csv").read_text("utf-8").splitlines()
    assert len(after) > len(before)
    assert [line for line in after if not line.startswith("float64-3,")] == before


def _all_points(study):
    return [p for kind in ("points", "timed") for p in study.results.glob(f"*/{kind}/*")]
