import json
import subprocess

import pytest

from adcost.origin import distinct, origin


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A git checkout with one file, in which the process stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("1")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init"], ["add", "file"], [*identity, "commit", "-m", "m"]):
        subprocess.run(["git", *arguments], check=True, capture_output=True)
    return tmp_path


def test_it_names_commit_versions_and_machine(checkout):
    record = origin()
    assert len(record["commit"]) == 40 and record["dirty"] is False and record["changed"] == []
    assert record["packages"]["jax"] and record["machine"]["cores"] >= 1
    assert record["machine"]["devices"] and record["precision"]
    assert json.loads(json.dumps(record)) == record


def test_changed_and_new_files_are_named(checkout):
    (checkout / "file").write_text("2")
    (checkout / "new").write_text("3")
    record = origin()
    assert record["dirty"] is True and record["changed"] == ["file", "new"]


def test_outside_git_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = origin()
    assert record["commit"] == "unknown" and record["dirty"] is False


def test_same_origins_are_one_that_spans_their_times():
    a, b = {"commit": "a"}, {"commit": "b"}
    found = distinct([a | {"date": "3"}, b | {"date": "2"}, a | {"date": "1"}])
    assert found == [a | {"date": "1", "until": "3"}, b | {"date": "2", "until": "2"}]
    assert distinct([*found, a | {"date": "0"}])[0] == a | {"date": "0", "until": "3"}
    assert distinct([]) == []
