"""The whole study, as small as it goes: every experiment reaches the report."""

import json
import re
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
EXPERIMENTS = CONFIG["experiments"]


def test_every_section_of_the_configuration_is_an_experiment_that_runs():
    sections = {name for name, value in CONFIG.items() if isinstance(value, dict)}
    rooms = {path.parent.name for path in (ROOT / "src/adcost/experiments").glob("*/plan.py")}
    assert sections == rooms == set(EXPERIMENTS)


def test_readme_tells_what_every_experiment_asks():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \| .*\? \|$", readme, re.M) == EXPERIMENTS


def test_every_claim_is_in_the_table_and_every_figure_in_the_report(whole):
    claims = pd.read_csv(whole.results / "claims.csv")
    assert set(claims.experiment) == set(EXPERIMENTS)
    html = (whole.results / "report.html").read_text("utf-8")
    for name in EXPERIMENTS:
        records = json.loads((whole.results / name / "claims.json").read_text("utf-8"))
        assert set(claims.id[claims.experiment == name]) == {record["id"] for record in records}
        for record in records:
            assert f'href="#evidence-{record["id"].replace(".", "-")}"' in html, record["id"]
        for figure in (whole.results / name / "figures").glob("*.svg"):
            assert f'id="{name}-{figure.stem}-' in html, figure
