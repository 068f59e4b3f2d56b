"""The workflow's form: lint, layers, environments that do not drift apart, rules that say all."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def _run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def _pin():
    spec = importlib.util.spec_from_file_location("pin", ROOT / "workflow/envs/pin.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def test_snakemakes_linter_finds_nothing():
    done = _run(sys.executable, "-m", "snakemake", "--lint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Congratulations" in done.stdout + done.stderr


def test_the_layers_hold():
    done = _run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    assert done.returncode == 0, done.stdout


def test_types():
    done = _run(str(Path(sys.executable).parent / "mypy"), "--cache-dir=/dev/null")
    assert done.returncode == 0, done.stdout
    assert "no issues found in" in done.stdout


def test_style():
    ruff = str(Path(sys.executable).parent / "ruff")
    for command in (["check"], ["format", "--check"]):
        done = _run(ruff, *command, "--no-cache", "src", "tests", "workflow/scripts", "bench")
        assert done.returncode == 0, done.stdout
    done = _run(str(Path(sys.executable).parent / "snakefmt"), "--check", "Snakefile", "workflow")
    assert done.returncode == 0, done.stderr


def test_every_pin_has_hashes_and_no_address():
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK)
    assert len(entries) > 50
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK and "index-url" not in LOCK and "find-links" not in LOCK


def test_the_lock_answers_what_is_asked_for():
    asked = re.findall(r"^([a-z][\w-]*)", (ROOT / "requirements.in").read_text("utf-8"), re.M)
    pinned = {re.split(r"[=\[ ]", pin)[0] for pin in _pin().pins(LOCK)}
    assert set(asked) <= pinned


def test_conda_users_get_the_same_packages():
    rules_environment = (ROOT / "workflow/envs/adcost.yaml").read_text("utf-8")
    assert rules_environment == _pin().environment(LOCK)
    users = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert users["dependencies"][-1] == {"pip": ["--requirement requirements.lock"]}
    python = yaml.safe_load(rules_environment)["dependencies"][0]
    assert users["dependencies"][0] == python


RULE = re.compile(r"^( *)(?:rule|checkpoint)(?: \w+)?:\n((?:\1 +.*\n|\n)+)", re.MULTILINE)


def _rules():
    for path in [ROOT / "Snakefile", *sorted((ROOT / "workflow").rglob("*.smk"))]:
        for match in RULE.finditer(path.read_text("utf-8")):
            yield f"{path.name}:{match.start()}", match[2]


@pytest.mark.parametrize(("where", "body"), list(_rules()))
def test_every_rule_says_what_it_does_and_needs(where, body):
    assert re.search(r"^ +message:", body, re.M), where
    if "localrule: True" not in body:
        for directive in ("log", "resources", "threads", "conda", "script"):
            assert re.search(rf"^ +{directive}:", body, re.M), f"{where} lacks {directive}"
        assert "mem_mb=" in body, where


def test_there_are_rules_to_look_at():
    assert len(list(_rules())) >= 9
