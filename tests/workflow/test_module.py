"""The study used by another workflow, or run from another folder: it finds its own files."""

import pytest

from . import forked

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
