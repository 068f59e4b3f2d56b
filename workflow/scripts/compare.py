"""Say in the terminal how this run compares with the reference; fail if something differs."""

import sys

from job import logged

with logged(snakemake):
    from adcost.reference.summary import summary
    from adcost.results.reading import read_json

    comparison = read_json(snakemake.input.comparison)
    said = summary(comparison)
    print(said)

print(f"\n{said}\n", flush=True)
if comparison["differing"]:
    sys.exit("compare: this run does not reproduce the reference; what differs is listed above")
if not comparison["compared"]:
    sys.exit("compare: nothing was compared, so nothing is shown to be the same; see above why")
