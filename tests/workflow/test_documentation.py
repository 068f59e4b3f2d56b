"""Every command and every suggestion of the pages for readers does what the page says."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from adcost.study import configuration, plans

from . import forked

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "workflow/schemas"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)

TEXTS = {page.name: page.read_text("utf-8") for page in PAGES}
TOUR = TEXTS["run.md"]
FULL = configuration.read([ROOT / "config/config.yaml"], [], SCHEMAS)

ELSEWHERE = {
    "chain": "the experiment that docs/add-an-experiment.md makes, which has its own test",
    "--config 'experiments=[chain]'": "the same experiment's report: test_page.py",
    "--executor kubernetes": "needs a cluster, an image and a bucket",
    "--report": "needs finished results: test_runs.py",
    "reference": "asks for a full run of a commit: test_reference.py",
}
"""Commands that no dry run here can follow, and why."""


def _shell(text):
    """The blocks of a page that are typed into a shell."""
    return [body for kind, body in FENCE.findall(text) if kind == "sh"]


def _commands():
    for text in TEXTS.values():
        for body in _shell(text):
            for line in body.replace("\\\n", " ").splitlines():
                words = line.split(" #")[0].strip()
                if words.startswith("snakemake ") or words == "snakemake":
                    yield words
        yield from re.findall(r"`(snakemake [^`‹…]*)`", text)


COMMANDS = sorted(set(_commands()))


def _left_to_others(command):
    return any(f" {part}" in command for part in ELSEWHERE)


@pytest.mark.parametrize("command", [c for c in COMMANDS if not _left_to_others(c)])
def test_each_command_is_planned(checked_out, command):
    arguments = shlex.split(command)[1:]
    if "--unlock" in arguments or "--sdm" in arguments or "--workflow-profile" in arguments:
        assert arguments[0] in ("--unlock", "--sdm", "--workflow-profile")
        return  # no plan; each profile's is in test_runs.py
    done = forked.snakemake(checked_out.folder, "-n", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_commands_to_try():
    assert len(COMMANDS) >= 10 and "snakemake hvp --configfile config/quick.yaml" in COMMANDS


def test_each_target_of_make_is_one():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name, text in TEXTS.items():
        named = re.findall(r"\bmake ([a-z-]+)\b`|`make ([a-z-]+)", text)
        named += re.findall(r"^(make) ([a-z-]+)", "".join(_shell(text)), re.M)
        assert {target for pair in named for target in pair} - {"", "make"} <= targets, name


def _suggested(text):
    (found,) = re.findall(text, TOUR)
    return found


def test_the_value_to_add_is_planned_and_is_one_point():
    value, key = _suggested(r"add `(\d+)` to `hvp\.(\w+)`")
    before = plans.plans(FULL, SCHEMAS)["hvp"].points
    section = FULL["hvp"] | {key: [*FULL["hvp"][key], int(value)]}
    after = plans.plans(FULL | {"hvp": section}, SCHEMAS)["hvp"].points
    assert set(after) - set(before) == {f"layers-{value}"}
    assert all(after[name] == point for name, point in before.items())


def test_the_value_that_does_not_fit_is_refused_with_size_limit_and_key():
    change = yaml.safe_load(_suggested(r"set `hvp\.(width: \d+)`"))
    with pytest.raises(plans.ConfigError) as error:
        plans.plans(FULL | {"hvp": FULL["hvp"] | change}, SCHEMAS)
    said = str(error.value)
    assert "hvp.layers: with 1000 hidden layers" in said and "memory_mb allows 6,000" in said


def test_the_language_to_set_is_there_and_the_files_to_edit_are():
    language = _suggested(r"set `report\.language: (\w+)`")
    assert plans.plans(FULL | {"report": {"language": language}}, SCHEMAS)
    files = re.findall(r"edit `(src/[^`]+)`", TOUR)
    assert len(files) == 2 and all((ROOT / file).is_file() for file in files)


@pytest.mark.parametrize("page", ["library.md", "counting.md"])
def test_the_code_for_a_notebook_runs(page):
    (code,) = [body for kind, body in FENCE.findall(TEXTS[page]) if "from adcost." in body]
    exec(compile(code, page, "exec"), {})
