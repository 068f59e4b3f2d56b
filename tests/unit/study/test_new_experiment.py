"""A name that cannot be taken is refused before anything is written."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from adcost.study.new_experiment import PAGE, CannotWrite, main, write

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path):
    """What the command reads of a checkout, and an experiment that is there."""
    for file in (PAGE, "config/config.yaml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / "src/adcost/experiments/hvp").mkdir(parents=True)
    return tmp_path


def test_the_pages_name_is_replaced_and_the_section_added(checkout):
    written = write("swing", checkout)
    assert all(path.is_file() for path in written)
    text = "".join(path.read_text("utf-8") for path in written if path.suffix != ".yaml")
    assert "chain" not in text and "swing.constant" in text
    config = yaml.safe_load((checkout / "config/config.yaml").read_text("utf-8"))
    before = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
    assert config.pop("swing") == {"lengths": [1, 10, 100, 1000]}
    assert config.pop("experiments") == [*before.pop("experiments"), "swing"]
    assert config == before


def test_the_command_says_what_to_replace_run_and_test(checkout, monkeypatch, capsys):
    monkeypatch.chdir(checkout)
    monkeypatch.setattr("sys.argv", ["new_experiment", "swing"])
    main()
    said = capsys.readouterr().out
    assert "nested sines" in said and PAGE in said and "snakemake swing\n" in said
    page = (checkout / PAGE).read_text("utf-8")
    (tests,) = [line for line in page.splitlines() if line.startswith("python -m pytest")]
    assert tests.replace("chain", "swing") in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hvp", "is there already: choose another NAME"),
        ("My-Chain", "use small letters, digits and underscores"),
        ("../chain", "use small letters"),
        ("2nd", "a letter first"),
        ("class", "cannot name an experiment"),
        ("", "cannot name an experiment"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused(checkout, name, said):
    before = sorted(checkout.rglob("*"))
    with pytest.raises(CannotWrite, match=re.escape(said)):
        write(name, checkout)
    assert sorted(checkout.rglob("*")) == before


def test_a_configuration_without_a_list_of_experiments_is_refused(checkout):
    (checkout / "config/config.yaml").write_text("seed: 1\n")
    with pytest.raises(CannotWrite, match="no list `experiments"):
        write("swing", checkout)
