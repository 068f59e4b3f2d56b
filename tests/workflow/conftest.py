"""Real Snakemake runs, in copies of the repository with a tiny study."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from adcost import fork_server
from adcost.fork_client import ADDRESS
from adcost.study.schema import LOADER

from ..conftest import COMPILED, SEED, small_section
from . import forked
from .forked import HANGS

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = tuple((ROOT / "tests/unit/experiments").glob("*/conftest.py"))
PARTS = ("Snakefile", "config", "profiles", "src", "workflow", "requirements.lock")

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml's where there is one, as `LOADER`."""

UNKIND = 'a study\'s "$HOME" [1] *é #%;&\\'
"""The name of a folder with what a shell, a glob or a locale might take apart."""

SHELL = {
    "MPLBACKEND": "module://no_such.backend",
    "MATPLOTLIBRC": "no_such_folder",
    "JAX_ENABLE_X64": "1",
    "JAX_DEFAULT_PRNG_IMPL": "rbg",
    "JAX_PLATFORMS": "no_such_platform",
}
"""Settings of a user's shell or notebook, none of which a job may follow."""


TIMERS = """
import sys, threading

start = threading.Timer.start

def noted(timer):
    if sys.orig_argv[1:3] == ["-m", "snakemake"]:
        open("timers", "a").write(repr(timer))
    start(timer)

threading.Timer.start = noted
"""
"""Lets Snakemake's own process note the timers that it starts."""


@dataclass(frozen=True)
class Planned:
    """What a dry run would do: jobs by rule, and their messages."""

    jobs: Counter
    messages: list[str]
    text: str

    def experiments(self):
        """The experiments that would be measured, timed, gathered, drawn or judged."""
        stages = ("prepare", "measure", "time", "gather", "figures", "claims")
        return {r.rsplit("_", 1)[0] for r in self.jobs if r.rsplit("_", 1)[-1] in stages}

    def measured(self):
        """The points that would be measured."""
        return self._points("measuring (?:and timing )?")

    def prepared(self):
        """The points that would be prepared for others."""
        return self._points("preparing ")

    def _points(self, verb):
        found = (re.search(rf"(\w+): {verb}(\S+?),?(?: |$)", m) for m in self.messages)
        return {f"{match[1]}/{match[2]}" for match in found if match}


@dataclass(frozen=True)
class Study:
    """A checkout with a tiny study in it."""

    folder: Path
    python: str = sys.executable

    @property
    def results(self):
        return self.folder / "results"

    def snakemake(self, *arguments, check=True, shell=None):
        """Run Snakemake here as a user would, with the settings of a ``shell``."""
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        # Loading the libraries would take longer than most of these runs.
        env |= {ADDRESS: _server()} if shell is None else shell
        done = subprocess.run(
            [self.python, "-m", "snakemake", "--cores", "2", *arguments],
            cwd=self.folder, env=env, capture_output=True, text=True, timeout=HANGS,
        )  # fmt: skip
        if check and done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done

    def planned(self, *arguments):
        """A dry run."""
        done = forked.snakemake(self.folder, "--cores", "2", "-n", *arguments)
        text = done.stdout + done.stderr
        assert done.returncode == 0, text
        table = re.search(r"Job stats:\njob +count\n-+ +-+\n(.*?)\ntotal ", text, re.DOTALL)
        rows = re.findall(r"^(\w+) +(\d+)$", table[1] if table else "", re.MULTILINE)
        assert table or "Nothing to be done" in text, text
        jobs = Counter({rule: int(count) for rule, count in rows})
        return Planned(jobs, re.findall(r"^Job \d+: (.*)$", text, re.MULTILINE), text)

    def copied(self, folder):
        """A copy of it all, to be changed at will; what is compiled stays shared."""
        subprocess.run(["cp", "-a", self.folder, folder], check=True)
        return Study(folder)

    def configure(self, change):
        """Rewrite the configuration by a function of the dictionary."""
        path = self.folder / "config/config.yaml"
        config = yaml.load(path.read_text("utf-8"), LOADER)
        change(config)
        path.write_text(yaml.dump(config, Dumper=DUMPER, sort_keys=False), "utf-8")

    def edit(self, path, text="\n# an edit\n"):
        """Append to a file."""
        with open(self.folder / path, "a", encoding="utf-8") as file:
            file.write(text)


@cache
def _server():
    """The address of one server for the runs of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ADDRESS, "")
        fork_server.start()
        return os.environ[ADDRESS]


def checkout(folder):
    """A copy of the repository's working tree whose configuration is the tiny study."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    # Compiled programs are shared by all checkouts of the tests.
    COMPILED.mkdir(parents=True, exist_ok=True)
    (folder / ".snakemake").mkdir()
    (folder / ".snakemake/compiled").symlink_to(COMPILED)
    study = Study(folder)
    tiny = yaml.safe_load((Path(__file__).parent / "tiny.yaml").read_text("utf-8"))
    small = {path.parent.name: small_section(path.parent.name) for path in EXPERIMENTS}
    study.configure(lambda config: config.update(small | tiny, seed=SEED))
    return study


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A study that has run to its end; shared, so tests leave it alone.

    It ran in a folder and under a shell that are as unkind as they may be.
    """
    folder = tmp_path_factory.mktemp("finished")
    environment = folder / f"the environment of {UNKIND}"
    environment.symlink_to(sys.prefix)
    study = replace(checkout(folder / UNKIND), python=str(environment / "bin/python"))
    (study.folder / "matplotlibrc").write_text("text.usetex: True\nxtick.labelsize: 18\n")
    (folder / "sitecustomize.py").write_text(TIMERS)
    study.snakemake(shell=SHELL | {"PYTHONPATH": str(folder)})
    return study


@pytest.fixture(scope="session")
def whole(shared_folder):
    """A tiny study of all experiments that has run to its end; shared, so tests leave it alone.

    Its tables are those of each experiment's own tests (`measured_of`).
    """
    study = checkout(shared_folder / "whole")
    everything = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))["experiments"]
    own = {name: small_section(name) for name in everything if name != "spectrum"}
    study.configure(lambda config: config.update(own, experiments=everything))
    study.snakemake()
    (study.folder / "finished").touch()
    return study


@pytest.fixture(scope="session")
def russian(whole, tmp_path_factory):
    """The same with its report in Russian; shared, so tests leave it alone."""
    study = whole.copied(tmp_path_factory.mktemp("copy") / "russian")
    study.configure(lambda config: config["report"].update(language="ru"))
    study.snakemake()
    return study


@pytest.fixture
def study(finished, tmp_path):
    """The finished study, to be changed at will."""
    return finished.copied(tmp_path / "study")


@pytest.fixture
def everything(whole, tmp_path):
    """The finished study of all experiments, to be changed at will."""
    return whole.copied(tmp_path / "study")


@pytest.fixture(scope="module")
def checked_out(tmp_path_factory):
    """A checkout in which nothing runs, for tests that put back what they change."""
    return checkout(tmp_path_factory.mktemp("checked_out") / "study")


@pytest.fixture
def fresh(tmp_path):
    """A checkout in which nothing has run."""
    return checkout(tmp_path / "study")
