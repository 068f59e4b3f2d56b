"""A run on another device, kept beside the reference."""

import gzip
import json

import pytest

from adcost.reference import device
from adcost.reference.store import read_reference
from adcost.results.writing import write_json


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    (folder / "toy").mkdir(parents=True)
    write_json({"config": {"experiments": ["toy"]}}, folder / "provenance.json")
    write_json([{"id": "toy.one"}], folder / "toy/claims.json")
    write_json({"least": 2}, folder / "toy/numbers.json")
    return folder


def test_a_finished_run_is_kept_with_its_seconds(results, tmp_path, capsys):
    (results / "toy/timings.csv").write_text("point,seconds\na,0.5\n")
    kept = tmp_path / "kept"
    assert device.main([str(results), str(kept)]) == 0
    assert "4 files" in capsys.readouterr().out
    assert read_reference(kept).claims == {"toy": [{"id": "toy.one"}]}
    assert json.loads((kept / "toy/numbers.json").read_text()) == {"least": 2}
    assert gzip.decompress((kept / "toy/timings.csv.gz").read_bytes()) == b"point,seconds\na,0.5\n"


def test_a_run_that_has_not_ended_is_refused_and_what_was_kept_stays(results, tmp_path, capsys):
    kept = tmp_path / "kept"
    device.write(results, kept)
    (results / "toy/claims.json").unlink()
    assert device.main([str(results), str(kept)]) == 1
    assert "no claims of toy: let the run end first" in capsys.readouterr().err
    assert (kept / "toy/claims.json").is_file()


def test_a_file_that_was_changed_is_refused(results, tmp_path, capsys):
    (results / "toy/numbers.json").write_text('{"least": 3}')
    assert device.main([str(results), str(tmp_path / "kept")]) == 1
    assert "numbers.json" in capsys.readouterr().err
