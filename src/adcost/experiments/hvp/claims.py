"""Judge the claims on Hessian-vector products (`hvp.*`) from the tables alone.

Tolerances, and why: a counted exponent may miss its power by 0.1, since the lower-order terms of
p = 9(n + 1) weigh as much between the least depths of a sweep; a timed one by 0.25, since
caches and the cost of a call bend the line without changing the law.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from adcost.claims import Claim, Evidence, at_most, near
from adcost.experiments.hvp import analysis
from adcost.experiments.hvp.analysis import AD_PRODUCTS
from adcost.experiments.hvp.numbers import numbers as numbers
from adcost.experiments.hvp.plan import ITEMSIZE
from adcost.roundoff import unit_roundoff
from adcost.statistics.exponent import fit_exponent, local_exponents
from adcost.statistics.intervals import Interval, over, paired_ratio

COUNTED, TIMED = 0.1, 0.25

SECTION = "«Произведение гессиана на вектор», домашняя задача 1"

PRODUCT = 4.0
"""What a product takes with its tangent: c = ab is one operation, ċ = ȧb + aḃ three more. Networks
are made of products and sums."""

QUOTIENT = 8.0
"""The most expensive operation of a gradient with its tangent, as JAX differentiates it: c = a/b is
one operation, and ȧ/b + (−ḃ)·a·b⁻² seven more (one, one, two, two, and the sum)."""

SECOND_ORDER = 10.0
"""Griewank & Walther's bound for a second-order adjoint, a Hessian times a vector, in evaluations
of f: from 7 to 10, according to what an access to memory counts."""

QUOTED = (2.0, 3.0)
"""Gradients commonly quoted for networks of large matrix products (Pearlmutter 1994; Dagréou et
al., ICLR blog track 2024, measure 2.3 to 2.5 in JAX on a GPU)."""

ROUNDING = 10.0
"""Rounding errors allowed, in units of (layers)·u: each layer adds a few roundings of size u, and
they add up at most linearly (Higham 2002, §3.1)."""

SMALLEST_FLOAT32 = float(np.finfo(np.float32).smallest_subnormal)


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements`` and ``timings``."""
    measured, timings = tables["measurements"], tables["timings"]
    sweep = analysis.sweep(tables)
    medians = analysis.medians(timings, sweep)
    return [
        _agree(measured),
        _power("hvp.hessian_quadratic", "hessian_then_product", 2, sweep,
               "Computing the full Hessian and then the product takes operations quadratic in the "
               "number of layers."),
        _power_time("hvp.hessian_quadratic_time", "hessian_then_product", 2, medians,
                    "Computing the full Hessian and then the product takes time quadratic in the "
                    "number of layers."),
        _power("hvp.product_quadratic", "product", 2, sweep,
               "Given the Hessian, the product with a vector takes operations quadratic in the "
               "number of layers."),
        _power_time("hvp.product_quadratic_time", "product", 2, medians,
                    "Given the Hessian, the product with a vector takes time quadratic in the "
                    "number of layers.", _overhead_note(medians)),
        _autodiff_linear(sweep),
        _power_time("hvp.autodiff_linear_time", AD_PRODUCTS[0], 1, medians,
                    "The product by automatic differentiation, without the Hessian, takes time "
                    "linear in the number of layers.", _affine_note(medians[AD_PRODUCTS[0]])),
        _constant_of_gradient(measured, sweep),
        _constant_of_gradient_time(tables["points"], sweep, timings),
        _memory(sweep),
        _literal(measured),
        _homework_code(measured),
    ]  # fmt: skip


def _timed_exponent(medians: pd.DataFrame, method: str) -> Interval:
    return fit_exponent(medians.index.to_numpy(), medians[method].to_numpy())


def _agree(measured: pd.DataFrame) -> Claim:
    """Relative errors in units of layers·u; a zero product compares nothing."""
    errors = measured[measured.quantity == "relative_error"]
    unit = errors.layers * errors.dtype.map(unit_roundoff)
    norms = measured[(measured.quantity == "norm") & (measured.point != "homework-init")]
    nonzero = (norms.value > 0).all()

    def evidence(dtype: str) -> Evidence:
        scaled = (errors.value / unit)[errors.dtype == dtype]
        worst = float(scaled.max()) if nonzero and len(scaled) else float("nan")
        said = f"rounding errors a layer, {dtype}"
        return at_most("exact", Interval.exactly(worst), ROUNDING, said)

    return Claim(
        "hvp.agree",
        f"{SECTION}; Christianson 2012",
        "The full Hessian followed by a product, reverse over reverse, forward over reverse and "
        "reverse over forward give the same vector.",
        tuple(
            evidence(dtype)
            for dtype in ("float64", "float32")
            if dtype == "float64" or (errors.dtype == dtype).any()
        ),
        "initialisation",
        "The worst relative difference over all depths and variants, in rounding errors for each "
        f"layer; the smallest product compared has norm {norms.value.min():.3g}.",
        claimed_by="lecture",
    )


