"""What would end in Snakemake's traceback is said in a sentence before it starts."""

import sys

import pytest

from adcost.study import locks, preflight


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"seed: \xff\n", "byte 6 is not UTF-8"),
        (b"\x00\x01\x02", "#x0000"),
        (b"", "it holds nothing"),
        (b"- a\n", "it holds a list"),
        (b"seed: 1\n---\nseed: 2\n", "line 2: .*another document"),
        (b"a: &a [*a]\n", "line 1: an alias stands inside"),
        (b"a: " + b"[" * 3000, "50 levels"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_name(content, words, tmp_path):
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(preflight.NotReady, match=f"mine.yaml.*{words}"):
        preflight.check_files([str(path)])


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    with pytest.raises(preflight.NotReady, match="directory"):
        preflight.check_files([str(tmp_path)])


def test_a_home_that_is_closed_to_writing_is_told_with_what_to_set(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    preflight.check_cache()
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    with pytest.raises(preflight.NotReady, match="set XDG_CACHE_HOME to a folder"):
        preflight.check_cache()


def test_as_a_command_it_leaves_with_the_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["preflight", "missing.yaml"])
    with pytest.raises(SystemExit, match=r"missing\.yaml"):
        preflight.main()
    monkeypatch.setattr(sys, "argv", ["preflight"])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / locks.LOCKS).mkdir(parents=True)
    (tmp_path / locks.LOCKS / "0.input.lock").write_text("x\n")
    preflight.main()
    assert not list((tmp_path / locks.LOCKS).iterdir())
