"""The section as it is set when the real steps ran on a GPU, in every language."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from adcost import plotting
from adcost.catalogue import languages
from adcost.claims import as_record
from adcost.experiments.checkpointing import claims, plan
from adcost.report.build import build
from adcost.results.writing import write_json

GPU = "NVIDIA H100 80GB HBM3"


@pytest.mark.parametrize("language", languages())
def test_the_section_tells_of_the_gpu(language, measured_chain, gpu_tables, tmp_path):
    results = tmp_path / "results"
    folder = results / "checkpointing"
    both = {
        name: pd.concat([measured_chain[name], gpu_tables[name]], ignore_index=True)
        for name in ("measurements", "points")
    }
    tables = measured_chain | both
    records = [as_record(claim, "checkpointing") for claim in claims.judge(tables)]
    write_json(records, folder / "claims.json")
    write_json(claims.numbers(tables), folder / "numbers.json")
    machine = {"cpu": "Abacus 9", "cores": 3, "devices": [f"gpu: {GPU}"]}
    told = {"date": "2026-03-02T10:00:00+00:00", "commit": "0123456789", "machine": machine}
    write_json(told, results / "provenance.json")
    with plotting.style():
        for name in plan.FIGURES:
            plotting.save(plt.subplots()[0], folder / "figures", name)
    for name in plan.ANIMATIONS:
        plt.figure(figsize=(1, 1)).savefig(folder / "figures" / f"{name}.png")
        (folder / "figures" / f"{name}.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    plt.close("all")
    build(results, tmp_path / "report.html", tmp_path / "report.pdf", ["checkpointing"], language)
    page = re.sub(r"<style.*?</style>|<[^>]+>", "", (tmp_path / "report.html").read_text("utf-8"))
    assert GPU in page and "1.002" in page
