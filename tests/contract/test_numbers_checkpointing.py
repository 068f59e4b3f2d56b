"""Each number that the report says of `checkpointing` follows its own rows."""

import numpy as np
import pytest

from adcost.experiments.checkpointing.claims import numbers

from .recorded import recorded
from .synthetic import same, scattered, value, where

LENGTHS = [8, 9, 16, 64]


@pytest.fixture(scope="module", params=[2, 3])
def tables(request):
    return scattered(recorded("checkpointing"), request.param, keep=("state", "kept", "backward"))


def test_every_number_is_that_of_its_rows(tables):
    table, timings = tables["measurements"], tables["timings"]

    def chain(method, quantity, n=64, setting=""):
        return value(table, model="chain", method=method, quantity=quantity, size=n,
                     setting=setting)  # fmt: skip

    def states(method, n):
        return chain(method, "temporary_bytes", n) / chain(method, "state", n)

    def time(method):
        each, stored = (
            timings[where(timings, point="chain-64", method=name)]
            .sort_values("repeat")
            .seconds.to_numpy()
            for name in (method, "store_all")
        )
        return np.median(each / stored)

    errors = table[where(table, quantity="gradient_error")]
    saved = [chain(m, "forwards", setting=s) - 64 - 1 for m, s in (("revolve", "6"),
                                                                  ("halving", ""))]  # fmt: skip
    expected = {
        "longest": 64,
        "state_kb": 64 * 32 * 4 / 1024,
        "kept": (states("store_all", 64) - states("store_all", 8)) / (64 - 8),
        "store_mb": chain("store_all", "temporary_bytes") / 1024**2,
        "segments_mb": chain("segments", "temporary_bytes") / 1024**2,
        "halving_mb": chain("halving", "temporary_bytes") / 1024**2,
        "recompute_states": max(states("recompute_all", n) for n in LENGTHS),
        "segments_operations": max(
            chain("segments", "operations", n) / chain("store_all", "operations", n)
            for n in LENGTHS
        ),
        "halving_operations": (chain("halving", "operations") / chain("store_all", "operations")),
        "segments_time": time("segments"),
        "halving_time": time("halving"),
        "saving": saved[0] / saved[1],
        "frontier_length": 16,
        "gradient_error": errors[errors.method != "store_all"].value.max(),
        "animated_length": 6,
    }
    same(numbers(tables), expected)
