"""What the workflow costs over the bare measurements: time by stage, its own processor time."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psutil
import yaml

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("Snakefile", "config", "profiles", "src", "workflow", "requirements.lock")
SNAKEMAKE = (sys.executable, "-m", "snakemake", "--cores", "all")
FULL, QUICK = ROOT / "config/config.yaml", ROOT / "config/quick.yaml"


@dataclass(frozen=True)
class Run:
    """A run of Snakemake: seconds, and of its main process the processor time and most threads."""

    seconds: float
    own_seconds: float
    threads: int


def run(folder: Path, *arguments: str) -> Run:
    """Run Snakemake in a folder to its end."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = psutil.Popen(
            [*SNAKEMAKE, *arguments], cwd=folder, stdout=said, stderr=subprocess.STDOUT
        )
        own, threads = 0.0, 0
        while process.poll() is None:
            try:
                times = process.cpu_times()
                own, threads = times.user + times.system, max(threads, process.num_threads())
            except psutil.Error:
                break  # It ended meanwhile.
            time.sleep(0.5)
        status = process.wait()
        seconds = time.perf_counter() - start
        if status:
            said.seek(0)
            sys.exit(said.read())
    return Run(seconds, own, threads)


def checkout(folder: Path) -> Path:
    """A copy of the working tree's workflow and package, in which nothing has run."""
    for part in PARTS:
        source = ROOT / part
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / part)
    return folder


def jobs(folder: Path) -> dict[str, tuple[str, float]]:
    """Of each job, by its log: the rule and the seconds, as Snakemake's metadata have them."""
    found = {}
    for path in (folder / ".snakemake/metadata").rglob("*"):
        if path.is_file():
            record = json.loads(path.read_text("utf-8"))
            seconds = record["endtime"] - record["starttime"]
            found[record["log"][0] if record["log"] else path.name] = (record["rule"], seconds)
    return found


def pipeline(*files: Path) -> None:
    """The full study, or that of ``files``, by Snakemake against the same work in one process."""
    asked = ["--configfile", *map(str, files)] if files else []
    with tempfile.TemporaryDirectory() as folder:
        here = checkout(Path(folder))
        whole = run(here, *asked)
        by_stage: dict[str, float] = defaultdict(float)
        by_experiment: dict[str, float] = defaultdict(float)
        number = 0
        for rule, seconds in jobs(here).values():
            name, _, stage = rule.rpartition("_")
            by_stage[stage] += seconds
            by_experiment[name or "study"] += seconds
            number += 1
        nothing = min(run(here, *asked).seconds for _ in range(3))
        dry = min(run(here, "-n", "--quiet", *asked).seconds for _ in range(3))
        cost = _start_of_a_job(here)
    bare = _seconds_in_one_process(files)
    say("the study, pipeline", whole.seconds, "s")
    say("the same points, figures and claims in one process", bare, "s")
    say("pipeline / one process", whole.seconds / bare, "")
    share = 100 * whole.own_seconds / whole.seconds
    say("main process: its processor time over the run's", share, "% of a core")
    say("main process: most threads", whole.threads, "")
    say("jobs", number, "")
    say("one job more: start to end of an empty one", cost, "s")
    say("nothing to do", nothing, "s")
    say("a dry run with nothing to do", dry, "s")
    for what, seconds_of in (("stage", by_stage), ("experiment", by_experiment)):
        total = sum(seconds_of.values())
        for name, seconds in sorted(seconds_of.items(), key=lambda item: -item[1]):
            say(f"  {what} {name}: {seconds:.0f} s of jobs", 100 * seconds / total, "%")


def quick() -> None:
    """The quick study, from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        found = run(checkout(Path(folder)), "--configfile", str(QUICK))
    say("quick study", found.seconds, "s")


def change() -> None:
    """One changed value of one experiment of a finished quick study, to the new report."""
    with tempfile.TemporaryDirectory() as folder:
        here = checkout(Path(folder))
        run(here, "--configfile", str(QUICK))
        change = ("--config", "stepsizes={beta: 0.2}")
        found = run(here, "--configfile", str(QUICK), *change)
    say("one value changed, to the new report", found.seconds, "s")


def plan(points: int = 5000) -> None:
    """A dry run of a study of so many points."""
    with tempfile.TemporaryDirectory() as folder:
        here = checkout(Path(folder))
        path = here / "config/config.yaml"
        config = yaml.safe_load(path.read_text("utf-8"))
        config["experiments"] = ["hvp"]
        config["hvp"]["layers"] = list(range(1, points + 1))
        config["hvp"]["width"] = 1
        config["memory_mb"] = 10**9
        path.write_text(yaml.safe_dump(config), "utf-8")
        found = run(here, "-n", "--quiet")
    say(f"plan of {points} points", found.seconds, "s")
    say(f"plan of {points} points, a point", 1000 * found.seconds / points, "ms")


def in_process(*files: Path) -> None:
    """All measurements, figures and claims of a study, one after the other, in this process."""
    from adcost.experiments.in_process import measure_all
    from adcost.study import configuration

    schemas = ROOT / "workflow/schemas"
    config: Mapping = configuration.read([FULL, *files], [], schemas)
    for name in config["experiments"]:
        tables = measure_all(name, config[name], config["seed"])
        figures, claims = (
            import_module(f"adcost.experiments.{name}.{module}") for module in ("figures", "claims")
        )
        with tempfile.TemporaryDirectory() as folder:
            figures.draw(tables, Path(folder))
        claims.judge(tables)


def _seconds_in_one_process(files: Sequence[Path]) -> float:
    start = time.perf_counter()
    command = [sys.executable, str(ROOT / "bench/bench.py"), "in-process", *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - start


EMPTY = """
from job import begin, logged

begin(snakemake, __file__)

with logged(snakemake):
    import pandas
"""

RULE = """

rule empty:
    output:
        touch("empty/{i}"),
    log:
        "empty/{i}.log",
    script:
        "workflow/scripts/empty.py"
"""


def _start_of_a_job(folder: Path, number: int = 40) -> float:
    """Seconds that one job more takes, if it does nothing but start as each does."""
    (folder / "workflow/scripts/empty.py").write_text(EMPTY, "utf-8")
    with open(folder / "Snakefile", "a", encoding="utf-8") as file:
        file.write(RULE)
    one, many = (
        run(folder, "--cores", "1", *(f"empty/{i}" for i in numbers)).seconds
        for numbers in ([0], range(1, number + 1))
    )
    return (many - one) / (number - 1)


def say(what: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(f"{what:52s} {value:8.2f} {unit}", flush=True)