def _power(name: str, method: str, power: float, sweep: pd.DataFrame, statement: str) -> Claim:
    counted = analysis.counted(sweep, method)
    exponent = local_exponents(counted.index, counted)
    evidence = near("counted", exponent, power, COUNTED, "exponent")
    return Claim(name, SECTION, statement, (evidence,), "scaling", claimed_by="lecture")


def _power_time(
    name: str, method: str, power: float, medians: pd.DataFrame, statement: str, note: str = ""
) -> Claim:
    evidence = near("timed", _timed_exponent(medians, method), power, TIMED, "exponent")
    return Claim(name, SECTION, statement, (evidence,), "scaling", note, claimed_by="lecture")


def _overhead_note(medians: pd.DataFrame) -> str:
    least = medians.index.min()
    share = medians.loc[least, "empty_call"] / medians.loc[least, "product"]
    return (
        f"In time, a call that computes nothing already takes {share:.0%} of the product at "
        f"{least} layers, and the small Hessians stay in the cache while the large ones come from "
        "memory: both bend the timed line, neither changes the count."
    )


def _autodiff_linear(sweep: pd.DataFrame) -> Claim:
    slopes = [
        local_exponents(c.index, c) for c in (analysis.counted(sweep, m) for m in AD_PRODUCTS)
    ]
    low, high = min(slope.low for slope in slopes), max(slope.high for slope in slopes)
    spread = Interval(slopes[0].value, low, high, over("methods"))
    return Claim(
        "hvp.autodiff_linear",
        SECTION,
        "The product by automatic differentiation, without the Hessian, takes operations linear in "
        "the number of layers.",
        (near("counted", spread, 1, COUNTED, "exponent"),),
        "scaling",
        "Counted over all ways of nesting the modes.",
        claimed_by="lecture",
    )


def _affine_note(seconds: pd.Series) -> str:
    """What bends a timed line of slope one: the fixed part of t = a + b·n, in relative error."""
    layers = seconds.index.to_numpy(dtype=float)
    slope, fixed = np.polyfit(layers, seconds, 1, w=1 / seconds)
    share = max(fixed, 0.0) / (fixed + slope * layers.min())
    return (
        f"In time a run has a fixed cost of about {fixed * 1e6:.0f} µs beside {slope * 1e6:.2f} µs "
        f"a layer: {share:.0%} of the whole at {layers.min():.0f} layers, which lowers the fitted "
        "exponent."
    )


def _constant_of_gradient(measured: pd.DataFrame, sweep: pd.DataFrame) -> Claim:
    gradient, loss = analysis.counted(sweep, "gradient"), analysis.counted(sweep, "loss")
    counted = [analysis.counted(sweep, method) for method in AD_PRODUCTS]
    network = pd.concat([each / gradient for each in counted])
    evaluations = pd.concat([each / loss for each in counted])
    lecture = counted[0] / gradient
    table, costs = analysis.nested(measured), analysis.tangents(measured)
    chains = table[list(AD_PRODUCTS)].div(table.gradient, axis=0)
    most = chains.max(axis=1)
    beyond = table[list(AD_PRODUCTS)].div(table.loss, axis=0).max(axis=1)
    return Claim(
        "hvp.constant_of_gradient",
        f"{SECTION}; Pearlmutter 1994; Griewank & Walther 2008",
        "A Hessian-vector product costs a small constant times a gradient, at every depth: at most "
        "what the most expensive operation of the gradient takes with its tangent.",
        (
            at_most(
                "counted", Interval.spanning([*network, *chains.to_numpy().ravel()]), costs.max(),
                "gradients",
            ),
            near("counted", Interval.exactly(costs.max()), QUOTIENT, 0.0,
                 "operations of a quotient with its tangent", f"{QUOTIENT:.0f}"),
            near("counted", local_exponents(lecture.index, lecture), 0, COUNTED, "exponent"),
        ),
        "nested",
        "A product takes "
        f"{costs['multiply']:.0f} operations with its tangent, tanh {costs['tanh']:.0f}, erf "
        f"{costs['erf']:.0f}, a quotient {costs['divide']:.0f}. So four gradients are enough for a "
        f"network of products and sums and not in general: {most.max():.3g} gradients, where one "
        f"operation is applied many times over ({most.idxmax()}). Griewank & Walther bound a "
        f"product by 7 to {SECOND_ORDER:.0f} evaluations of f, with memory accesses counted; the "
        f"networks stay below, and by operations alone such chains take up to {beyond.max():.3g}.",
        beside=(
            at_most("counted", Interval.spanning(network), PRODUCT, "gradients, networks"),
            at_most("counted", Interval.spanning(evaluations), SECOND_ORDER,
                    "evaluations, networks"),
        ),
        claimed_by="lecture",
    )  # fmt: skip


