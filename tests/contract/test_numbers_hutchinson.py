"""Each number that the report says of `hutchinson` follows its own rows."""

import numpy as np
import pytest

from adcost.experiments.hutchinson.claims import numbers

from .recorded import recorded
from .synthetic import same, scattered, value, where
from .tables_hutchinson import NETWORKS, exact, law

TRAINED, INFLUENCE = ("dense", "trained"), ("influence", "fixed")


@pytest.fixture(scope="module", params=[2, 3])
def tables(request):
    return scattered(recorded("hutchinson"), request.param, spread=0.05)


def test_every_number_is_that_of_its_rows(tables):
    table, timings = tables["measurements"], tables["timings"]

    def squares(state, method, quantity, probes):
        rows = table[where(table, matrix="dense", state=state, method=method, quantity=quantity,
                           probes=probes)]  # fmt: skip
        return rows.value.to_numpy()

    def gain(state, products):
        trace = exact(table, ("dense", state))["trace"]
        off = squares(state, "hutch_plus_plus", "estimate", products) / trace - 1
        return np.sqrt(law(table, ("dense", state), "rademacher") / products / np.mean(off**2))

    def diagonal(probes):
        return 100 * np.sqrt(squares("trained", "diagonal", "square_error", probes).mean())

    def needed(case):
        return law(table, case, "rademacher") / 0.01**2

    def of_network(matrix, quantity):
        return value(table, matrix=matrix, state="trained", method="network", quantity=quantity)

    def both_ways(state, quantity):
        one, other = (
            value(table, matrix="dense", state=state, method=method, quantity=quantity, probes=0)
            for method in ("dense", "unit_vectors")
        )
        return abs(one / other - 1)

    def seconds(network, name):
        rows = timings[where(timings, method=f"{network}/{name}")]
        return rows.sort_values("repeat").seconds.to_numpy()

    initial, trained = (exact(table, ("dense", state)) for state in ("initial", "trained"))
    large = exact(table, ("large", "trained"))
    one_probe = law(table, TRAINED, "rademacher")
    expected = {
        "parameters": 235,
        "large_parameters": 610,
        "size_ratio": large["size"] / trained["size"],
        "most_probes": 600,
        "repeats": 8,
        "least_initial": initial["least"],
        "exact_ways_differ": max(
            both_ways(state, quantity)
            for state in ("initial", "trained")
            for quantity in ("trace", "frobenius2", "diagonal2")
        ),
        "automatic_differs": table[where(table, quantity="relative_error")].value.max(),
        "accuracy": 100 * of_network("dense", "accuracy"),
        "images": 64,
        "large_images": 32,
        "one_probe": 100 * np.sqrt(one_probe),
        "all_probes": 100 * np.sqrt(one_probe / 600),
        "law_ratio_network": law(table, TRAINED, "gaussian") / one_probe,
        "law_ratio_influence": (
            law(table, INFLUENCE, "gaussian") / law(table, INFLUENCE, "rademacher")
        ),
        "diagonal_share": 100 * trained["diagonal2"] / trained["frobenius2"],
        "influence_size": 20,
        "nuclear_initial": initial["nuclear"] / abs(initial["trace"]),
        "most_products": 120,
        "few_products": 60,
        "gain_initial": gain("initial", 120),
        "gain_few_initial": gain("initial", 60),
        "gain_trained": gain("trained", 120),
        "diagonal_probes": 60,
        "diagonal_error": diagonal(60),
        **{f"needed_{case[0]}_{case[1]}": round(needed(case)) for case in NETWORKS},
    }
    off = []
    for case in NETWORKS:
        rows = table[where(table, matrix=case[0], state=case[1], method="rademacher",
                           quantity="mean_square")]  # fmt: skip
        rows = rows[4 * rows.probes <= rows.probes.max()]
        one_probe = (rows.value * rows.probes).groupby(rows["repeat"]).mean().mean()
        found = one_probe / exact(table, case)["trace"] ** 2 / 0.01**2
        off.append(found / needed(case))
    expected["needed_off"] = max(off, key=lambda ratio: abs(ratio - 1))
    for state in ("initial", "trained"):
        ratio = needed(("large", state)) / needed(("dense", state))
        expected[f"needed_ratio_{state}"] = ratio
        few = needed(("dense", state)) / 235
        expected[f"crossover_dense_{state}"] = 100 * 0.01 * few**0.5
    for network in ("dense", "large"):
        probe = {
            name: np.median(seconds(network, name) / seconds(network, "product")) / 4
            for name in ("1", "4", "matfree")
        }
        expected |= {
            f"chunk_{network}": 1 if probe["1"] < probe["4"] else 4,
            f"per_probe_{network}": min(probe["1"], probe["4"]),
            f"matfree_{network}": probe["matfree"],
            f"product_ms_{network}": 1000 * np.median(seconds(network, "product")),
        }
    same(numbers(tables), expected)
