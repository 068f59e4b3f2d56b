"""Build the report, HTML and PDF, from the judged tables."""

from pathlib import Path

from job import logged

with logged(snakemake):
    from adcost.report.build import build

    build(
        Path(snakemake.output.html).parent,
        Path(snakemake.output.html),
        Path(snakemake.output.pdf),
        list(snakemake.params.experiments),
        language=snakemake.params.language,
        compared=bool(snakemake.input.comparison),
        gpu=Path(snakemake.params.gpu) if snakemake.input.gpu else None,
    )
