"""The section as it is set when the real steps ran on a GPU, in every language."""

import re

import matplotlib.pyplot as plt
import pytest

from adcost import plotting
from adcost.catalogue import languages
from adcost.claims import as_record
from adcost.experiments.transformer_memory import claims, plan
from adcost.report.build import build
from adcost.results.writing import write_json

GPU = "NVIDIA H100 80GB HBM3"


@pytest.mark.parametrize("language", languages())
def test_the_section_tells_of_the_gpu(language, gpu_tables, tmp_path):
    results = tmp_path / "results"
    folder = results / "transformer_memory"
    records = [as_record(claim, "transformer_memory") for claim in claims.judge(gpu_tables)]
    write_json(records, folder / "claims.json")
    write_json(claims.numbers(gpu_tables), folder / "numbers.json")
    machine = {"cpu": "Abacus 9", "cores": 3, "devices": [f"gpu: {GPU}"]}
    provenance = {"date": "2026-03-02T10:00:00+00:00", "commit": "0123456789", "machine": machine}
    write_json(provenance, results / "provenance.json")
    with plotting.style():
        for name in plan.FIGURES:
            plotting.save(plt.subplots()[0], folder / "figures", name)
    plt.close("all")
    build(
        results, tmp_path / "report.html", tmp_path / "report.pdf", ["transformer_memory"], language
    )
    page = re.sub(r"<style.*?</style>|<[^>]+>", "", (tmp_path / "report.html").read_text("utf-8"))
    assert GPU in page and "1.002" in page
