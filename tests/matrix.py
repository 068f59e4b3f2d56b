"""Unit tests and the tiny study on every Python that is here, with the oldest and the newest JAX.

Run by `make matrix`. Each pair of Python and versions gets an environment of its own in `.matrix`,
with the logs of what ran in it; the last lines are a table of what came out. Versions are `oldest`
(the lower bounds of pyproject.toml, or the oldest above them that can be had), `newest` (what its
bounds allow), `locked` (requirements.lock) or a version of JAX, with the newest of all else.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".matrix"
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
TOOLS = ("pytest", "pytest-xdist", "hypothesis", "setuptools")
"""What the tests below need of requirements.in."""

UNITS = (
    "tests/unit/costs", "tests/unit/derivatives", "tests/unit/test_jax_versions.py",
    "tests/unit/test_packaging.py",
)  # fmt: skip
STUDY = (
    "tests/workflow/test_every_experiment.py::"
    "test_every_claim_is_in_the_table_and_every_figure_in_the_report"
)
SHOWN = ("jax", "jaxlib", "numpy", "pandas", "scipy")
HEAD = ("Python", "versions", *SHOWN, "units", "tiny study")


def main() -> int:
    """Run the pairs that are asked for; 1 if one fails or there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pythons", nargs="*", default=PYTHONS, help="names or paths")
    parser.add_argument("--versions", nargs="+", default=["oldest", "newest"])
    parser.add_argument("--uv", default="uv", help="the program that makes the environments")
    parser.add_argument("--jobs", default="0", help="how many of pytest's workers run at a time")
    parser.add_argument("--first", action="store_true", help="print the first Python found only")
    asked = parser.parse_args()
    if asked.first:
        print(next(filter(None, map(interpreter, asked.pythons)), ""))
        return 0
    rows, failed = [], False
    for name in asked.pythons:
        python = interpreter(name)
        if python is None:
            rows.append([name, "not here"] + [""] * (len(HEAD) - 2))
            continue
        for versions in asked.versions:
            *cells, good = pair(python, versions, asked.uv, asked.jobs)
            failed |= not good
            rows.append(cells)
            print(" | ".join(cells), flush=True)
    print("\n" + table(rows))
    return int(failed or all(row[1] == "not here" for row in rows))


def interpreter(name: str) -> str | None:
    """A Python that runs: a path, or a name on the PATH or among those of pyenv."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    own = sorted(root.glob(f"versions/*/bin/{name}"))
    for found in (shutil.which(name), *own):
        # A name that pyenv has put on the PATH may belong to no version that is switched on.
        if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
            return str(found)
    return None


def pair(python: str, versions: str, uv: str, jobs: str) -> tuple[str | bool, ...]:
    """A row of the table, and whether all passed."""
    asked = [python, "-c", "import platform; print(platform.python_version())"]
    number = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    folder = FOLDER / f"{number}-{versions}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    own = folder / "environment"
    for command in installing(python, versions, uv, own):
        code, _ = logged(folder / "setup.log", command)
        if code:
            said = f"cannot be set up, see {folder.relative_to(ROOT)}/setup.log"
            return (number, versions, said, *[""] * (len(HEAD) - 3), False)
    results = [
        tests(folder, own, "units", ["-n", jobs, *UNITS]),
        tests(folder, own, "study", [STUDY]),
    ]
    told = [cell for cell, _ in results]
    return (number, versions, *there(own), *told, all(good for _, good in results))


def installing(python: str, versions: str, uv: str, own: Path) -> Iterator[Sequence[str | Path]]:
    """The commands that make an environment."""
    yield uv, "venv", "--seed", "--python", python, own
    install = (uv, "pip", "install", "--python", own / "bin/python")
    if versions == "locked":
        yield *install, "--require-hashes", "-r", ROOT / "requirements.lock"
        return
    resolved = (*install, "-r", ROOT / "pyproject.toml", "--all-extras", *unbuilt(), *tools())
    if versions == "oldest":
        yield *resolved, "--resolution", "lowest-direct"
    else:
        yield resolved if versions == "newest" else (*resolved, f"jax=={versions}")


def unbuilt() -> list[str]:
    """Options by which a version without a wheel for this Python is passed over."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    return [f"--only-binary={distribution(line)}" for line in lines]


def distribution(requirement: str) -> str:
    """``jax`` of ``jax>=0.10.2,<0.13``."""
    return re.split(r"[\[<>=~; ]", requirement)[0]


def tools() -> list[str]:
    """The lines of requirements.in for `TOOLS`."""
    lines = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    return [line for line in lines if distribution(line) in TOOLS]


def there(own: Path) -> list[str]:
    """The versions of `SHOWN` in an environment."""
    program = f"from importlib.metadata import version; print(*map(version, {SHOWN}))"
    asked = [own / "bin/python", "-c", program]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()


def tests(folder: Path, own: Path, name: str, arguments: Sequence[str]) -> tuple[str, bool]:
    """What pytest says in its last line, and whether all passed."""
    log = folder / f"{name}.log"
    code, seconds = logged(log, [own / "bin/python", "-m", "pytest", "-q", *arguments])
    last = log.read_text("utf-8").splitlines()[-1]
    counts = re.findall(r"\d+ (?:passed|failed|errors?|skipped)", last)
    told = ", ".join(counts) or f"ended with code {code}"
    return f"{told} in {seconds:.0f} s", code == 0


def logged(log: Path, command: Sequence[str | Path]) -> tuple[int, float]:
    """Run a command with its output added to a file: its exit code, and seconds."""
    start = time.monotonic()
    with log.open("a") as file:
        done = subprocess.run(
            [str(part) for part in command], cwd=ROOT, stdout=file, stderr=subprocess.STDOUT
        )
    return done.returncode, time.monotonic() - start


def table(rows: Sequence[Sequence[str]]) -> str:
    """As Markdown, its columns aligned."""
    lines = [HEAD, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    text = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *text[1:]])


if __name__ == "__main__":
    sys.exit(main())
