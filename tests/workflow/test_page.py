"""A new experiment, written by `make new-experiment` from the page on adding one."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/add-an-experiment.md"
TEXT = (ROOT / PAGE).read_text("utf-8")
NAME, TIMED = "sines", "timed_sines"

(SHELL,) = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
MAKE, RUN, OTHER_VALUES, REPORT, STUDY, TESTS, DESCRIBE, STYLE = (
    shlex.split(line.replace("chain", NAME), comments=True) for line in SHELL.splitlines()
)
"""The page's commands, with the name that the tests take."""

CHANGE = re.compile(r'^```diff title="([^"]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)


def _tree(folder):
    """The bytes of each file of a checkout, results and caches left out."""
    paths = [p for p in folder.rglob("*") if p.is_file() and ".snakemake" not in p.parts]
    return {str(p.relative_to(folder)): p.read_bytes() for p in paths if ".pyc" not in p.name}


def _add(study, name):
    """Run the command in a checkout; the files that it touched."""
    before = _tree(study.folder)
    _run(study, "-m", "adcost.study.new_experiment", name)
    after = _tree(study.folder)
    assert not set(before) - set(after)
    return {path for path in after if after[path] != before.get(path)}


def _change_as_the_page_says(study, name):
    """Make the page's changes to an experiment: lines with ``-`` go, those with ``+`` come."""
    for title, block in CHANGE.findall(TEXT):
        folder, _, file = title.rpartition("/")
        own = {"": "src/adcost/experiments", "tests": "tests/unit/experiments"}
        path = study.folder / (f"{own[folder]}/{name}/{file}" if folder in own else title)
        for part in re.sub(r"\bchain\b", name, block).split("@@\n"):
            lines = part.splitlines(keepends=True)
            old, new = ("".join(ln[1:] for ln in lines if ln[0] in kept) for kept in (" -", " +"))
            text = path.read_text("utf-8")
            assert text.count(old) == 1, f"{title} has not once:\n{old}"
            path.write_text(text.replace(old, new), "utf-8")


def _run(study, *command):
    """Run Python in a checkout, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=study.folder, env=os.environ | {"PYTHONPATH": "src"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def added(fresh):
    """A checkout to which the command has added an experiment, and the files that it touched."""
    (fresh.folder / "docs").mkdir()
    shutil.copy(ROOT / PAGE, fresh.folder / PAGE)
    fresh.configure(lambda config: config.update(experiments=[]))
    return fresh, _add(fresh, NAME)


def test_a_new_experiment_touches_its_folder_its_tests_and_a_section(added):
    _, touched = added
    own, tests = f"src/adcost/experiments/{NAME}/", f"tests/unit/experiments/{NAME}/"
    outside = {path for path in touched if not path.startswith((own, tests))}
    assert outside == {"config/config.yaml"}
    assert len([path for path in touched if path.startswith(own)]) == 11
    assert len([path for path in touched if path.startswith(tests)]) == 2


def test_a_new_experiment_runs_is_judged_and_reported_and_its_tests_pass(added):
    """As the page says, and beside it the same with the page's changes, which is timed."""
    study, _ = added
    assert study.planned(NAME).jobs == {
        f"{NAME}_measure": 4, f"{NAME}_gather": 1, f"{NAME}_figures": 1, f"{NAME}_claims": 1,
        NAME: 1,
    }  # fmt: skip
    _add(study, TIMED)
    _change_as_the_page_says(study, TIMED)
    study.configure(lambda config: config[TIMED].update(lengths=[10]))
    assert study.planned(*OTHER_VALUES[1:]).measured() == {f"{NAME}/length-5"}
    study.snakemake(*RUN[1:], TIMED, "--config", "report={language: ru}")
    own = study.results / NAME
    assert "no words" not in (study.results / f"logs/{NAME}/figures.log").read_text("utf-8")
    assert "число синусов" in (own / "figures/ratio.svg").read_text("utf-8")
    (claim,) = json.loads((own / "claims.json").read_text("utf-8"))
    assert claim["verdict"] == "reproduced"
    (claim,) = json.loads((study.results / TIMED / "claims.json").read_text("utf-8"))
    counted, timed = claim["evidence"]
    assert claim["verdict"] == counted["verdict"] == "reproduced" and counted["decides"]
    assert timed["kind"] == "timed" and timed["interval"].startswith("confidence")
    assert not timed["decides"]
    timings = pd.read_csv(study.results / TIMED / "timings.csv")
    assert set(timings.method) == {"value", "derivative"} and "others_share" in timings
    study.snakemake(*REPORT[1:])
    html = (study.results / "report.html").read_text("utf-8")
    assert "What does the derivative of" in html and "Nested sines" in html
    # Its own tests, and those of every experiment.
    for part in ("conftest.py", "contract"):
        source, target = ROOT / "tests" / part, study.folder / "tests" / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.copy(ROOT / "pyproject.toml", study.folder)
    tests = f"tests/unit/experiments/{TIMED}"
    assert " passed" in _run(study, *TESTS[1:], tests, "-q", "-p", "no:cacheprovider")
    folders = ("src/adcost/experiments", "tests/unit/experiments")
    code = [f"{folder}/{name}" for folder in folders for name in (NAME, TIMED)]
    for command in (["check"], ["format", "--check"]):
        _run(study, "-m", "ruff", *command, "--no-cache", *code)
    _run(study, "-m", "mypy", f"--cache-dir={ROOT / '.pytest_cache/mypy'}", *code[:2])
