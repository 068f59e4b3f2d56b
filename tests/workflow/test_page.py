"""A new experiment, written by `make new-experiment` from the page on adding one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/add-an-experiment.md"
NAME = "nested_sines"


def _tree(folder):
    """The bytes of each file of a checkout, results and caches left out."""
    paths = [p for p in folder.rglob("*") if p.is_file() and ".snakemake" not in p.parts]
    return {str(p.relative_to(folder)): p.read_bytes() for p in paths if ".pyc" not in p.name}


@pytest.fixture
def added(fresh):
    """A checkout to which the command has added an experiment, and the files that it touched."""
    (fresh.folder / "docs").mkdir()
    shutil.copy(ROOT / PAGE, fresh.folder / PAGE)
    fresh.configure(lambda config: config.update(experiments=[]))
    before = _tree(fresh.folder)
    subprocess.run(
        [sys.executable, "-m", "adcost.study.new_experiment", NAME],
        cwd=fresh.folder, env=os.environ | {"PYTHONPATH": "src"}, check=True,
    )  # fmt: skip
    after = _tree(fresh.folder)
    assert not set(before) - set(after)
    return fresh, {path for path in after if after[path] != before.get(path)}


def test_a_new_experiment_touches_its_folder_its_tests_and_a_section(added):
    _, touched = added
    own, tests = f"src/adcost/experiments/{NAME}/", f"tests/unit/experiments/{NAME}/"
    outside = {path for path in touched if not path.startswith((own, tests))}
    assert outside == {"config/config.yaml"}
    assert len([path for path in touched if path.startswith(own)]) == 11
    assert len([path for path in touched if path.startswith(tests)]) == 2


def test_a_new_experiment_runs_is_judged_and_reported_and_its_tests_pass(added):
    study, _ = added
    assert study.planned(NAME).jobs == {
        f"{NAME}_measure": 4, f"{NAME}_gather": 1, f"{NAME}_figures": 1, f"{NAME}_claims": 1,
        NAME: 1,
    }  # fmt: skip
    study.snakemake(NAME, "--config", "report={language: ru}")
    own = study.results / NAME
    assert "no words" not in (study.results / f"logs/{NAME}/figures.log").read_text("utf-8")
    assert "число синусов" in (own / "figures/ratio.svg").read_text("utf-8")
    (claim,) = json.loads((own / "claims.json").read_text("utf-8"))
    assert claim["verdict"] == "reproduced"
    study.snakemake("results/report.html")
    html = (study.results / "report.html").read_text("utf-8")
    assert "What does the derivative of" in html and "Nested sines" in html
    # Its own tests, and those of every experiment.
    for part in ("conftest.py", "contract"):
        source, target = ROOT / "tests" / part, study.folder / "tests" / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.copy(ROOT / "pyproject.toml", study.folder)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", NAME,
         f"tests/unit/experiments/{NAME}", "tests/contract/test_promises.py"],
        cwd=study.folder, env=os.environ | {"PYTHONPATH": "src"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
