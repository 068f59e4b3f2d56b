"""Judge the claim on the feedforward recursion (`feedforward.*`) from the tables alone.

Bounds, and why: an inner product of length n is off by at most n·u relative to the sum of the
absolute values of its terms (Higham 2002, §3.1), and a gradient is a chain of such products, so
two ways may differ by Σn·u, times how much the terms cancel; ten of that are allowed. What differs
between the recursion and `jax.grad` beside the matrix products is how σ′ is written: at most the
twenty or so operations of GELU's for each entry of a layer.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.claims import Claim, Evidence, at_most, near
from adcost.experiments.feedforward.analysis import counted, errors, of_networks, sweep
from adcost.statistics.exponent import local_exponents
from adcost.statistics.intervals import Interval

SECTION = "«Архитектура прямого распространения»"
ROUNDING, SLOPE = 10.0, 20.0


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """The one claim, from ``measurements`` and ``shapes``."""
    measured, shapes = tables["measurements"], tables["shapes"]
    return [
        Claim(
            "feedforward.manual_backprop",
            f"{SECTION}; Rumelhart, Hinton & Williams 1986",
            "The recursion on the slide, for a batch of b inputs and t layers, gives the gradients "
            "of jax.grad, with the shapes on the slide and at the cost of automatic "
            "differentiation.",
            (_gradients(measured), _shapes(shapes), _products(measured), _operations(measured)),
            "agreement",
            "The slide's ∂vₖ₊₁/∂vₖ and ∂vₖ₊₁/∂wₖ are those of one input: a batch has b of "
            "each, and with b > 1 the product is taken input by input. Its ∂L/∂wₖ then has a row "
            "for each input, and the gradient is their sum.",
            claimed_by="lecture",
        )
    ]


def _gradients(measured: pd.DataFrame) -> Evidence:
    """The worst difference in units of rounding; a gradient of zero compares nothing."""
    rows = errors(measured)
    norms = measured[measured.quantity == "norm"].value
    both = {"backprop", "by_jacobians"} <= set(rows.method)
    worst = float((rows.value / rows.unit).max()) if both and (norms > 0).all() else float("nan")
    return at_most("exact", Interval.exactly(worst), ROUNDING, "rounding errors a term of the sums")


def _shapes(shapes: pd.DataFrame) -> Evidence:
    unlike = float((shapes.expected != shapes.found).sum())
    return near("exact", Interval.exactly(unlike), 0, 0, "shapes unlike the slide's", "0")


def _products(measured: pd.DataFrame) -> Evidence:
    ratio = counted(measured, "backprop", "products") / counted(measured, "autodiff", "products")
    return near(
        "counted", Interval.spanning(ratio, "networks"), 1, 0, "matrix products, by hand / AD", "1"
    )


def _operations(measured: pd.DataFrame) -> Evidence:
    own, other = (counted(measured, name, "operations") for name in ("backprop", "autodiff"))
    entries = measured.drop_duplicates(["network", "width", "activation"])
    entries = entries.set_index(["network", "width", "activation"]).entries
    apart = Interval.spanning(((own - other) / entries).abs(), "networks")
    return at_most("counted", apart, SLOPE, "operations an entry from AD's")


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Numbers and small tables that the report's text calls by name."""
    measured, shapes = tables["measurements"], tables["shapes"]
    rows, networks = errors(measured), of_networks(measured)
    hand, jacobians = sweep(measured, "backprop"), sweep(measured, "by_jacobians")
    widest = int(hand.index.max())
    swept = measured.set_index("width").loc[widest].iloc[0]
    return {
        "networks": int(networks.network.nunique()),
        "most_layers": int(networks.layers.max()),
        "least_batch": int(networks.batch.min()),
        "most_batch": int(networks.batch.max()),
        "worst_error": float(rows.value.max()),
        "least_norm": float(measured[measured.quantity == "norm"].value.min()),
        "product_ratio": int(_products(measured).measured.high),
        "layers": int(swept.layers),
        "batch": int(swept.batch),
        "widest": widest,
        "dense_over_contracted": float(jacobians[widest] / hand[widest]),
        "exponent_contracted": local_exponents(hand.index[-2:], hand[-2:]).value,
        "exponent_dense": local_exponents(jacobians.index[-2:], jacobians[-2:]).value,
        "jacobian_numbers": float(sweep(measured, "by_jacobians", "jacobian_numbers")[widest]),
        "weights": float(swept.layers * widest**2),
        "gradient_over_loss": float(hand[widest] / sweep(measured, "loss")[widest]),
        "costs": _costs(networks),
        **_shape_rows(shapes, networks),
    }


def _costs(networks: pd.DataFrame) -> list[dict[str, Any]]:
    """A row a network: its layers, batch and the operations of each way (its last activation)."""
    table = []
    for name, rows in networks[networks.quantity == "operations"].groupby("network", sort=False):
        rows = rows[rows.activation == rows.activation.iloc[-1]]
        operations = rows.set_index("method").value
        table.append(
            {
                "network": name,
                "σ": rows.activation.iloc[0],
                "layers": int(rows.layers.iloc[0]),
                "batch": int(rows.batch.iloc[0]),
                "loss": int(operations["loss"]),
                "jax.grad": int(operations["autodiff"]),
                "by hand": int(operations["backprop"]),
                "Jacobians": int(operations["by_jacobians"]),
            }
        )
    return table


def _shape_rows(shapes: pd.DataFrame, networks: pd.DataFrame) -> dict[str, Any]:
    """The table of shapes of the network that is printed: a row a layer, a column a derivative."""
    rows = shapes[shapes.shown == 1]
    shown = rows.network.iloc[0]
    wide = rows.pivot(index="layer", columns="derivative", values="found")
    order = list(dict.fromkeys(rows.derivative))
    first = rows[rows.layer == rows.layer.min()].set_index("derivative").lecture
    table = [{"layer": "on the slide", **{name: first[name] for name in order}}]
    table += [
        {"layer": f"k = {k}", **{name: row[name] for name in order}} for k, row in wide.iterrows()
    ]
    batch = networks[networks.network == shown].batch.iloc[0]
    return {"shapes": table, "shapes_of": shown, "shapes_batch": int(batch)}
