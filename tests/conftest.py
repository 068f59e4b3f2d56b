"""Which tests share a worker when the suite runs on several.

An experiment's tests share its measured tables, and the tests of reruns and runs share a finished
study: each such group stays together, so that what it shares is made once.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_itemcollected(item):
    path = item.path.relative_to(HERE)
    if path.parts[:2] == ("unit", "experiments"):
        item.add_marker(pytest.mark.xdist_group(path.parts[2]))
    elif path.name in ("test_reruns.py", "test_runs.py"):
        item.add_marker(pytest.mark.xdist_group("study"))
