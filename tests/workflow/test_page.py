"""The page on adding an experiment, followed to the letter."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).resolve().parents[2] / "docs/add-an-experiment.md").read_text("utf-8")


def _blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def followed(fresh):
    """A checkout to which the page's files are added."""
    room = fresh.folder / "src/adcost/experiments/chain"
    room.mkdir()
    (room / "__init__.py").touch()
    plan, measure, figures, claims, test = _blocks("python")
    for name, text in (("plan", plan), ("measure", measure), ("figures", figures)):
        (room / f"{name}.py").write_text(text, "utf-8")
    (room / "claims.py").write_text(claims, "utf-8")
    (fresh.folder / "test_chain.py").write_text(test, "utf-8")

    schema, section, words = _blocks("yaml")
    schemas = fresh.folder / "workflow/schemas"
    (schemas / "chain.schema.yaml").write_text(schema, "utf-8")
    (line,) = re.findall(r"`(chain: \{\$ref: .*?\})`", PAGE)
    with open(schemas / "config.schema.yaml", "a", encoding="utf-8") as file:
        file.write(f"  {line}\n")
    fresh.configure(lambda config: config.update(yaml.safe_load(section)))

    (fresh.folder / "src/adcost/report/ru/chain.yaml").write_text(words, "utf-8")
    (text,) = _blocks("typst")
    texts = fresh.folder / "src/adcost/report/en"
    (texts / "chain.typ").write_text(text, "utf-8")
    (title,) = re.findall(r"`(chain: \".*?\",)`", PAGE)
    main = (texts / "main.typ").read_text("utf-8")
    (texts / "main.typ").write_text(main.replace("#let titles = (", f"#let titles = (\n  {title}"))
    return fresh


def test_the_experiment_of_the_page_runs_and_its_test_passes(followed):
    assert followed.planned("chain").jobs == {
        "chain_measure": 4, "chain_gather": 1, "chain_figures": 1, "chain_claims": 1, "chain": 1
    }  # fmt: skip
    followed.snakemake("chain", "--config", "report={language: ru}")
    assert "no words" not in (followed.results / "logs/chain/figures.log").read_text("utf-8")
    assert "длина цепи" in (followed.results / "chain/figures/ratio.svg").read_text("utf-8")
    (claim,) = json.loads((followed.results / "chain/claims.json").read_text("utf-8"))
    assert claim["verdict"] == "reproduced"
    assert (followed.results / "chain/figures/ratio.svg").exists()
    followed.configure(lambda config: config.update(experiments=["chain"]))
    followed.snakemake("results/report.html")
    html = (followed.results / "report.html").read_text("utf-8")
    assert "What does the derivative of a chain" in html
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_chain.py"],
        cwd=followed.folder, env={"PYTHONPATH": "src"}, capture_output=True, text=True,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout + done.stderr
