"""What figures and claims share: exact values, laws, and errors with their intervals.

A block's estimates share their probes with each other at different V, and with nothing else; so the
block is the unit of every interval: Student's t over the blocks' means, or over their jackknife.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from adcost.matrix_free.trace_laws import diagonal_error2, probes_needed, variance
from adcost.results.select import parameter, select, series
from adcost.statistics.exponent import fit_line
from adcost.statistics.intervals import CONFIDENCE, Interval

LEVEL = 0.95
ACCURACY = 0.01
"""The relative error that `hutchinson.crossover` asks for."""
LEAST_SETS = 4
"""Sets of V probes that each block must have for V to enter an exponent. The logarithm of a mean of
m squares is too small by about 1/m, so the V with a set a block or two would bend the line."""
DISTRIBUTIONS = ("rademacher", "gaussian", "sphere")
NETWORKS = ("dense", "large")
STATES = ("initial", "trained")

Case = tuple[str, str]
"""A matrix and its state."""


def cases(measured: pd.DataFrame, distribution: str = "rademacher") -> list[Case]:
    """The matrices on which a distribution was measured."""
    rows = measured[(measured.method == distribution) & (measured.quantity == "mean_square")]
    return list(dict.fromkeys(zip(rows.matrix, rows.state, strict=True)))


def of_case(measured: pd.DataFrame, case: Case) -> pd.DataFrame:
    """The rows of one matrix in one state."""
    return select("hutchinson", measured, matrix=case[0], state=case[1])


def values(measured: pd.DataFrame, case: Case, method: str, quantity: str) -> pd.Series:
    """A quantity's values by (probes, repeat)."""
    labels = {"matrix": case[0], "state": case[1], "method": method, "quantity": quantity}
    return series("hutchinson", measured, ["probes", "repeat"], **labels)


def exact(measured: pd.DataFrame, case: Case) -> pd.Series:
    """The matrix's own numbers by quantity: from the dense matrix where there is one."""
    rows = of_case(measured, case)
    method = "dense" if (rows.method == "dense").any() else "unit_vectors"
    rows = rows[(rows.method == method) & (rows.probes == 0)]
    return pd.concat([rows.set_index("quantity").value, pd.Series({"size": rows["size"].iloc[0]})])


def law(measured: pd.DataFrame, case: Case, distribution: str) -> float:
    """The predicted variance of one probe, in units of (tr A)²."""
    of = exact(measured, case)
    one = variance(distribution, of["size"], of.trace, of.frobenius2, of.diagonal2)
    return one / of.trace**2


def squares(measured: pd.DataFrame, case: Case, distribution: str) -> pd.DataFrame:
    """Blocks' mean squared errors in units of (tr A)²: a row a V, a column a block."""
    found = values(measured, case, distribution, "mean_square").unstack("repeat")
    return found / exact(measured, case).trace ** 2


def student(samples: np.ndarray | pd.Series, comparisons: int = 1) -> Interval:
    """The mean with Student's interval; for several together, by Bonferroni's inequality."""
    samples = np.asarray(samples, dtype=float)
    error = samples.std(ddof=1) / np.sqrt(samples.size)
    reach = _reach(samples.size, comparisons) * float(error)
    mean = float(samples.mean())
    return Interval(mean, mean - reach, mean + reach, _together(comparisons))


def _reach(blocks: int, comparisons: int) -> float:
    """Student's quantile for ``blocks`` values, in standard errors."""
    return float(stats.t.ppf(1 - (1 - LEVEL) / 2 / comparisons, blocks - 1))


def _together(comparisons: int) -> str:
    return CONFIDENCE if comparisons == 1 else f"{CONFIDENCE} together"


def jackknife(
    samples: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], comparisons: int = 1
) -> Interval:
    """A statistic of the blocks' mean, without its bias of order 1/n, with Student's interval.

    ``samples``: (blocks, …); ``statistic`` takes means (…, m) to values (…). The n statistics with
    one block left out give pseudo-values, whose mean and standard error are those of the interval
    (Tukey 1958; Efron & Tibshirani 1993, ch. 11). A bootstrap's quantiles over as few blocks are
    too narrow: over eight they hold the true exponent in five of six cases where they say 95 %.
    """
    blocks = len(samples)
    total = samples.sum(axis=0)
    whole = statistic(total / blocks)
    pseudo = blocks * whole - (blocks - 1) * statistic((total - samples) / (blocks - 1))
    return student(pseudo, comparisons)


def bias(measured: pd.DataFrame, case: Case, distribution: str, comparisons: int) -> Interval:
    """The mean of all estimates less the exact trace, over |tr A|."""
    means = values(measured, case, distribution, "mean")
    trace = exact(measured, case).trace
    return student((means.loc[means.index[0][0]] - trace) / abs(trace), comparisons)


def variance_ratio(
    measured: pd.DataFrame, case: Case, distribution: str, comparisons: int = 1
) -> Interval:
    """The measured variance of one probe over the predicted one."""
    found = squares(measured, case, distribution)
    fewest = found.index.min()
    one_probe = found.loc[fewest] * fewest
    return student(one_probe / law(measured, case, distribution), comparisons)


