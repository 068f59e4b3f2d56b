"""What a run does: isolation of timed jobs, logs and failures, repeatability, interruption."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from adcost.results.metadata import made_from
from adcost.results.reading import read_table
from adcost.results.select import parameter

from .conftest import UNKIND, checkout

NAN = """
_right = reverse_over_reverse
def reverse_over_reverse(f, x, v):
    return _right(f, x, v) * jnp.nan
"""


def _jobs(study):
    """Snakemake's own record: for each output file the rule, the start and the end."""
    records = {}
    for path in (study.folder / ".snakemake/metadata").rglob("*"):
        if path.is_file():
            record = json.loads(path.read_text("utf-8"))
            name = base64.b64decode(path.name + "==", altchars=b"-_").decode()
            records[name] = record
    return records


def test_a_timed_job_shares_the_machine_with_no_other(finished):
    jobs = {
        r["log"][0]: (r["rule"], r["starttime"], r["endtime"]) for r in _jobs(finished).values()
    }
    timed = {log: job for log, job in jobs.items() if job[0].endswith("_time")}
    assert len(timed) == 4
    for log, (_, start, end) in timed.items():
        for other, (_, other_start, other_end) in jobs.items():
            # The record's clock ticks when Snakemake looks, some milliseconds after the fact.
            overlap = min(end, other_end) - max(start, other_start)
            assert other == log or overlap < 0.2, f"{other} ran beside {log}"


def test_a_timed_job_takes_all_cores_and_others_one(fresh):
    alone = [m for m in fresh.planned().messages if m.startswith("hvp: measuring and timing")]
    assert len(alone) == 4 and all("alone on 2 core(s)" in message for message in alone)
    (one,) = {m[-18:] for m in fresh.planned("--cores", "1").messages if "timing" in m}
    assert one == "alone on 1 core(s)"


@pytest.mark.parametrize("profile", ["default", "gpu", "slurm"])
def test_each_profile_plans_the_study(fresh, profile):
    # The plugin is looked for and not loaded, so that a GPU's study can be planned anywhere.
    (fresh.folder / "jax_cuda13_plugin").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--workflow-profile", f"profiles/{profile}"],
        cwd=fresh.folder, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": "."},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(r"^hvp_time +4$", done.stdout + done.stderr, re.MULTILINE)


