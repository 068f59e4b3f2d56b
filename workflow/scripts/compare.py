"""Say in the terminal how this run compares with the reference; fail if something differs."""

import json
import sys
from pathlib import Path

from job import begin, logged

begin(snakemake, __file__)

with logged(snakemake):
    from adcost.reference.summary import summary

    comparison = json.loads(Path(snakemake.input.comparison).read_text("utf-8"))
    said = summary(comparison)
    print(said)

print(f"\n{said}\n", flush=True)
if comparison["differing"]:
    sys.exit("compare: this run does not reproduce the reference; what differs is listed above")
