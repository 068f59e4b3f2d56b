"""The workflow's form: lint, layers, environments that do not drift apart, rules that say all."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]


def _run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def _pin():
    spec = importlib.util.spec_from_file_location("pin", ROOT / "workflow/envs/pin.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOCK = (ROOT / "requirements.lock").read_text("utf-8")
CODE = ("src", "tests", "workflow/scripts", "bench", "docs/tools")


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


def test_no_module_of_the_package_relaxes_strict_types():
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    relaxed = [name for override in mypy["overrides"] for name in override["module"]]
    assert mypy["strict"] and not [name for name in relaxed if name.startswith("adcost")]


def test_style():
    ruff = str(Path(sys.executable).parent / "ruff")
    for command in (["check"], ["format", "--check"]):
        done = _run(ruff, *command, "--no-cache", *CODE)
        assert done.returncode == 0, done.stdout
    done = _run(str(Path(sys.executable).parent / "snakefmt"), "--check", "Snakefile", "workflow")
    assert done.returncode == 0, done.stderr


def test_every_pin_has_hashes_and_no_address():
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK)
    assert len(entries) > 50
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK and "index-url" not in LOCK and "find-links" not in LOCK


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _asked():
    yield from PROJECT["dependencies"]
    yield from chain(*PROJECT["optional-dependencies"].values())
    for line in (ROOT / "requirements.in").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _applies(requirement, python):
    environment = {"python_version": python.rpartition(".")[0], "python_full_version": python}
    return not requirement.marker or requirement.marker.evaluate(environment)


def _pinned(python):
    pins = map(Requirement, _pin().pins(LOCK))
    return {pin.name: str(pin.specifier)[2:] for pin in pins if _applies(pin, python)}


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
def test_the_lock_answers_what_is_asked_for(python):
    pinned = _pinned(python)
    for requirement in map(Requirement, _asked()):
        if _applies(requirement, python):
            assert requirement.specifier.contains(pinned[requirement.name]), requirement


def test_the_lock_has_a_newer_jax_and_pandas_3_for_a_newer_python():
    old, new = _pinned("3.11.0"), _pinned("3.12.0")
    assert Version(old["jax"]) < Version("0.11") <= Version(new["jax"])
    assert (old["pandas"][0], new["pandas"][0]) == ("2", "3")
    assert (old["jaxlib"], new["jaxlib"]) == (old["jax"], new["jax"])


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