def test_every_job_leaves_a_log_and_every_result_is_there(finished):
    results = finished.results
    assert (results / "report.html").stat().st_size > 10_000
    assert (results / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "wrote" in (results / "logs/hvp/layers-4.log").read_text("utf-8")
    claims = pd.read_csv(results / "claims.csv")
    assert set(claims.experiment) == {"mds", "hvp"}
    assert set(claims.verdict) <= {"reproduced", "refuted", "inconclusive"}
    for _, rows in claims.groupby("id"):
        # A claim's own verdict is in its file alone; a row's is that of its piece.
        assert rows.decides.any() and (rows.decides.cummin() == rows.decides).all()
    provenance = json.loads((results / "provenance.json").read_text("utf-8"))
    assert provenance["config"]["hvp"]["layers"] == [4, 8, 16]
    points = read_table(results / "hvp/points.csv")
    layers = parameter("hvp", points, "hidden")
    assert [layers[f"layers-{n}"] for n in (4, 8, 16)] == [4, 8, 16]
    assert set(points.point) == set(read_table(results / "hvp/measurements.csv").point)


def test_deterministic_tables_are_the_same_on_one_core_and_in_another_order(finished, fresh):
    fresh.configure(lambda config: config["experiments"].reverse())
    found = finished.results.glob("*/*.csv")
    targets = [str(p.relative_to(finished.folder)) for p in found if p.stem != "timings"]
    assert len(targets) == 7
    if shutil.which("taskset"):  # so that XLA sees one core as well
        command = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    else:
        command = []
    command += [sys.executable, "-m", "snakemake", "--cores", "1", *targets]
    done = subprocess.run(command, cwd=fresh.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for target in targets:
        assert (fresh.folder / target).read_bytes() == (finished.folder / target).read_bytes()


def test_every_table_has_a_sidecar_that_tells_where_it_was_made(finished):
    tables = list(finished.results.rglob("*.csv"))
    assert len(tables) > 20
    for path in tables:
        notes = made_from(path)
        assert notes["rows"] == len(read_table(path)), path
        # What is made of all experiments' tables has no single origin.
        if path.parent != finished.results:
            assert notes["origins"][0]["packages"]["jax"], path
    point = made_from(finished.results / "hvp/timed/layers-4/timings.csv")
    assert point["parameters"]["hidden"] == 4 and point["point"] == "layers-4"


def test_a_dirty_checkout_is_said_in_every_sidecar_and_in_the_report(fresh):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    (fresh.folder / ".gitignore").write_text("results/\n.snakemake/\n__pycache__/\n")
    for arguments in (["init"], ["add", "."], [*identity, "commit", "-m", "m"]):
        subprocess.run(["git", *arguments], cwd=fresh.folder, check=True, capture_output=True)
    changes = {"experiments": ["finite_differences"], "precision": "highest"}
    fresh.configure(lambda config: config.update(changes))
    fresh.snakemake()
    for path in fresh.results.glob("finite_differences/**/*.csv"):
        (origin,) = made_from(path)["origins"]
        assert origin["dirty"] and origin["changed"] == ["config/config.yaml"], path
        assert origin["precision"] == "highest"
    provenance = json.loads((fresh.results / "provenance.json").read_text("utf-8"))
    page = (fresh.results / "report.html").read_text("utf-8")
    said = re.sub(r"<[^>]+>", "", page)
    assert (
        f"commit {provenance['commit'][:10]} with uncommitted changes (config/config.yaml)" in said
    )


def test_nan_fails_with_experiment_point_and_method_and_leaves_no_output(study):
    study.edit("src/adcost/derivatives/hvp.py", NAN)
    # Against the Hessian the product becomes NaN in the norm itself.
    target = "results/hvp/points/float64-2/measurements.csv"
    done = study.snakemake(target, check=False)
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "experiment hvp, point float64-2, method reverse_over_reverse" in text
    assert not (study.folder / target).exists()
    assert "Traceback" in (study.results / "logs/hvp/float64-2.log").read_text("utf-8")


FAILS = """
def measure(*_):
    import os
    raise RuntimeError(f"injected in a fork: {'ADCOST_FORK_SERVER' not in os.environ}")
"""


def test_a_failure_in_a_fork_is_said_once_and_its_traceback_is_in_the_log(tmp_path):
    study = checkout(tmp_path / UNKIND)
    study.edit("src/adcost/experiments/hvp/measure.py", FAILS)
    target = "results/hvp/timed/layers-4/timings.csv"  # A timed job waits for the server.
    done = study.snakemake(target, check=False)
    said = done.stdout + done.stderr
    log = "results/logs/hvp/layers-4.log"
    sentence = f"hvp_time: injected in a fork: True (the traceback is in {log})"
    assert done.returncode != 0 and said.count(sentence) == 1, said
    text = (study.folder / log).read_text("utf-8")
    assert text.count("Traceback (most recent call last)") == 1
    assert text.count("RuntimeError: injected") == 1
    # The profile lets Snakemake show the log, and nothing else holds it.
    assert said.count("Traceback") == said.count("RuntimeError: injected") == 1, said
    assert not (study.folder / target).exists()


def test_a_failed_experiment_does_not_take_the_other_with_it(fresh):
    fresh.configure(lambda c: c.update(experiments=["finite_differences", "feedforward"]))
    fresh.edit("src/adcost/experiments/finite_differences/measure.py", FAILS)
    done = fresh.snakemake("finite_differences", "feedforward", check=False)
    assert done.returncode != 0 and "injected" in done.stdout + done.stderr
    assert (fresh.results / "feedforward/claims.json").exists()
    assert not (fresh.results / "finite_differences/claims.json").exists()


def test_snakemakes_own_report_holds_the_figures_with_their_labels(finished):
    # It is written beside the study, which stays as it is.
    finished.snakemake("--report", "../snakemake.html")
    page = (finished.folder.parent / "snakemake.html").read_text("utf-8")
    for words in ("scaling.svg", "convergence.svg", "claims.csv", "The price of a derivative"):
        assert words in page
