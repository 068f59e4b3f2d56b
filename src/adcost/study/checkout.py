"""The checkout that this package's code lies in: its commit and changes, or why git tells neither.

Git is asked about the folder of the code. The folder that a process works in may be another
repository, whose commit says nothing of the code.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]

UNKNOWN = "unknown"

ANOTHER_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)
"""Variables by which a hook of some repository would have git answer about that one."""

SECONDS = 20


@dataclass(frozen=True)
class Checkout:
    """What git says of the code; ``dirty`` is None where it is not known."""

    commit: str
    dirty: bool | None
    changed: tuple[str, ...] = ()
    unknown_because: str = ""


class _Refused(Exception):
    """Git gave no answer; the message says why."""


def checkout(package: Path = PACKAGE) -> Checkout:
    """The commit that ``package`` was checked out at, and the files changed on top of it.

    ``package`` is ``<root>/src/adcost``. A package that no commit holds (installed, or lying
    unversioned within another repository), a checkout that git does not trust, and a machine
    without git have an unknown commit, and whether there are changes is then not known either.
    """
    try:
        _git(package, "rev-parse", "--git-dir")
        if not _git(package, "ls-files", "--", "*.py"):
            raise _Refused(f"{package} lies in a git checkout and is no part of it")
        commit = _git(package, "rev-parse", "--verify", "HEAD").strip()
    except _Refused as reason:
        return Checkout(UNKNOWN, None, unknown_because=str(reason))
    try:
        changed = _changed(package.parents[1])
    except _Refused as reason:
        return Checkout(commit, None, unknown_because=str(reason))
    return Checkout(commit, bool(changed), changed)


def _changed(root: Path) -> tuple[str, ...]:
    """Files below ``root`` that differ from the commit, and files that git does not know."""
    # No lock, since jobs run side by side; NUL, since names are quoted otherwise.
    status = _git(root, "--no-optional-locks", "status", "-z", "--no-renames", "--", ".")
    return tuple(sorted(entry[3:] for entry in status.split("\0") if entry))


def _git(folder: Path, *arguments: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ANOTHER_REPOSITORY}
    try:
        answer = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environment | {"LC_ALL": "C"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=True,
        )
    except FileNotFoundError:
        raise _Refused("git is not installed, or not on the PATH") from None
    except subprocess.TimeoutExpired:
        raise _Refused(f"git gave no answer within {SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise _Refused(f"git: {error.stderr.strip().partition(chr(10))[0]}") from None
    except OSError as error:
        raise _Refused(f"git cannot be run: {error}") from None
    return answer.stdout
