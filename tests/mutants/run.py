"""Inject known faults, one at a time, and see that a test fails with each: `make mutants`.

The lists `tests/mutants/*.yaml` are kept by hand, since their faults are of meaning: a figure that
draws another method's rows, a correction that is dropped, a wait that is left out. Libraries for
mutation testing (mutmut, cosmic-ray) make their mutants themselves, by exchanging operators and
constants everywhere, take no list, and run one test command for all: many thousands of runs, and
hardly one of these faults among them.

Each entry of a list has exactly the keys of :class:`Fault`. The tests run in copies of the
checkout. They pass there without a fault first, or else their failing would mean nothing. Then each
fault's tests run in a process that is forked from this one, which has imported the libraries but
nothing of the package.

Exit status: 0 if every fault is caught, 1 if one is not, 2 if the lists cannot be run.
"""

import argparse
import compileall
import fnmatch
import importlib
import os
import py_compile
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import psutil
import pytest
import yaml

ROOT = Path(__file__).parents[2]

LIBRARIES = """
    numpy pandas jax jax.numpy scipy.stats scipy.optimize scipy.special scipy.sparse.linalg sympy
    matplotlib.pyplot seaborn optax sklearn.decomposition hypothesis xdist
""".split()

KINDS = {
    "figure": "what a figure draws",
    "number": "a number that the report's text says",
    "agreement": "methods that should agree and do not",
    "threshold": "where a claim's border lies",
    "statistics": "intervals, corrections, summaries",
    "reference": "what is compared with the reference run, and how closely",
    "waiting": "a time that is taken before the result is there",
    "schedule": "what is stored and what is computed again",
    "method": "what is computed: values, derivatives, functions",
    "count": "what is counted: operations, bytes, evaluations",
    "judging": "how evidence becomes a verdict, and what is said of it",
}

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".snakemake", ".hypothesis", ".*_cache", "__pycache__", "quick", "*.mp4"
)

OUTCOMES = {0: "survives", 1: "caught", 2: "interrupted", 3: "internal error of pytest",
            4: "pytest was called wrongly", 5: "no test was selected"}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One entry of a list; ``list`` is the name of its file."""

    list: str
    fault: str
    kind: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]

    def __str__(self):
        return f"{self.list}: {self.fault}"

    def inject(self, tree):
        """Write the fault into a tree; returns a function that takes it out again."""
        path = tree / self.file
        whole = path.read_text()
        path.write_text(whole.replace(self.find, self.replace))
        return lambda: path.write_text(whole)

    def selections(self):
        """The paths and the expression (of `-k`, or None) by which each of its tests is selected.

        Raises ``ValueError`` where there is more than paths and one `-k` at the end.
        """
        for test in self.tests:
            words = shlex.split(test)
            paths, options = words, []
            if "-k" in words:
                at = words.index("-k")
                paths, options = words[:at], words[at + 1 :]
            if not paths or len(options) > 1 or any(word.startswith("-") for word in paths):
                raise ValueError(f"tests are selected by paths and then one -k, not by {test!r}")
            yield paths, options[0] if options else None


# --- the lists ----------------------------------------------------------------------------------


def read(root=ROOT, names=()):
    """The faults of the lists that match one of the names (globs; none: all), and what is wrong."""
    faults, wrong = [], []
    for path in sorted((root / "tests/mutants").glob("*.yaml")):
        if names and not any(fnmatch.fnmatch(path.stem, name) for name in names):
            continue
        for number, entry in enumerate(yaml.safe_load(path.read_text()) or [], start=1):
            keys = {field.name for field in fields(Fault)} - {"list"}
            if not isinstance(entry, dict) or set(entry) != keys:
                wrong.append(f"{path.name}, entry {number}: its keys must be {sorted(keys)}")
                continue
            fault = Fault(**entry | {"list": path.stem, "tests": tuple(entry["tests"])})
            faults.append(fault)
            wrong += [f"{path.name}, {fault.fault!r}: {why}" for why in inapplicable(fault, root)]
    return faults, wrong


def inapplicable(fault, root=ROOT):
    """Why a fault cannot be injected or its tests cannot be run."""
    if fault.kind not in KINDS:
        yield f"the kind {fault.kind!r} is none of {', '.join(KINDS)}"
    path = root / fault.file
    if not path.is_file():
        yield f"there is no file {fault.file}"
        return
    whole = path.read_text()
    if (times := whole.count(fault.find)) != 1:
        yield f"its text stands {times} times in {fault.file}, not once: {fault.find!r}"
    elif fault.find == fault.replace:
        yield "it replaces its text with the same"
    elif path.suffix == ".py":
        try:
            compile(whole.replace(fault.find, fault.replace), fault.file, "exec")
        except SyntaxError as error:
            yield f"{fault.file} would not compile with it: {error}"
    if not fault.tests:
        yield "it names no tests"
    try:
        for paths, _ in fault.selections():
            for file in (path.partition("::")[0] for path in paths):
                if not (root / file).exists():
                    yield f"there is no {file}"
    except ValueError as error:
        yield str(error)


# --- running ------------------------------------------------------------------------------------


def copy(root, folder):
    """A copy of the checkout in which tests can run."""
    shutil.copytree(root, folder, ignore=NOT_COPIED, symlinks=True)
    # Compiled programs are shared, as tests/conftest.py keeps them.
    compiled = root / ".pytest_cache/compiled"
    compiled.mkdir(parents=True, exist_ok=True)
    (folder / ".pytest_cache").mkdir()
    (folder / ".pytest_cache/compiled").symlink_to(compiled)
    # Valid by content, not by time: a fault is injected and taken out within one second.
    compileall.compile_dir(
        folder / "src", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )
    return folder


def start(tree, arguments, log):
    """Run pytest in a fork of this process, in a tree; returns the fork's id."""
    sys.stdout.flush()
    if pid := os.fork():
        return pid
    status = 70
    try:
        os.setpgid(0, 0)  # with all that the tests start
        with open(log, "w") as output, open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.chdir(tree)
        sys.dont_write_bytecode = True
        os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree / "src")}
        sys.path.insert(0, str(tree / "src"))
        status = int(pytest.main([*arguments, "-q", "-p", "no:cacheprovider", f"--rootdir={tree}"]))
    finally:
        sys.stdout.flush()
        os._exit(status)


