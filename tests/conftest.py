"""Which tests share a worker when the suite runs on several.

An experiment's tests share its measured tables, and those of the workflow share finished studies:
each such group stays together, so that what it shares is made once. The longest are begun first.
(xdist's own `--dist loadgroup` does not group under the pytest that is pinned here.)
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# No test fails because the machine is slow or busy.
settings.register_profile("adcost", deadline=None)
settings.load_profile("adcost")

# What one test has compiled the others need not compile again, in this run and the next.
os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(__file__).parents[1] / ".pytest_cache/jax")
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"

# Tests, and the small studies that they run, mostly compile: there XLA takes its fastest way.
FAST_TO_COMPILE = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {FAST_TO_COMPILE}"

SHARED = {
    "studies": ("test_clock.py", "test_every_experiment.py", "test_browser.py", "test_paper.py",
                "test_repair.py", "test_reruns.py", "test_runs.py", "test_reference.py",
                "test_interruption.py", "test_storage.py", "test_slurm.py", "test_module.py"),
}  # fmt: skip
"""The files of tests that run studies: one after the other, since each takes the machine."""


def group(nodeid):
    """The group of a test: an experiment, the finished study, or else its file."""
    path = nodeid.split("::")[0]
    file = path.rpartition("/")[2]
    for name, files in SHARED.items():
        if file in files:
            return name
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
    first = tuple(SHARED)
    items.sort(key=lambda item: [group(item.nodeid) != name for name in first])
