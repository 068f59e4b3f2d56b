"""The numbers of `hvp` that the report's text calls by name."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from adcost.experiments.hvp import analysis
from adcost.experiments.hvp.analysis import AD_PRODUCTS
from adcost.experiments.hvp.plan import ITEMSIZE
from adcost.statistics.intervals import Interval, median_interval, paired_ratio, summarise


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name; times in seconds, memory in bytes."""
    measured, timings = tables["measurements"], tables["timings"]
    sweep = analysis.sweep(tables)
    medians = analysis.medians(timings, sweep)
    deepest, least = int(medians.index.max()), int(medians.index.min())
    at = medians.loc[deepest]
    timed = summarise(timings).set_index(["point", "method"])
    compiled = timed.compile_seconds[sweep.point[sweep.layers == deepest].iloc[0]]
    large, large_width = analysis.large(tables["points"])
    big = measured[measured.point == large]
    p_big = int(big.parameters.iloc[0])
    size = ITEMSIZE[sweep.dtype.iloc[0]]
    counted = {m: analysis.counted(sweep, m) for m in (*AD_PRODUCTS, "gradient", "loss")}
    product, gradient = counted[AD_PRODUCTS[0]], counted["gradient"][deepest]
    return {
        "width": analysis.sweep_width(tables["points"]),
        "large_width": large_width,
        "dtype": str(sweep.dtype.iloc[0]),
        "least_layers": least,
        "most_layers": deepest,
        "points": len(medians),
        "runs": int(timings.groupby("point").repeat.max().min()) + 1,
        "seconds_hessian": at["hessian_then_product"],
        "seconds_product": at["product"],
        "seconds_hvp": at[AD_PRODUCTS[0]],
        "hessian_over_hvp": at["hessian_then_product"] / at[AD_PRODUCTS[0]],
        "compile_most": float(compiled.max()),
        "forward_over_reverse_time": at["forward_over_reverse"] / at[AD_PRODUCTS[0]],
        "forward_over_reverse_operations": (
            counted["forward_over_reverse"][deepest] / product[deepest]
        ),
        "large_parameters": p_big,
        "nested": [
            {
                "operation": name,
                "gradient": float(row.gradient / row.loss),
                "product": float(row[list(AD_PRODUCTS)].max() / row.gradient),
                "evaluations": float(row[list(AD_PRODUCTS)].max() / row.loss),
            }
            for name, row in analysis.nested(measured).iterrows()
        ],
        "constant": float(product[deepest] / gradient),
        "tangent_product": float(analysis.tangents(measured)["multiply"]),
        "tangent_quotient": float(analysis.tangents(measured)["divide"]),
        "evaluations": float((product / counted["loss"]).max()),
        "large_hessian_bytes": float(p_big) ** 2 * size,
        "large_seconds_hvp": timed.loc[(large, AD_PRODUCTS[0]), "median"],
        "large_time_ratio": paired_ratio(
            timings[timings.point == large], AD_PRODUCTS[0], "gradient"
        ).value,
        "ratios": [
            {
                "method": name,
                "operations": float(counted[name][deepest] / gradient),
                "seconds": time_ratio(sweep, timings, name).value,
            }
            for name in AD_PRODUCTS
        ],
    }


def time_ratio(sweep: pd.DataFrame, timings: pd.DataFrame, method: str) -> Interval:
    """A product's time over the gradient's: the median over depths of the paired medians.

    The depth is the unit of the interval, as for an exponent: repeats at one depth share what the
    machine did in that job.
    """
    return median_interval(np.array(analysis.time_ratios(sweep, timings, method)))
