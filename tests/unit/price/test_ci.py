"""The page on continuous integration: its commands are run, and end as it says."""

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
import yaml

from adcost.price import at_most, command

PAGE = (Path(__file__).resolve().parents[3] / "docs/price-in-ci.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS = [(match[1], match[2].strip(), match[3]) for match in BLOCK.finditer(PAGE)]
COMMANDS = [(said, text) for kind, said, text in BLOCKS if kind == "sh"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for kind, _, text in BLOCKS:
        if kind == "python" and (name := re.match(r"# (\w+\.py)\n", text)):
            (tmp_path / name[1]).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(text):
    python, module, package, *arguments = shlex.split(text.replace("\\\n", " "))
    assert (python, module, package) == ("python", "-m", "adcost")
    return command.main(arguments)


@pytest.mark.parametrize(("said", "text"), COMMANDS)
def test_a_command_ends_with_the_status_that_the_page_says(folder, said, text, capsys):
    status = int(said.removeprefix("status=")) if said.startswith("status=") else 0
    assert run(text) == status
    heard = capsys.readouterr()
    assert (heard.err == "") == (status == 0)
    if status == 1:
        (line,) = heard.err.splitlines()
        assert line.startswith("exceeded: ") and line in " ".join(PAGE.split())
    if status == 2:
        assert len(heard.err.splitlines()) == 1
    if said == "json":
        tag = json.loads(heard.out)
        columns = {"derivative", "method", "counted", "operations", "temporary_bytes", "seconds",
                   "note"}  # fmt: skip
        assert columns <= set(tag["prices"][0]) and {"lines", "traps", "checks"} <= set(tag)


def test_the_program_that_reads_the_numbers(folder, capsys, monkeypatch):
    (text,) = (text for said, text in COMMANDS if said == "json")
    run(text)
    monkeypatch.setattr(sys, "stdin", io.StringIO(capsys.readouterr().out))
    exec(compile((folder / "read_tag.py").read_text(), "read_tag.py", "exec"), {})
    assert re.fullmatch(r"[\d.]+ evaluations; traps: \[\]\n", capsys.readouterr().out)


def test_names_units_and_statuses_are_all_there_are():
    table = PAGE.partition("| name |")[2].partition("Units are")[0]
    assert set(re.findall(r"`(\w+)`", table)) - {"_memory"} == set(at_most.NAMES)
    units = PAGE.partition("Units are")[2].partition("| status |")[0]
    known = {*at_most.UNITS, *at_most.SECONDS, *at_most.BYTES} - {"evaluation", "µs"}
    assert set(re.findall(r"`(\w+)`", units)) == known
    statuses = re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)
    assert statuses == re.findall(r"\b(\d) [a-z]", command.__doc__.partition("status: ")[2])


def test_the_workflow_is_yaml_and_its_command_is_one_that_is_understood():
    (text,) = (text for kind, _, text in BLOCKS if kind == "yaml")
    steps = yaml.safe_load(text)["jobs"]["price"]["steps"]
    (line,) = (s["run"] for s in steps if "adcost price" in s.get("run", ""))
    options = command.parser().parse_args(shlex.split(line)[3:])
    assert options.at_most[0].name == "gradient" and options.html.name == "price.html"