def root_mean(square_errors: pd.DataFrame) -> pd.DataFrame:
    """√(mean of a column's rows) with its interval, by column: ``value, low, high``.

    The interval is one of the logarithm, so that it stays positive.
    """
    rows = {}
    for name in square_errors:
        samples = square_errors[name].to_numpy()
        found = jackknife(samples, np.log)
        middle = float(samples.mean())
        half = (found.high - found.low) / 2
        rows[name] = [(middle * np.exp(by)) ** 0.5 for by in (0, -half, half)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


def rms(measured: pd.DataFrame, case: Case, distribution: str) -> pd.DataFrame:
    """Root-mean-square relative error by V, ``value, low, high``."""
    return root_mean(squares(measured, case, distribution).T)


def error_exponent(
    measured: pd.DataFrame, case: Case, distribution: str, comparisons: int = 1
) -> Interval:
    """The exponent of the error in V, over the V of which a block has `LEAST_SETS` sets."""
    found = _with_enough_sets(squares(measured, case, distribution))
    return _exponent(found.index.to_numpy(), found.to_numpy().T, comparisons)


def _with_enough_sets(found: pd.DataFrame) -> pd.DataFrame:
    """The rows of V that a block has enough sets of; all if fewer than three have."""
    few = found[found.index * LEAST_SETS <= found.index.max()]
    return few if len(few) >= 3 else found


def _exponent(x: np.ndarray, square_errors: np.ndarray, comparisons: int) -> Interval:
    """The slope of log √(mean of rows) over log x; the interval by the jackknife over the rows."""
    log_x = np.log(x.astype(float))
    return jackknife(
        square_errors, lambda means: fit_line(log_x, np.log(means) / 2)[0], comparisons
    )


def measured_probes(
    measured: pd.DataFrame, case: Case, error: float, comparisons: int = 1
) -> Interval:
    """The V at which random signs have the relative error ``error``, from the errors measured.

    By V·(error at V)² over all V that a block has enough sets of, whose mean is the variance of one
    probe where the error falls like 1/√V and more where it stops falling; over the blocks.
    """
    found = _with_enough_sets(squares(measured, case, "rademacher"))
    return student(found.mul(found.index, axis=0).mean(), comparisons).over(error**2)


def probes_of(measured: pd.DataFrame, case: Case, distribution: str) -> int:
    """All probes that a distribution was given on a matrix."""
    found = squares(measured, case, distribution)
    return int(found.index.max() * len(found.columns))


def farthest(intervals: list[Interval], target: float) -> Interval:
    """The interval that reaches farthest from ``target``."""
    return max(intervals, key=lambda i: max(abs(i.low - target), abs(i.high - target)))


def trials(measured: pd.DataFrame, state: str, method: str) -> pd.DataFrame:
    """Squared relative errors of trials on the dense network: a row a trial, a column a number."""
    case = ("dense", state)
    found = values(measured, case, method, "estimate").unstack("probes")
    return (found / exact(measured, case).trace - 1) ** 2


def trial_exponent(
    measured: pd.DataFrame, state: str, method: str, comparisons: int = 1
) -> Interval:
    """The exponent of the error in the number of products, over trials."""
    found = trials(measured, state, method)
    return _exponent(found.columns.to_numpy(), found.to_numpy(), comparisons)


def ideal(measured: pd.DataFrame, state: str) -> pd.Series:
    """Hutch++'s relative error if its third of the products found the largest eigenvectors.

    √(2·Σ_{i>k} λᵢ²/k) with k a third of the products: what is left, estimated by k probes.
    """
    case = ("dense", state)
    left = values(measured, case, "dense", "beyond2").droplevel("repeat")
    return np.sqrt(2 * left / (left.index / 3)) / abs(exact(measured, case).trace)


def per_probe(tables: Mapping[str, pd.DataFrame], network: str) -> pd.DataFrame:
    """Seconds of a probe over those of one compiled product: a column a chunk, a row a round.

    The chunks that were timed are whole numbers, ascending; after them stands ``matfree``.
    """
    points, timings = tables["points"], tables["timings"]
    probes = parameter("hutchinson", points, "probes")["chunks"]
    sizes = sorted(parameter("hutchinson", points, "sizes")["chunks"])
    ways = {f"{network}/{way}": way for way in (*sizes, "matfree", "product")}
    rounds = timings[timings.method.isin(ways)]
    rounds = rounds.assign(method=rounds.method.map(ways))
    rounds = rounds.pivot(index="repeat", columns="method", values="seconds")
    ratios = rounds.drop(columns="product").div(rounds["product"], axis=0) / probes
    return ratios[[way for way in ways.values() if way in ratios]]


def law_ratio(measured: pd.DataFrame, case: Case) -> float:
    """The Gaussian law over that of random signs."""
    return law(measured, case, "gaussian") / law(measured, case, "rademacher")


def networks(measured: pd.DataFrame) -> list[Case]:
    """The networks, in both states."""
    return [case for case in cases(measured) if case[0] in NETWORKS]


def required_probes(measured: pd.DataFrame, case: Case, error: float = ACCURACY) -> float:
    """The V of random signs at which the law's relative error is ``error``."""
    return probes_needed(law(measured, case, "rademacher"), 1, error)


def nuclear(measured: pd.DataFrame, state: str) -> float:
    """Σ|λᵢ| over |tr H| of the dense network's Hessian."""
    of = exact(measured, ("dense", state))
    return float(of.nuclear / abs(of.trace))


def hutch_gain(measured: pd.DataFrame, state: str, method: str = "hutch_plus_plus") -> pd.Series:
    """Hutchinson's predicted error over the measured one of ``method``, by products."""
    errors = trials(measured, state, method).mean() ** 0.5
    one_probe = law(measured, ("dense", state), "rademacher")
    return pd.Series((one_probe / errors.index) ** 0.5 / errors, index=errors.index)


def diagonal_errors(measured: pd.DataFrame, state: str) -> pd.DataFrame:
    """Root-mean-square relative error ‖d̂ − d‖/‖d‖ by V, ``value, low, high``, and ``law``."""
    case = ("dense", state)
    found = root_mean(values(measured, case, "diagonal", "square_error").unstack("probes"))
    of = exact(measured, case)
    one_probe = diagonal_error2(of.frobenius2, of.diagonal2) / of.diagonal2
    return found.assign(law=(one_probe / found.index) ** 0.5)
