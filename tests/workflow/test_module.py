"""The study used by another workflow, or run from another folder: it finds its own files."""

import os
import shutil
import subprocess
import sys

import pytest

from . import forked
from .conftest import checkout

MODULE = """
configfile: "own.yaml"
module adcost:
    snakefile: "{study}/workflow/Snakefile"
    config: config
use rule * from adcost as adcost_*
"""

INCLUDE = """
configfile: "own.yaml"
include: "{study}/workflow/Snakefile"
rule mine:
    input: rules.report.output
"""


HOSTED = """
module adcost:
    snakefile: github("owner/adcost", path="workflow/Snakefile", tag="v1")
    config: {}
use rule * from adcost as adcost_*
"""


@pytest.fixture
def outer(tmp_path):
    """The folder of another workflow."""
    folder = tmp_path / "outer"
    folder.mkdir()
    return folder


def _planned(folder, *arguments):
    done = forked.snakemake(folder, "--cores", "2", "-n", *arguments)
    return done.returncode, done.stdout + done.stderr


def test_as_a_module_it_is_planned_from_the_configuration_it_is_given(checked_out, outer):
    (outer / "Snakefile").write_text(MODULE.format(study=checked_out.folder))
    (outer / "own.yaml").write_bytes((checked_out.folder / "config/config.yaml").read_bytes())
    status, said = _planned(outer, "adcost_hvp")
    assert status == 0 and "adcost_hvp_time" in said, said
    (outer / "own.yaml").write_text("seed: 1\n")
    status, said = _planned(outer, "adcost_hvp")
    assert status != 0 and "the key memory_mb, " in said and "is missing" in said


def test_included_it_takes_its_own_keys_from_the_other_configuration(checked_out, outer):
    (outer / "Snakefile").write_text(INCLUDE.format(study=checked_out.folder))
    (outer / "own.yaml").write_text("genome: hg38\nexperiments: [hvp]\nhvp: {layers: [2, 3, 5]}\n")
    status, said = _planned(outer, "mine")
    assert status == 0 and "layers-5" in said and "layers-4" not in said, said
    assert "mds" not in said


def test_from_another_folder_it_runs_with_the_studys_configuration(checked_out, outer):
    snakefile = checked_out.folder / "Snakefile"
    status, said = _planned(
        outer, "-s", str(snakefile), "-d", str(outer), "results/hvp/claims.json"
    )
    assert status == 0 and "layers-16" in said, said


def test_as_a_module_from_github_it_is_refused_since_its_package_stays_there(checked_out, outer):
    # A repository here that git is told to take for the one there.
    hosted = outer.parent / "hosted/owner/adcost"
    shutil.copytree(checked_out.folder / "workflow", hosted / "workflow")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init"], ["add", "."], [*identity, "commit", "-m", "m"], ["tag", "v1"]):
        subprocess.run(["git", *arguments], cwd=hosted, check=True, capture_output=True)
    env = os.environ | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{hosted.parents[1]}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
        "XDG_CACHE_HOME": str(outer.parent / "cache"),
    }
    (outer / "Snakefile").write_text(HOSTED)
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "-n"],
        cwd=outer, env=env, capture_output=True, text=True,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "used from a checkout: git clone it" in said, said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", [b"a {study}", b"caf\xe9"])
def test_a_checkout_whose_path_cannot_be_taken_is_refused_in_one_line(tmp_path, name):
    folder = tmp_path / os.fsdecode(name)
    checkout(folder)
    status, said = _planned(folder)
    assert status != 0 and "rename the folder" in said, said
    assert "Traceback" not in said and ".smk" not in said
    assert not (folder / "results").exists()
