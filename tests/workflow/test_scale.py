"""A study of thousands of points is planned in a gigabyte."""

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
print(json.dumps([done.returncode, used.ru_maxrss]))
"""
"""A process of its own, whose only child is the one whose kilobytes are asked for."""


def test_five_thousand_points_are_planned_in_a_gigabyte(fresh):
    def many(config):
        config.update(experiments=["hvp"], memory_mb=10**6)
        config["hvp"].update(width=2, layers=list(range(1, POINTS + 1)))

    fresh.configure(many)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=fresh.folder, capture_output=True, text=True
    )
    status, kilobytes = json.loads(done.stdout.splitlines()[-1])
    said = done.stdout + done.stderr
    assert status == 0, said
    assert int(re.search(r"^hvp_time +(\d+)$", said, re.MULTILINE)[1]) >= POINTS
    assert kilobytes < 2**20
