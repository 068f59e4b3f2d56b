"""Timed jobs are alone, with a scheduler that sleeps; where they were not, the report says so."""

import inspect
import json
import re
import subprocess
import sys
from contextlib import contextmanager

import psutil
from snakemake.scheduling.job_scheduler import JobScheduler

from adcost.costs.background_load import DISTURBED_ABOVE
from adcost.results.metadata import made_from
from adcost.results.reading import read_table

BUSY = [sys.executable, "-c", "while True: pass"]


@contextmanager
def _busy_machine():
    """As many processes that never rest as there are cores."""
    loops = [subprocess.Popen(BUSY) for _ in range(psutil.cpu_count())]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def test_a_disturbed_timing_is_marked_in_tables_claims_and_report(study):
    study.configure(lambda config: config["hvp"]["timing"].update(max_runs=7))
    with _busy_machine():
        study.snakemake()
    timings = study.results / "hvp/timings.csv"
    shares = read_table(timings).groupby("point").others_share.first()
    assert len(shares) == 4 and (shares > DISTURBED_ABOVE).all()
    loads = made_from(timings)["background_load"]
    assert set(loads) == set(shares.index)
    for point, load in loads.items():
        assert load["disturbed"] and load["share"] == round(shares[point], 4), point
        log = (study.results / f"logs/hvp/{point}.log").read_text("utf-8")
        assert re.search(r"on \d+ of \d+ cores; others used \d+\.\d% of the machine", log), log
    claims = json.loads((study.results / "hvp/claims.json").read_text("utf-8"))
    evidence = [piece for claim in claims for piece in claim["evidence"]]
    timed = [piece for piece in evidence if piece["kind"] == "timed"]
    assert timed and all(p["disturbed"] and p["verdict"] == "inconclusive" for p in timed)
    assert not any(p["disturbed"] for p in evidence if p["kind"] != "timed")
    page = (study.results / "report.html").read_text("utf-8")
    said = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "4 of the 4 timed measurements were disturbed" in said


def test_the_scheduler_starts_no_timer_that_wakes_it(finished):
    # The run of the fixture notes each timer: Snakemake's own would be one for every job and more.
    assert not (finished.folder / "timers").exists()
    wakes = inspect.getsource(JobScheduler.schedule)
    assert "job_rate_limiter.timespan" in wakes, (
        "Snakemake no longer wakes its scheduler by a timer: take the workaround out of "
        "workflow/Snakefile"
    )
