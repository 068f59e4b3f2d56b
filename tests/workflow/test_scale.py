"""A study of thousands of points is planned in a minute and a gigabyte."""

import json
import re
import subprocess
import sys

POINTS = 5000
MEASURED = """
import json, resource, subprocess, sys
plan = [sys.executable, "-m", "snakemake", "--cores", "2", "-n"]
done = subprocess.run(plan)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""A process of its own, whose only child is the one whose seconds and kilobytes are asked for."""


def _planned(study, points):
    def many(config):
        config.update(experiments=["hvp"], memory_mb=10**6)
        config["hvp"].update(width=2, layers=list(range(1, points + 1)))

    study.configure(many)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=study.folder, capture_output=True, text=True
    )
    status, seconds, kilobytes = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stdout + done.stderr
    return done.stdout + done.stderr, seconds, kilobytes


def test_five_thousand_points_are_planned_in_a_minute_and_a_gigabyte(fresh):
    said, seconds, kilobytes = _planned(fresh, POINTS)
    assert int(re.search(r"^hvp_time +(\d+)$", said, re.MULTILINE)[1]) >= POINTS
    assert seconds < 60  # of the processor, since the tests share the machine
    assert kilobytes < 2**20
