"""Which commit the code is from: its own checkout's, whatever folder a process works in."""

import os
import subprocess
from pathlib import Path

import pytest

from adcost.study.checkout import PACKAGE, checkout

IDENTITY = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b"}
IDENTITY |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def git(folder, *arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True,
        env=os.environ | IDENTITY,
    )  # fmt: skip
    return done.stdout.strip()


def repository(root, file):
    """A repository with one commit, which holds the file; the commit."""
    (root / file).parent.mkdir(parents=True)
    (root / file).write_text(f"{root}")
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "m")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def package(tmp_path):
    """The package within a checkout of its own."""
    repository(tmp_path / "adcost", "src/adcost/study/origin.py")
    return tmp_path / "adcost/src/adcost"


def test_from_another_repository_the_commit_is_still_the_codes_own(package, tmp_path, monkeypatch):
    other = repository(tmp_path / "other", "data/table.csv")
    (tmp_path / "other/data/new.csv").write_text("1")
    monkeypatch.chdir(tmp_path / "other")
    found = checkout(package)
    assert found.commit == git(package, "rev-parse", "HEAD") != other
    assert found.dirty is False and found.changed == () and found.unknown_because == ""
    # The package as it is imported here says no more of the folder than of where it lies.
    assert checkout().commit not in ("", other)


def test_a_hook_of_another_repository_does_not_turn_the_question_to_it(
    package, tmp_path, monkeypatch
):
    repository(tmp_path / "other", "data/table.csv")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    found = checkout(package)
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    assert found.commit == git(package, "rev-parse", "HEAD") and found.dirty is False


def test_changed_and_new_files_are_named_as_they_are_called(package):
    (package / "study/origin.py").write_text("2")
    (package / "a new ключ.py").write_text("3")
    found = checkout(package)
    assert found.dirty is True
    assert found.changed == ("src/adcost/a new ключ.py", "src/adcost/study/origin.py")


def unversioned(package):
    """The package copied into a repository that does not hold it."""
    outer = package.parents[2] / "outer"
    repository(outer, "data/table.csv")
    (outer / "adcost/src").mkdir(parents=True)
    package.rename(outer / "adcost/src/adcost")
    return outer / "adcost/src/adcost"


def outside(package):
    (package.parents[1] / ".git").rename(package.parents[1] / "git")
    return package


def empty(package):
    outside(package)
    git(package.parents[1], "init")
    git(package.parents[1], "add", ".")
    return package


@pytest.mark.parametrize(
    ("move", "environment", "reason"),
    [
        (outside, {}, "not a git repository"),
        (unversioned, {}, "is no part of it"),
        (empty, {}, "git: "),
        # Git's own switch for testing how it treats a checkout of another user.
        (Path, {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, "dubious ownership"),
        (Path, {"PATH": "/nowhere"}, "git is not installed"),
    ],
    ids=["outside", "unversioned", "no commit", "distrusted", "no git"],
)
def test_where_the_commit_is_not_known_nobody_says_clean(
    package, move, environment, reason, monkeypatch
):
    package = move(package)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = checkout(package)
    assert found.commit == "unknown" and found.dirty is None
    assert reason in found.unknown_because


def test_a_commit_whose_changes_are_not_known_is_not_clean_either(package):
    (package.parents[1] / ".git/index").write_bytes(b"damaged")
    found = checkout(package)
    assert found.dirty is None and found.unknown_because


def test_it_is_this_package_that_is_asked_about():
    assert (PACKAGE / "study/checkout.py").is_file() and PACKAGE.name == "adcost"
