"""The study on a real Slurm: to its end, past a job that is cancelled and one that fails."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from importlib import import_module

import pytest
import yaml

from . import slurm
from .forked import HANGS

pytestmark = pytest.mark.skipif(bool(slurm.unavailable()), reason=slurm.unavailable())

QUICKLY = (
    "--slurm-status-command=squeue", "--slurm-init-seconds-before-status-checks=2",
    "--latency-wait=10", "--max-threads=1",
)  # fmt: skip
"""What a cluster of this size, without accounting, sets otherwise than the profile. A node has two
cores, so that one thread leaves room beside it for all but `--exclusive`."""

EXPERIMENTS = ["gradient"]
"""Few jobs, since each loads Snakemake and JAX anew; two of the four points are timed."""

FAILS_ONCE = """

def _fails_once(point, *arguments, _measure=measure):
    from pathlib import Path
    failed = Path("failed-once")
    if point == "tape" and not failed.exists():
        failed.touch()
        raise RuntimeError("a node went away")
    return _measure(point, *arguments)

measure = _fails_once
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with slurm.cluster(tmp_path_factory.mktemp("slurm") / "cluster"):
        yield


def _run(study, *arguments):
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm",
         *QUICKLY, *arguments],
        cwd=study.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ran(cluster, tmp_path_factory):
    """A study on the cluster, one of whose jobs was cancelled and one of which failed once."""
    from .conftest import checkout

    study = checkout(tmp_path_factory.mktemp("ran") / "study")
    study.configure(lambda config: config.update(experiments=EXPERIMENTS))
    study.edit("src/adcost/experiments/gradient/measure.py", FAILS_ONCE)
    run = _run(study, *EXPERIMENTS)
    cancelled = _cancel_one(run)
    said = run.communicate(timeout=HANGS)[0]
    assert run.returncode == 0, said
    return study, said, cancelled, slurm.jobs()


def _cancel_one(run):
    while run.poll() is None:
        for job in slurm.jobs():
            if job.state == "RUNNING" and "writing" in job.comment:
                slurm.cancel(job)
                return job
        time.sleep(0.3)
    raise AssertionError(run.communicate()[0])


def test_the_tables_are_those_of_this_machine(ran, whole):
    study = ran[0]
    tables = [p.relative_to(study.results) for p in study.results.glob("*/*.csv")]
    tables = [table for table in tables if table.stem != "timings"]
    assert len(tables) == 2
    for table in tables:
        assert (study.results / table).read_bytes() == (whole.results / table).read_bytes()
    # The report is made here from what the cluster made: nothing of it is made again.
    assert not study.planned().experiments()
    study.snakemake()
    assert (study.results / "report.html").stat().st_size > 10_000
    assert not study.planned().jobs


def test_a_cancelled_job_and_one_that_failed_were_started_again(ran):
    _, said, cancelled, jobs = ran
    states = defaultdict(list)
    for job in jobs:
        states[job.comment].append(job.state)
    assert states[cancelled.comment] == ["CANCELLED", "COMPLETED"]
    (failed,) = (comment for comment in states if "_tape" in comment)
    assert states[failed] == ["FAILED", "COMPLETED"]
    others = [s for comment, s in states.items() if comment not in (failed, cancelled.comment)]
    assert others and all(s == ["COMPLETED"] for s in others)
    assert "a node went away" in said
    assert "SLURM status is: 'CANCELLED'" in said


def test_a_timed_job_had_its_node_for_itself(ran):
    jobs = ran[3]
    timed = [job for job in jobs if "rule_gradient_time" in job.comment]
    assert len(timed) == 2
    for job in timed:
        for other in jobs:
            apart = other.end <= job.start or other.start >= job.end
            assert other == job or other.node != job.node or apart, (job, other)
    # Elsewhere at the same time, or the cluster had nothing to show.
    assert {job.node for job in jobs} == set(slurm.NODES)


def test_memory_and_cores_are_those_of_the_plan(ran):
    study, _, cancelled, jobs = ran
    config = yaml.safe_load((study.folder / "config/config.yaml").read_text("utf-8"))
    attempts, points = defaultdict(int), 0
    for job in jobs:
        rule, _, point = job.comment.removeprefix("rule_").partition("_wildcards_")
        experiment, _, stage = rule.rpartition("_")
        attempts[job.comment] += 1
        if stage in ("measure", "time"):
            plan = import_module(f"adcost.experiments.{experiment}.plan")
            (memory,) = (p.memory_mb for p in plan.points(config[experiment]) if p.name == point)
            assert job.memory == f"{attempts[job.comment] * memory}M"
            assert job.cores == (2 if stage == "time" else 1)
            points += 1
    planned = sum(
        len(import_module(f"adcost.experiments.{name}.plan").points(config[name]))
        for name in config["experiments"]
    )
    # One was cancelled and one failed once: both ran again.
    assert points == planned + 2 and attempts[cancelled.comment] == 2


def test_the_logs_are_kept(ran):
    study, _, cancelled, _ = ran
    logs = study.results / "logs/slurm"
    (log,) = logs.glob(f"*/writing/{cancelled.id}.log")
    assert log.stat().st_size
    assert len(list(logs.rglob("*.log"))) == len(ran[3])
    assert "wrote" in (study.results / "logs/gradient/mds.log").read_text("utf-8")
