"""How a point is measured."""

import jax
import pandas as pd
import threadpoolctl

from adcost.experiments.second_order import measure


def test_scipy_computes_on_one_thread_and_in_double_precision(monkeypatch):
    seen = []

    def look(point, parameters):
        libraries = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
        seen.append(({one["num_threads"] for one in libraries}, jax.config.jax_enable_x64))
        return pd.DataFrame()

    monkeypatch.setattr(measure.storage, "measure", look)
    with threadpoolctl.threadpool_limits(2, "blas"):
        measure.measure("storage", {}, None)
    assert seen == [({1}, True)]