def processor_seconds(pid):
    """What a process has taken of the processor, which other work does not lengthen."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def run_all(jobs, trees, limit):
    """Run jobs (begin, arguments, log) on as many at a time as there are trees.

    Yields each job's number, its exit status (negative: a signal; None: ended after ``limit``
    seconds of processor time, or ten times as many by the clock) and its seconds. ``begin`` takes
    the tree and returns what to call at the end.
    """
    waiting, free, running = list(enumerate(jobs))[::-1], list(trees), {}
    while waiting or running:
        while waiting and free:
            number, (begin, arguments, log) = waiting.pop()
            tree = free.pop()
            end = begin(tree)
            running[start(tree, arguments, log)] = number, tree, end, time.monotonic()
        for pid, (number, tree, end, began) in list(running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            late = not ended and (
                processor_seconds(pid) > limit or time.monotonic() - began > 10 * limit
            )
            if late:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            if ended or late:
                del running[pid]
                end()
                free.append(tree)
                code = os.waitstatus_to_exitcode(status) if ended else None
                yield number, code, time.monotonic() - began
        time.sleep(0.02)


def without_faults(faults):
    """Arguments of one run per list, by the list's name, that selects at least all of its tests."""
    runs = {}
    for name in dict.fromkeys(fault.list for fault in faults):
        selected = [one for fault in faults if fault.list == name for one in fault.selections()]
        runs[name] = [*dict.fromkeys(path for paths, _ in selected for path in paths)]
        expressions = dict.fromkeys(expression for _, expression in selected)
        if None not in expressions:
            runs[name] += ["-k", " or ".join(f"({one})" for one in expressions)]
    return runs


def report(faults, outcomes):
    """Print the faults that are not caught, and how many are, by list and by kind."""
    for fault, outcome in zip(faults, outcomes, strict=True):
        if outcome != "caught":
            print(f"NOT CAUGHT ({outcome}): {fault}\n  {fault.file}: {' '.join(fault.tests)}")
    for by in ("list", "kind"):
        injected = Counter(getattr(fault, by) for fault in faults)
        caught = Counter(
            getattr(fault, by)
            for fault, outcome in zip(faults, outcomes, strict=True)
            if outcome == "caught"
        )
        print(f"\n{by:<24}injected  caught")
        for name, times in sorted(injected.items()):
            print(f"{name:<24}{times:>8}{caught[name]:>8}")
    print(f"\n{len(faults)} faults injected, {outcomes.count('caught')} caught")


def main(argv=None, libraries=LIBRARIES):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="lists to run, globs allowed; without any, all")
    parser.add_argument("-k", default="", help="only faults whose line contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="faults at a time")
    parser.add_argument(
        "--limit", type=float, default=600, help="processor seconds until a run is ended"
    )
    parser.add_argument("--logs", type=Path, help="a folder that keeps the output of the tests")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)

    faults, wrong = read(options.root, options.names)
    faults = [fault for fault in faults if options.k in fault.fault]
    if wrong or not faults:
        print(*(wrong or ["no list has that name, or no fault that text"]), sep="\n")
        return 2

    for library in libraries:
        with suppress(ImportError):
            importlib.import_module(library)

    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        logs = options.logs or Path(folder)
        logs.mkdir(parents=True, exist_ok=True)
        trees = [copy(options.root, Path(folder) / f"{n}") for n in range(options.jobs)]

        sound = without_faults(faults)
        jobs = [
            (lambda tree: lambda: None, arguments, logs / f"{name}.log")
            for name, arguments in sound.items()
        ]
        failed = False
        for number, status, seconds in run_all(jobs, trees, 4 * options.limit):
            name = [*sound][number]
            print(f"{name}: {'pass' if status == 0 else 'FAIL'} without a fault, {seconds:.0f} s")
            if status != 0:
                failed = True
                print((logs / f"{name}.log").read_text()[-4000:])
        if failed:
            print("these tests fail without a fault: that they fail with one would mean nothing")
            return 2

        jobs = [
            (
                fault.inject,
                ["-x", *(part for test in fault.tests for part in shlex.split(test))],
                logs / f"{fault.list}-{number}.log",
            )
            for number, fault in enumerate(faults)
        ]
        outcomes = [""] * len(faults)
        for number, status, seconds in run_all(jobs, trees, options.limit):
            outcome = "hangs" if status is None else OUTCOMES.get(status, f"ended with {status}")
            outcomes[number] = outcome
            print(f"{outcome:<12}{seconds:>5.0f} s  {faults[number]}", flush=True)
    print()
    report(faults, outcomes)
    return int(set(outcomes) != {"caught"})


if __name__ == "__main__":
    sys.exit(main())
