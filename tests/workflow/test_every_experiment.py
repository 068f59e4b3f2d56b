"""The whole study, as small as it goes: every experiment reaches the report."""

import io
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import yaml

from adcost.reference.numbers import TABLE, cells
from adcost.reference.store import read_reference
from adcost.reference.tolerances import EVERY, read_tolerances

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
EXPERIMENTS = CONFIG["experiments"]


def test_every_section_of_the_configuration_is_an_experiment_that_runs():
    sections = {name for name, value in CONFIG.items() if isinstance(value, dict)} - {"report"}
    folders = {path.parent.name for path in (ROOT / "src/adcost/experiments").glob("*/plan.py")}
    assert sections == folders == set(EXPERIMENTS)


def test_readme_tells_what_every_experiment_asks():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \| .*\? \|$", readme, re.M) == EXPERIMENTS


def test_every_claim_is_in_the_table_and_every_figure_in_the_report(whole):
    claims = pd.read_csv(whole.results / "claims.csv")
    assert set(claims.experiment) == set(EXPERIMENTS)
    html = (whole.results / "report.html").read_text("utf-8")
    for name in EXPERIMENTS:
        records = json.loads((whole.results / name / "claims.json").read_text("utf-8"))
        assert set(claims.id[claims.experiment == name]) == {record["id"] for record in records}
        for record in records:
            assert f'href="#evidence-{record["id"].replace(".", "-")}"' in html, record["id"]
        for figure in (whole.results / name / "figures").glob("*.svg"):
            assert f'id="{name}-{figure.stem}-' in html, figure


def test_every_tolerance_is_of_cells_that_there_are(whole):
    """In the smallest study, or in the reference where it names what only the full study has."""
    reference = read_reference(ROOT / "results/reference")
    for rule in read_tolerances(ROOT / "workflow/tolerances.yaml").rules:
        folder = whole.results / rule.experiment
        if rule.table == TABLE:
            table = cells(json.loads((folder / "numbers.json").read_text("utf-8")))
            full = cells(reference.numbers[rule.experiment])
        else:
            table = pd.read_csv(folder / f"{rule.table}.csv", dtype=str, keep_default_na=False)
            text = io.StringIO(reference.tables[rule.experiment][rule.table])
            full = pd.read_csv(text, dtype=str, keep_default_na=False)
        assert rule.column in (EVERY, *table.columns), rule
        assert rule.rows(table).any() or rule.rows(full).any(), rule


def test_another_probe_adds_jobs_and_repeats_none(everything):
    everything.configure(lambda c: c["spectrum"]["networks"]["resnet"].update(probes=2))
    planned = everything.planned()
    assert planned.measured() == {f"spectrum/resnet-epoch-{epoch}-probe-1" for epoch in (0, 1)}
    assert not planned.prepared() and planned.experiments() == {"spectrum"}


def test_an_edit_of_the_measuring_trains_nothing_again(everything):
    everything.edit("src/adcost/matrix_free/lanczos.py")
    planned = everything.planned()
    assert not planned.prepared()
    # The price tag's extreme eigenvalues are Lanczos' as well.
    assert {point.split("/")[0] for point in planned.measured()} == {"spectrum", "price"}
    assert len(planned.measured()) == 5


def test_another_seed_measures_again_what_draws_numbers_and_nothing_else(whole):
    planned = whole.planned("--config", "seed=2")
    assert planned.experiments() == set(EXPERIMENTS) - {"graph_traces", "price"}


def test_training_that_was_killed_goes_on_from_the_last_checkpoint(everything):
    spectrum = everything.results / "spectrum"
    before = (spectrum / "measurements.csv").read_bytes()
    # As after a kill in the second part of the training: nothing that comes after it is there.
    shutil.rmtree(spectrum / "prepared/perceptron-epoch-2")
    shutil.rmtree(spectrum / "points/perceptron-epoch-2-dense")
    (spectrum / "measurements.csv").unlink()
    planned = everything.planned("results/spectrum/measurements.csv")
    assert planned.prepared() == {"spectrum/perceptron-epoch-2"}
    assert planned.measured() == {"spectrum/perceptron-epoch-2-dense"}
    everything.snakemake("results/spectrum/measurements.csv")
    assert (spectrum / "measurements.csv").read_bytes() == before


def test_another_language_changes_words_alone(everything):
    everything.configure(lambda config: config["report"].update(language="ru"))
    jobs = everything.planned().jobs
    assert {rule.rsplit("_", 1)[-1] for rule in jobs} == {"figures", "headline", "report", "all"}


def test_no_word_is_missing_in_another_language(russian):
    logs = list((russian.results / "logs").rglob("*.log"))
    assert len(logs) > 100
    for log in logs:
        assert "has no words" not in log.read_text("utf-8"), log
    html = (russian.results / "report.html").read_text("utf-8")
    assert '<html lang="ru"' in html and "Цена производной" in html
    prose = re.sub(r"<(style|code|svg)\b.*?</\1>|<[^>]*>", " ", html, flags=re.S)
    own, latin = re.findall("[а-яё]+", prose, re.I), re.findall(r"\b[a-z]{4,}\b", prose)
    assert len(own) > 100 * len(latin), Counter(latin).most_common(40)
