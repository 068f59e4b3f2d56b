# What all rules share: the checked plans, where results go, the code and files of a job.
from adcost import fork_server
from adcost.study import (
    code_dependencies,
    configuration,
    interruption,
    locks,
    plans,
    report_files,
    results_folder,
)

config.update(STUDY)
try:
    PLANS = plans.plans(STUDY, SCHEMAS)
    for folder in (config["results"], ".snakemake"):
        results_folder.check_writable(Path(folder))
except plans.ConfigError as error:
    sys.exit(str(error))

RESULTS = config["results"]
LANGUAGE = config["report"]["language"]
WORDS = ("adcost.plotting", "adcost.catalogue")
EVERY_JOB = ("adcost.results.reading", "adcost.results.writing", "adcost.study.origin")
ENVIRONMENT = "../envs/adcost.yaml"


def code(script, *modules):
    """The code that a job runs, one parameter a module: the script, and what the modules import."""
    scripts = ROOT / "workflow" / "scripts"
    return [
        f"{name}.py {code_dependencies.digest(scripts / f'{name}.py')}"
        for name in (script, "job")
    ] + [*code_dependencies.code(*EVERY_JOB, *modules)]


def version(experiment, script):
    """The version of the code that a script makes an experiment's points with."""
    modules = code(script, f"adcost.experiments.{experiment}.{script}")
    return configuration.digest({"code": modules})


def versions(experiment):
    """Those of all its points."""
    scripts = ["measure", "prepare"] if PLANS[experiment].prepares else ["measure"]
    return [version(experiment, script) for script in scripts]


def threads_of_the_machine(wildcards):
    """All cores of this run: a timed job shares the machine with no other."""
    return workflow.cores or 1


def of_point(experiment, field):
    """An attribute of a planned point, as a function of the wildcards."""

    def value(wildcards):
        return getattr(PLANS[experiment].points[wildcards.point], field)

    return value


def seed_of_point(experiment):
    """The seed of the study, for a point that draws random numbers."""

    def value(wildcards):
        seeded = PLANS[experiment].points[wildcards.point].seeded
        return config["seed"] if seeded else None

    return value


def memory_of_point(experiment):
    """What the point's formula says, as many times as it was tried.

    Where a cluster ends a job that took more than it asked for, the next attempt has room.
    """

    def value(wildcards, attempt):
        return attempt * PLANS[experiment].points[wildcards.point].memory_mb

    return value


def prepared_inputs(experiment):
    """The arrays of the points that a point needs, as a function of the wildcards."""

    def files(wildcards):
        needs = PLANS[experiment].points[wildcards.point].needs
        return [f"{RESULTS}/{experiment}/prepared/{name}/arrays.npz" for name in needs]

    return files


def sidecars(folder, tables):
    """What is told of each table of a folder: its columns, its bytes, where it was made."""
    return metadata_files(f"{folder}/{table}.csv" for table in tables)


def metadata_files(tables):
    """The sidecars of tables, as `adcost.results.metadata` names them."""
    return [f"{table}-metadata.json" for table in tables]


def gathered(experiment):
    """An experiment's tables, each with the files of its points in the plan's order."""
    plan, folder = PLANS[experiment], f"{RESULTS}/{experiment}"
    files = {
        table: [f"{folder}/{f}" for f in plan.files(table)] for table in plan.tables
    }
    if timed := plan.files("timings", timed=True):
        files["timings"] = [f"{folder}/{f}" for f in timed]
    return files


def read_tables(experiment):
    """The tables that an experiment's figures and claims read: the gathered ones, and its points."""
    names = [*gathered(experiment), "points"]
    return {table: f"{RESULTS}/{experiment}/{table}.csv" for table in names}


def figure_files(experiment):
    """Every file of an experiment's figures and animations."""
    plan, folder = PLANS[experiment], f"{RESULTS}/{experiment}/figures"
    figures = [f"{folder}/{f}.{kind}" for f in plan.figures for kind in ("svg", "pdf")]
    return figures + [
        f"{folder}/{f}.{kind}" for f in plan.animations for kind in ("mp4", "png")
    ]


def deterministic():
    """The names of each experiment's tables but the timings: what `compare` compares."""
    return {name: list(plan.tables) for name, plan in PLANS.items()}
