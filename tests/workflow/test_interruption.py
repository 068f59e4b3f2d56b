"""A study that is killed again and again ends in the same tables, and nothing is half written."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from .forked import HANGS

ROOT = Path(__file__).resolve().parents[2]
POINT = re.compile(r"^Finished jobid: \d+ \(Rule: \w+_(?:measure|time)\)$", re.MULTILINE)
EXPERIMENTS = ["gradient", "feedforward", "finite_differences"]
"""Quick ones with a good many jobs; two of their points are timed."""
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)


@pytest.fixture
def made(fresh):
    """A checkout whose `make` uses this environment."""
    shutil.copy(ROOT / "Makefile", fresh.folder)
    (fresh.folder / ".venv").mkdir()
    (fresh.folder / ".venv/ready").touch()
    return fresh


def _make(study):
    # A `make` that runs these tests is not its parent: messages would begin with "make[1]".
    inherited = ("PYTHONPATH", "MAKELEVEL", "MAKEFLAGS", "MFLAGS")
    env = {k: v for k, v in os.environ.items() if k not in inherited}
    env["PYTHONPATH"] = str(study.folder / "src")
    return subprocess.Popen(
        ["make", "all", f"BIN={Path(sys.executable).parent}", "CORES=2"],
        cwd=study.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
        # A shell that has started these tests in its background has SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def _whole(study):
    """Read every result that has its final name; what is half written cannot be read."""
    for path in study.results.rglob("*.csv"):
        table = pd.read_csv(path)
        assert len(table) and path.read_text("utf-8").endswith("\n"), path
    for path in study.results.rglob("*.json"):
        json.loads(path.read_text("utf-8"))


def _tables(study):
    return {
        str(path.relative_to(study.results)): path.read_bytes()
        for path in study.results.glob("*/*.csv")
        if path.stem != "timings"
    }


def test_killed_at_random_moments_it_ends_in_the_same_tables(made, whole):
    made.configure(lambda c: c.update(experiments=EXPERIMENTS))
    moments = random.Random(20261123)
    said, measured, finished_points = "", {}, 0
    for number in SIGNALS:
        run = _make(made)
        before = _until(run, moments.randint(1, 2))
        os.killpg(run.pid, number)
        finished_points += len(POINT.findall(before))
        said += before + run.communicate(timeout=HANGS)[0]
        assert run.returncode != 0
        _whole(made)
        # The sidecars of points tell when each was measured.
        measured |= {p: p.read_bytes() for p in made.results.glob("*/*/*/*-metadata.json")}
    last = _make(made)
    said += last.communicate(timeout=HANGS)[0]
    assert last.returncode == 0, said[-3000:]
    assert "it is removed" in said  # The lock of a run that was killed, by make itself.
    tables = _tables(made)
    assert {name.partition("/")[0] for name in tables} == set(EXPERIMENTS)
    assert tables.items() <= _tables(whole).items()
    assert (made.results / "report.html").exists()
    # What was finished before a kill was not measured again, but for the one that was cut off.
    again = {path.parent for path, content in measured.items() if path.read_bytes() != content}
    kept = {path.parent for path in measured} - again
    assert len(kept) >= finished_points > 0 and len(again) <= 2 * len(SIGNALS)


def _until(run, finished):
    """What a run says until it has finished so many jobs and started another.

    Not the moment at which it says "Finished": Snakemake then holds a lock that its handler of
    SIGTERM wants as well, and would wait for ever.
    """
    said = ""
    for line in run.stdout:
        said += line
        finished -= "Finished jobid" in line
        if finished <= 0 and line.startswith("Job "):
            return said
    raise AssertionError(said)


WAITS = """
def measure(*_):
    import os, signal
    os.write(1, b"at work\\n")
    signal.pause()
"""


def test_ctrl_c_is_answered_with_how_to_go_on_and_without_each_jobs_error(made):
    made.configure(lambda c: c.update(experiments=["finite_differences", "feedforward"]))
    for name in ("finite_differences", "feedforward"):
        made.edit(f"src/adcost/experiments/{name}/measure.py", WAITS)
    run = _make(made)
    at_work = 0
    for line in run.stdout:
        at_work += "at work" in line
        if at_work == 2:
            break
    assert at_work == 2
    os.killpg(run.pid, signal.SIGINT)
    said = run.communicate(timeout=HANGS)[0]
    assert run.returncode != 0
    lines = [line for line in said.splitlines() if line.strip()]
    patterns = (
        "Terminating processes on user request",
        "The study is not finished: the same command goes on from here",
        "Complete log",
        "Elapsed time",
        "make: ",
    )
    assert patterns[1] in said
    assert all(any(p in line for p in patterns) for line in lines) and len(lines) <= 5, said
    (log,) = (made.folder / ".snakemake/log").glob("*.log")
    assert log.read_text("utf-8").count("Error in rule") == 2  # nothing is lost


def test_a_second_run_in_one_checkout_says_so_and_leaves(made):
    first = _make(made)
    try:
        for line in first.stdout:
            if "Job stats" in line or "Select jobs" in line:
                break
        second = _make(made)
        said = second.communicate(timeout=HANGS)[0]
        assert second.returncode != 0
        assert "another run has been at work" in said and "wait for it" in said
        assert "Traceback" not in said
        assert first.poll() is None
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
