"""What tests of experiments share, and which tests share a worker when the suite runs on several.

An experiment's tests share its measured tables, and those of the workflow share finished studies:
each such group stays together, so that what it shares is made once. The longest are begun first.
(xdist's own `--dist loadgroup` does not group under the pytest that is pinned here.)
"""

import copy
import functools
import importlib.util
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from adcost.costs import compilation_cache
from adcost.jax_versions import quick_flags, setting

# No test fails because the machine is slow or busy.
settings.register_profile("adcost", deadline=None)
settings.load_profile("adcost")

# Tests, and the small studies that they run, mostly compile: there XLA takes its fastest way.
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {quick_flags()}".strip()

COMPILED = Path(__file__).parents[1] / ".pytest_cache/compiled"
"""What one test or study has compiled the others need not compile, in this run and the next."""

compilation_cache.use(COMPILED)
os.environ["JAX_COMPILATION_CACHE_DIR"] = setting("jax_compilation_cache_dir")
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"

# OpenBLAS would wait in a loop for threads of its own, on cores that the other worker needs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

SHARED = {
    "studies": ("test_clock.py", "test_every_experiment.py", "test_browser.py", "test_paper.py",
                "test_repair.py", "test_reruns.py", "test_runs.py", "test_reference.py",
                "test_interruption.py", "test_storage.py", "test_slurm.py", "test_module.py",
                "test_price.py"),
}  # fmt: skip
"""The files of tests that run studies: one after the other, since each takes the machine."""


EXPERIMENTS = {
    path.parent.name for path in Path(__file__).parent.glob("unit/experiments/*/conftest.py")
}


def group(nodeid):
    """The group of a test: an experiment, the finished study, or else its file."""
    path = nodeid.split("::")[0]
    file = path.rpartition("/")[2]
    for name, files in SHARED.items():
        if file in files:
            return name
    if promised := re.search(r"contract/test_promises.*\[(.+)\]", nodeid):
        # Of an experiment or, as in "ru-hvp", of it and something else.
        if named := EXPERIMENTS & set(promised[1].split("-")):
            return f"tests/unit/experiments/{named.pop()}"
    return "/".join(path.split("/")[:4]) if "/experiments/" in path else path


class Grouped(LoadScopeScheduling):
    """A scope is a group."""

    def _split_scope(self, nodeid):
        return group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # keep the order below
    return Grouped(config, log)


def pytest_collection_modifyitems(items):
    size = Counter(group(item.nodeid) for item in items)

    def order(item):
        """Studies first; what measures the same experiments last, when their programs are there.

        Among these the largest first, so that no worker is left with one at the end.
        """
        name = group(item.nodeid)
        late = name.startswith(("tests/contract", "tests/unit/experiments"))
        return name not in SHARED, late, -size[name], name

    items.sort(key=order)


SEED = 1
"""The seed of what an experiment's tests and the whole study measure."""


@functools.cache
def _section(experiment):
    path = Path(__file__).parent / "unit/experiments" / experiment / "conftest.py"
    described = importlib.util.spec_from_file_location(f"section_of_{experiment}", path)
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module.SECTION


def small_section(experiment):
    """A copy of the small section of the configuration that an experiment's tests use, ``SECTION``
    of its folder's ``conftest.py``."""
    return copy.deepcopy(_section(experiment))


@pytest.fixture(scope="session")
def section_of():
    """`small_section`."""
    return small_section


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder of this session, for all its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def measured_of(shared_folder):
    """A function: an experiment's tables for its small section, measured once in a session.

    They are those of the whole study (`workflow/conftest.py`), where it has been run and asked for
    the same, else measured in this process.
    """
    from adcost.experiments.in_process import measure_all
    from adcost.results.reading import read_json, read_table

    @functools.cache
    def measured(experiment):
        section, results = small_section(experiment), shared_folder / "whole/results"
        if (shared_folder / "whole/finished").exists():
            config = read_json(results / "provenance.json")["config"]
            if (config["seed"], config[experiment]) == (SEED, section):
                tables = sorted((results / experiment).glob("*.csv"))
                # How disturbed a timing was is noted by its job.
                return {
                    path.stem: read_table(path).drop(columns="others_share", errors="ignore")
                    for path in tables
                }
        return measure_all(experiment, section, SEED)

    return measured


@pytest.fixture(scope="session")
def no_figure_misleads():
    """Whatever figure a test draws is looked through before it is written."""
    from adcost import plotting

    from .contract.misleading import misleading

    save = plotting.save

    def looked_through(figure, folder, name):
        figure.canvas.draw()
        assert not list(misleading(figure)), name
        save(figure, folder, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plotting, "save", looked_through)
        yield


@pytest.fixture(scope="session")
def drawn_of(measured_of, no_figure_misleads, tmp_path_factory):
    """A function: a folder with an experiment's figures of those tables, drawn once."""

    @functools.cache
    def draw(experiment):
        folder = tmp_path_factory.mktemp(experiment)
        module = importlib.import_module(f"adcost.experiments.{experiment}.figures")
        module.draw(measured_of(experiment), folder)
        return folder

    return draw
