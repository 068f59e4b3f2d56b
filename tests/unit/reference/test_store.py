"""The reference on disk: written whole or not at all, read again, refused where it must be."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from adcost.reference import store
from adcost.reference.compare import compare
from adcost.reference.store import NoReference, read_reference, read_results, write_reference
from adcost.reference.tolerances import Tolerance, Tolerances
from adcost.results.metadata import DamagedFile
from adcost.results.writing import write_json, write_table
from adcost.study.configuration import digest

FULL = {"seed": 1, "platform": "cpu", "experiments": ["toy"], "toy": {"size": 3}}
TABLES = {"toy": ["measurements"]}


def provenance(**changes):
    made = {"config": FULL, "config_digest": digest(FULL), "commit": "0123456789ab", "dirty": False}
    return made | {"date": "2026-03-02", "machine": {}, "packages": {}} | changes


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    write_json(provenance(), folder / "provenance.json")
    write_json([], folder / "toy/claims.json")
    write_json({"price": 0.5}, folder / "toy/numbers.json")
    (folder / "toy/measurements.csv").write_text("point,value\na,0.5\n")
    (folder / "toy/timings.csv").write_text("point,seconds\na,0.5\n")
    return folder


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_written_is_read_again_with_the_same_bytes_each_time(results):
    folder = results / "reference"
    write_reference(results, folder, TABLES, FULL)
    first = files(folder)
    toy = {f"toy/{name}" for name in ("claims.json", "numbers.json", "measurements.csv.gz")}
    assert set(first) == {"provenance.json", *toy}
    write_reference(results, folder, TABLES, FULL)
    assert files(folder) == first
    assert first["toy/measurements.csv.gz"][4:8] == bytes(4)  # gzip's own date
    assert read_reference(folder) == read_results(results, TABLES)
    record = compare(read_reference(folder), read_results(results, TABLES), Tolerances(Tolerance()))
    assert record["experiments"][0]["outcome"] == "identical"


def test_a_reference_from_before_numbers_were_kept_is_compared_without_them(results):
    folder = results / "reference"
    write_reference(results, folder, TABLES, FULL)
    (folder / "toy/numbers.json").unlink()
    found = read_results(results, TABLES)
    found.numbers["toy"]["price"] = 9.0
    record = compare(read_reference(folder), found, Tolerances(Tolerance()))
    (toy,) = record["experiments"]
    assert (toy["outcome"], toy["numbers"]) == ("identical", [])


def test_what_the_new_reference_lacks_does_not_stay(results):
    folder = results / "reference"
    (folder / "gone").mkdir(parents=True)
    (folder / "gone/claims.json").write_text("[]")
    write_reference(results, folder, TABLES, FULL)
    assert set(read_reference(folder).tables) == {"toy"}
    assert not list(results.glob(".*"))


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from adcost.reference import store
done, left = Path.{step}, [int(sys.argv[2])]
def last(path, *arguments):
    if not left[0]:
        os._exit(9)  # as a kill: nothing is cleared
    left[0] -= 1
    return done(path, *arguments)
Path.{step} = last
store.replace_folder(Path(sys.argv[1]), {{"provenance.json": b"new", "toy/claims.json": b"new"}})
"""


@pytest.mark.parametrize("step", ["write_bytes", "rename"])
@pytest.mark.parametrize("after", [0, 1])
def test_what_a_killed_writer_left_is_replaced_by_the_next_one(results, step, after):
    folder = results / "reference"
    write_reference(results, folder, TABLES, FULL)
    before = files(folder)
    source = str(Path(store.__file__).parents[2])
    code = KILLED.format(step=step)
    killed = subprocess.run([sys.executable, "-c", code, str(folder), str(after), source])
    assert killed.returncode == 9
    left = list(results.glob(".*"))
    assert left and files(folder if folder.exists() else results / ".reference.before") == before
    with pytest.raises(OSError):  # One that fails puts the old one back, and leaves nothing.
        store.replace_folder(folder, {"provenance.json": b"new", "provenance.json/no": b"new"})
    assert files(folder) == before and not list(results.glob(".*"))
    write_reference(results, folder, TABLES, FULL)
    assert files(folder) == before and not list(results.glob(".*"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dirty": True}, "uncommitted changes on top of 0123456789"),
        ({"measured": [{"commit": "a"}, {"commit": "b"}]}, "measured at 2 commits, not one"),
        (
            {"commit": "unknown", "dirty": None, "unknown_because": "no git"},
            r"its commit is not known \(no git\)",
        ),
        (
            {"dirty": None, "unknown_because": "no index"},
            r"whether the code was the commit's is not known \(no index\)",
        ),
        ({"config_digest": digest(FULL | {"seed": 2})}, "configuration is not config/config.yaml"),
    ],
)
def test_a_run_that_is_no_reference_is_refused_and_the_old_one_stays(results, changes, said):
    folder = results / "reference"
    write_reference(results, folder, TABLES, FULL)
    before = files(folder)
    write_json(provenance(**changes), results / "provenance.json")
    with pytest.raises(NoReference, match=said):
        write_reference(results, folder, TABLES, FULL)
    assert files(folder) == before
    write_reference(results, folder, TABLES, FULL, anyway=True)
    assert files(folder) != before


def test_too_large_a_reference_is_refused_with_its_largest_file(results, monkeypatch):
    monkeypatch.setattr(store, "LARGEST_BYTES", 100)
    with pytest.raises(NoReference, match=r"more than 100; the largest: provenance.json"):
        write_reference(results, results / "reference", TABLES, FULL, anyway=True)
    assert not (results / "reference").exists()


def test_where_there_is_none_it_is_said_how_to_make_one(tmp_path):
    with pytest.raises(NoReference, match=r"there is no reference in .*snakemake reference"):
        read_reference(tmp_path)


@pytest.mark.parametrize("name", ["toy/claims.json", "toy/numbers.json", "provenance.json"])
def test_damaged_json_of_the_reference_is_named(results, name):
    folder = results / "reference"
    write_reference(results, folder, TABLES, FULL)
    (folder / name).write_bytes((folder / name).read_bytes()[:-2])
    with pytest.raises(NoReference, match=rf"{name} cannot be read .*from the repository again"):
        read_reference(folder)


def test_an_experiment_that_the_reference_lost_is_named(results):
    folder = results / "reference"
    write_reference(results, folder, TABLES, FULL)
    (folder / "toy/claims.json").unlink()
    with pytest.raises(NoReference, match=r"lacks toy: take it from the repository again"):
        read_reference(folder)


@pytest.mark.parametrize(
    "name", ["toy/claims.json", "toy/numbers.json", "toy/measurements.csv", "provenance.json"]
)
def test_what_was_changed_after_it_was_written_does_not_become_the_reference(results, name):
    write_table(pd.DataFrame({"point": ["a"]}), results / "toy/measurements.csv", "toy", "a")
    path = results / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DamagedFile, match=rf"Delete {path}"):
        write_reference(results, results / "reference", TABLES, FULL)
    assert not (results / "reference").exists()


def test_a_damaged_table_is_named(results):
    folder = results / "reference"
    write_reference(results, folder, TABLES, FULL)
    path = folder / "toy/measurements.csv.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(NoReference, match=r"toy/measurements.csv.gz cannot be read"):
        read_reference(folder)
