"""Judge the claims on Hutchinson's estimator (`hutchinson.*`) from the tables alone.

Tolerances, and why:

- the mean of all estimates may miss the trace by a twentieth: probes without their normalisation
  (a sphere of radius 1, entries 0 and 1) miss it by a half and more;
- an exponent may miss −1/2 by 0.1; what it must be told from is 0, of a bias, and −1;
- a variance may miss its law by a tenth: a factor 2 that is missing is off by a half, and on the
  influence matrix the laws of signs and of Gaussian probes differ by more than that;
- the products measured may miss V by a quarter: they are taken from all V, of which the larger have
  few estimates; without the factor 2 they would be off by a half and more.
"""

from collections.abc import Mapping

import pandas as pd

from adcost.claims import Claim, Evidence, at_least, at_most, near
from adcost.experiments.hutchinson import analysis
from adcost.experiments.hutchinson.analysis import DISTRIBUTIONS, STATES
from adcost.experiments.hutchinson.numbers import numbers
from adcost.statistics.intervals import Interval

__all__ = ["judge", "numbers"]

BIAS, EXPONENT, VARIANCE, NEEDED = 0.05, 0.1, 0.1, 0.25

ENOUGH = round(14 * (3.5 / VARIANCE) ** 2)
"""Probes that a variance is judged by: a mean of N squares has the relative deviation √((κ − 1)/N),
the kurtosis κ of a quadratic form in Gaussians is at most 15 (that of rank one), and an interval of
3.5 deviations is to be within VARIANCE. Matrices with fewer probes are shown, and decide only where
there is no other."""

SECTION = "«Идея Хадчинсона для оценки следа матрицы»"

