"""The numbers that the report's text on Hutchinson's estimator calls by name."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.hutchinson import analysis
from adcost.results.select import parameter
from adcost.statistics.intervals import median_interval


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers that the report's text calls by name; times in seconds."""
    measured, points = tables["measurements"], tables["points"]
    trained = analysis.exact(measured, ("dense", "trained"))
    initial = analysis.exact(measured, ("dense", "initial"))
    large = analysis.exact(measured, ("large", "trained"))
    signs = analysis.squares(measured, ("dense", "trained"), "rademacher")
    gains = {state: analysis.hutch_gain(measured, state) for state in analysis.STATES}
    diagonal = analysis.diagonal_errors(measured, "trained")
    most_products, most_diagonal = max(gains["trained"].index), max(diagonal.index)
    agreement = measured[measured.quantity == "relative_error"].value.max()
    result = {
        "parameters": int(trained["size"]),
        "large_parameters": int(large["size"]),
        "size_ratio": float(large["size"] / trained["size"]),
        "most_probes": int(signs.index.max()),
        "repeats": len(signs.columns),
        "least_initial": float(initial.least),
        "exact_ways_differ": _ways_differ(measured),
        "automatic_differs": float(agreement),
        "accuracy": 100
        * float(analysis.values(measured, ("dense", "trained"), "network", "accuracy").iloc[0]),
        "images": int(parameter("hutchinson", points, "networks.dense.images")["chunks"]),
        "large_images": int(parameter("hutchinson", points, "networks.large.images")["chunks"]),
        "one_probe": 100 * analysis.law(measured, ("dense", "trained"), "rademacher") ** 0.5,
        "all_probes": 100
        * float(
            (analysis.law(measured, ("dense", "trained"), "rademacher") / signs.index.max()) ** 0.5
        ),
        "law_ratio_network": analysis.law_ratio(measured, ("dense", "trained")),
        "law_ratio_influence": analysis.law_ratio(measured, ("influence", "fixed")),
        "diagonal_share": 100 * float(trained.diagonal2 / trained.frobenius2),
        "influence_size": int(analysis.exact(measured, ("influence", "fixed"))["size"]),
        "nuclear_initial": analysis.nuclear(measured, "initial"),
        "most_products": int(most_products),
        "few_products": int(gains["initial"].index[1]),
        "gain_initial": float(gains["initial"][most_products]),
        "gain_few_initial": float(gains["initial"].iloc[1]),
        "gain_trained": float(gains["trained"][most_products]),
        "diagonal_probes": int(most_diagonal),
        "diagonal_error": 100 * float(diagonal.value[most_diagonal]),
    }
    off = []
    for case in analysis.networks(measured):
        predicted = analysis.required_probes(measured, case)
        found = analysis.measured_probes(measured, case, analysis.ACCURACY)
        off.append(found.value / predicted)
        result["needed_{}_{}".format(*case)] = float(round(predicted))
    result["needed_off"] = max(off, key=lambda ratio: abs(ratio - 1))
    for state in analysis.STATES:
        large_needs, dense_needs = (
            analysis.required_probes(measured, (network, state)) for network in ("large", "dense")
        )
        result[f"needed_ratio_{state}"] = large_needs / dense_needs
        # The error at which V is d.
        ratio = dense_needs / result["parameters"]
        result[f"crossover_dense_{state}"] = 100 * analysis.ACCURACY * ratio**0.5
    for network in analysis.NETWORKS:
        result |= _chunk_numbers(tables, network)
    return result


def _ways_differ(measured: pd.DataFrame) -> float:
    """The largest relative difference of the dense network's numbers by its two exact ways."""
    rows = measured[(measured.matrix == "dense") & (measured.probes == 0)]
    wide = rows.pivot_table(index=["state", "quantity"], columns="method", values="value")
    both = wide[["dense", "unit_vectors"]].dropna()
    return float((both.dense / both.unit_vectors - 1).abs().max())


def _chunk_numbers(tables: Mapping[str, pd.DataFrame], network: str) -> dict[str, float]:
    timings, ratios = tables["timings"], analysis.per_probe(tables, network).median()
    own = {chunk: value for chunk, value in ratios.items() if chunk != "matfree"}
    best = min(own, key=own.__getitem__)
    return {
        f"chunk_{network}": best,
        f"per_probe_{network}": own[best],
        f"matfree_{network}": float(ratios["matfree"]),
        f"product_ms_{network}": 1e3
        * median_interval(timings[timings.method == f"{network}/product"].seconds).value,
    }