def _constant_of_gradient_time(
    points: pd.DataFrame, sweep: pd.DataFrame, timings: pd.DataFrame
) -> Claim:
    large, width = analysis.large(points)
    narrow_width = analysis.sweep_width(points)
    wide = paired_ratio(timings[timings.point == large], AD_PRODUCTS[0], "gradient")
    narrow = Interval.spanning(analysis.time_ratios(sweep, timings, AD_PRODUCTS[0]))
    return Claim(
        "hvp.constant_of_gradient_time",
        f"{SECTION}; Pearlmutter 1994",
        "A Hessian-vector product takes a small constant times a gradient's time, at every depth: "
        f"at most {PRODUCT:.0f} gradients' time.",
        (
            at_most("timed", narrow, PRODUCT, f"gradients, all depths of width {narrow_width}"),
            at_most("timed", wide, PRODUCT, f"gradients, width {width}"),
        ),
        "constant",
        f"In time the narrow network's product takes {narrow.value:.1f} gradients: its "
        "gradient is one short loop that the compiler fuses well, its product several loops that "
        "pass intermediate values through memory, and a step of a loop costs more than the "
        f"arithmetic in it. At width {width}, where the work is matrix products, it takes "
        f"{wide.value:.1f} ({QUOTED[0]:.0f} to {QUOTED[1]:.0f} are commonly quoted).",
        claimed_by="lecture",
    )


def _homework_code(measured: pd.DataFrame) -> Claim:
    rows = measured[measured.point == "homework-code"]
    table = rows.pivot(index="layers", columns=["method", "quantity"], values="value")
    alive = table["mended", "largest_entry"]
    # Zero is a finding only where the mended code gives something else.
    literal = table["literal", "largest_entry"] if (alive > 0).all() else alive * np.nan
    error = table["mended", "product_error"] / (unit_roundoff() * table.index.to_numpy())
    return Claim(
        "hvp.homework_code",
        f"ours, on {SECTION}: the code of the homework",
        "Completed to the letter, the homework's calculate_hessian returns zeros at every depth: "
        "its loss_fn(p) calls model.forward(x), which does not read p. One line mends it.",
        (
            near("exact", Interval.spanning(literal), 0, 0.0, "largest entry, to the letter", "0"),
            at_most("exact", Interval.spanning(error), ROUNDING, "rounding errors a layer, mended"),
        ),
        "",
        "Mended, the loss is jnp.sum(model.with_params(p).forward(x)), with p in place of the "
        f"model's own weights; its Hessian has entries of {alive.min():.2g} at least at their "
        "largest, and times a vector gives the product that needs no Hessian.",
        claimed_by="ours",
    )


def _memory(sweep: pd.DataFrame) -> Claim:
    size = ITEMSIZE[sweep.dtype.iloc[0]]
    p = sweep.drop_duplicates("layers").set_index("layers").parameters.sort_index()
    entries = analysis.counted(sweep, "hessian", "output_bytes") / size / p**2
    product = analysis.counted(sweep, AD_PRODUCTS[0], "temporary_bytes")
    slope = local_exponents(p, product)
    return Claim(
        "hvp.memory",
        SECTION,
        "The Hessian takes p² numbers, the product by automatic differentiation a multiple of p.",
        (
            near("counted", Interval.spanning(entries), 1, 0.0, "of p² numbers", "1"),
            near("counted", slope, 1, COUNTED, "exponent in the number of parameters"),
        ),
        "memory",
        f"The AD product needs {(product / size / p).max():.1f} numbers a parameter at the most.",
        claimed_by="ours",
    )


def _literal(measured: pd.DataFrame) -> Claim:
    rows = measured[measured.point == "homework-init"]
    deepest = rows[rows.layers == rows.layers.max()].groupby(["initialisation", "dtype"]).value
    alive, largest = deepest.min()["signal_preserving", "float32"], deepest.max()
    # Zero is a finding only where another initialisation gives something else.
    single = largest["homework", "float32"] if alive > 0 else float("nan")
    double = largest["homework", "float64"]
    return Claim(
        "hvp.literal_init_vanishes",
        f"{SECTION}: the code of the homework",
        "With the homework's own initialisation, N(0, 1) for every weight, the Hessian underflows "
        f"at depth: at {rows.layers.max()} layers it is zero in float32.",
        (near("exact", Interval.exactly(single), 0, 0.0, "in float32", "0 in float32"),),
        "initialisation",
        f"The largest of {rows.draw.nunique()} networks counts; the signal-preserving ones give at "
        f"least {alive:.3g} there. A comparison of methods on the literal network would compare "
        "zeros.",
        beside=(at_most("exact", Interval.exactly(double), SMALLEST_FLOAT32, "in float64"),),
        claimed_by="ours",
    )