NAMES = {"rademacher": "random signs", "gaussian": "Gaussian probes", "sphere": "sphere"}


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims of the experiment from ``measurements``."""
    measured = tables["measurements"]
    return [
        _unbiased(measured),
        _rate(measured),
        _variance(measured, "rademacher", "2(‖A‖²_F − Σ aᵢᵢ²)/V"),
        _variance(measured, "gaussian", "2‖A‖²_F/V"),
        _crossover(measured),
        _hutch_plus_plus(measured),
    ]


def _measured_on(measured: pd.DataFrame) -> list[tuple[analysis.Case, str]]:
    return [(case, d) for d in DISTRIBUTIONS for case in analysis.cases(measured, d)]


def _called(measured: pd.DataFrame, case: analysis.Case) -> str:
    size = f"d = {int(analysis.exact(measured, case)['size']):,}"
    return f"influence matrix, {size}" if case[0] == "influence" else f"{case[1]}, {size}"


def _unbiased(measured: pd.DataFrame) -> Claim:
    pairs = _measured_on(measured)
    found = [analysis.bias(measured, case, d, len(pairs)) for case, d in pairs]
    return Claim(
        "hutchinson.unbiased",
        f"{SECTION}; Hutchinson 1990",
        "If E[vvᵀ] = I, the mean of vᵀAv is the trace of A: for random signs, Gaussian vectors and "
        "the sphere of radius √d alike.",
        (near("sampled", analysis.farthest(found, 0), 0, BIAS, "of the trace"),),
        "estimates",
        f"The farthest of {len(pairs)} means, of five matrices and up to three distributions; the "
        "intervals hold for all of them together. The trace is exact, from the dense matrix or by "
        "unit vectors.",
        claimed_by="lecture",
    )


def _rate(measured: pd.DataFrame) -> Claim:
    pairs = _measured_on(measured)
    found = [analysis.error_exponent(measured, case, d, len(pairs)) for case, d in pairs]
    widest = max(measured[measured.quantity == "mean_square"].probes)
    return Claim(
        "hutchinson.sqrt_rate",
        SECTION,
        "The error falls like 1/√V.",
        (
            near(
                "sampled",
                analysis.farthest(found, -0.5),
                -0.5,
                EXPONENT,
                "exponent in the number of probes",
            ),
        ),
        "error",
        f"The farthest of {len(pairs)} exponents of the root-mean-square error, V from 1 to as far "
        f"as {widest:,} (those of which each block of probes has {analysis.LEAST_SETS} sets); the "
        "intervals hold for all of them together.",
        claimed_by="literature",
    )


def _variance(measured: pd.DataFrame, distribution: str, formula: str) -> Claim:
    cases = analysis.cases(measured, distribution)
    enough: list[Evidence] = []
    few: list[Evidence] = []
    for case in cases:
        found = analysis.variance_ratio(measured, case, distribution, len(cases))
        piece = near(
            "sampled", found, 1, VARIANCE, f"of the predicted variance, {_called(measured, case)}"
        )
        many = analysis.probes_of(measured, case, distribution) >= ENOUGH
        (enough if many else few).append(piece)
    network = analysis.law_ratio(measured, ("dense", "trained"))
    apart = analysis.law_ratio(measured, ("influence", "fixed"))
    return Claim(
        f"hutchinson.variance.{distribution}",
        f"{SECTION}; Hutchinson 1990; Avron & Toledo 2011",
        f"With {NAMES[distribution]} the variance of V probes is {formula}.",
        tuple(enough or few),
        "laws",
        f"The Gaussian law is {network:.3f} times that of random signs on the network, whose "
        f"Hessian has little weight on its diagonal, and {apart:.2f} times on the influence "
        "matrix: there the two are told apart. The intervals hold for all matrices together; those "
        f"with at least {ENOUGH:,} probes decide.",
        beside=tuple(few if enough else ()),
        claimed_by="literature",
    )


def _crossover(measured: pd.DataFrame) -> Claim:
    cases = analysis.networks(measured)
    ratios, sides, shares = [], [], []
    for case in cases:
        size = float(analysis.exact(measured, case)["size"])
        predicted = analysis.required_probes(measured, case)
        found = analysis.measured_probes(measured, case, analysis.ACCURACY, len(cases))
        name = _called(measured, case)
        ratios.append(
            near("sampled", found.over(predicted), 1, NEEDED, f"of the predicted products, {name}")
        )
        side = at_most if predicted < size else at_least
        sides.append(
            side("sampled", found.over(size), 1, f"of the d products of the exact trace, {name}")
        )
        shares.append(predicted / size)
    below = sum(share < 1 for share in shares)
    # With all networks on one side no crossing was seen.
    both = Interval.exactly(below) if 0 < below < len(cases) else Interval.unknown()
    return Claim(
        "hutchinson.crossover",
        "Hutchinson 1990; Avron & Toledo 2011",
        "For the relative error ε random signs take V = 2(‖H‖²_F − Σ hᵢᵢ²)/(ε tr H)² products, and "
        "the exact trace takes d: the estimate is the cheaper way if and only if V < d.",
        (
            *ratios,
            *sides,
            at_least("counted", both, 1, f"networks where V < d, of {len(cases)}"),
        ),
        "needed",
        f"At ε = {analysis.ACCURACY:.0%}, where V/d is {min(shares):.2g} to {max(shares):.2g}. "
        "V itself does not contain d, so the larger network gains more. An untrained Hessian has "
        "eigenvalues of both signs, which cancel in the trace and not in ‖H‖_F: in a small network "
        "that has not been trained the exact trace is the cheaper one.",
        claimed_by="ours",
    )


def _hutch_plus_plus(measured: pd.DataFrame) -> Claim:
    ways = (("hutch_plus_plus", "Hutch++"), ("xtrace", "XTrace"))
    comparisons = len(STATES) * len(ways)
    pieces = tuple(
        at_most(
            "sampled",
            analysis.trial_exponent(measured, state, method, comparisons),
            -0.5,
            f"exponent in products, {title}, {state}",
            "< −1/2",
        )
        for state in STATES
        for method, title in ways
    )
    gains = {state: analysis.hutch_gain(measured, state) for state in STATES}
    most = int(max(gains["trained"].index))
    early, late = gains["initial"], gains["trained"]
    nuclear = {state: analysis.nuclear(measured, state) for state in STATES}
    return Claim(
        "hutchinson.hutch_plus_plus",
        f"{SECTION}; Meyer, Musco, Musco & Woodruff 2021; Epperly, Tropp & Webber 2024",
        "At equal numbers of products the error of Hutch++ and of XTrace falls faster than "
        "Hutchinson's 1/√V.",
        pieces,
        "decay",
        f"How much is gained, the spectrum decides: with {most} products Hutch++ is "
        f"{late[most]:.1f} times as exact as Hutchinson's estimator after training and "
        f"{early[most]:.1f} times before it; with {early.index[1]} products before training "
        f"{early.iloc[1]:.2f} times. Its guarantee is for positive semidefinite matrices; for "
        "another it is relative to Σ|λᵢ|, which is "
        f"{nuclear['initial']:.1f} times the trace before training and {nuclear['trained']:.2f} "
        "times after.",
        claimed_by="literature",
    )
