"""Which tests share a worker when the suite runs on several.

An experiment's tests share its measured tables, and the tests of reruns and runs share a finished
study: each such group stays together, so that what it shares is made once. The longest groups are
begun first. (xdist's own `--dist loadgroup` does not group under the pytest that is pinned here.)
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARED = {
    "study": ("test_reruns.py", "test_runs.py", "test_reference.py", "test_interruption.py",
              "test_storage.py", "test_slurm.py"),
    "whole": ("test_every_experiment.py", "test_browser.py", "test_paper.py", "test_repair.py"),
}  # fmt: skip
"""The files of tests that share a finished study."""


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
