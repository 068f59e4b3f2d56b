"""What the tables of `zero_order` come to: medians, exponents and rates, for figures and claims."""

import numpy as np
import pandas as pd
from scipy import stats

from adcost.experiments.zero_order.steps import MULTIPLES, method_of
from adcost.results.select import parameter, select
from adcost.statistics.exponent import fit_exponent, fit_line, local_exponents
from adcost.statistics.intervals import CONFIDENCE, Interval, median_interval

TWO_POINT = ("gaussian", "sphere")
DESCENTS = ("gradient_descent", *TWO_POINT)
NOTHING = Interval.unknown()


def values(measured: pd.DataFrame, point: str, method: str, quantity: str) -> pd.DataFrame:
    """The rows of one quantity of one method at one point; it must have been measured."""
    return select("zero_order", measured, point=point, method=method, quantity=quantity)


def of_problem(points: pd.DataFrame, kind: str, name: str) -> float:
    """A parameter of a class's problem: ``tolerance``, ``condition`` or ``epsilon``."""
    return float(parameter("zero_order", points, name)[kind])


def medians(
    measured: pd.DataFrame, kind: str, method: str, quantity: str = "evaluations"
) -> pd.DataFrame:
    """Median over runs by dimension: ``value``, ``low``, ``high``, and whether half ``arrived``."""
    groups = values(measured, kind, method, quantity).groupby("dimension").value
    table = pd.DataFrame({n: median_interval(group).as_row for n, group in groups}).T
    if method not in DESCENTS:
        return table.assign(arrived=True)
    arrived = values(measured, kind, method, "arrived").groupby("dimension").value.mean()
    return table.assign(arrived=arrived > 0.5)


def exponent(
    measured: pd.DataFrame,
    kind: str,
    method: str,
    quantity: str = "evaluations",
    *,
    shift: int = 4,
) -> Interval:
    """The exponent in n + ``shift`` of a median; NaN where half of the runs did not arrive.

    The theory's step, and with it its count of steps, goes with n + 4.
    """
    table = medians(measured, kind, method, quantity)
    if not table.arrived.all():
        return NOTHING
    if table.value.nunique() == 1:
        return Interval.exactly(0)
    return fit_exponent(table.index.to_numpy() + shift, table.value)


def swept_steps(measured: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Median evaluations to the tolerance of every multiple of the theory's step: (n, multiples).

    Ascending multiples; infinite where half of the runs did not arrive, NaN where none was run.
    """
    multiples = {method_of(multiple): multiple for multiple in MULTIPLES}
    rows = measured[(measured.point == kind) & measured.method.isin(multiples)]
    rows = rows.assign(multiple=rows.method.map(multiples))
    by = ["dimension", "multiple"]
    middle = rows[rows.quantity == "evaluations"].groupby(by).value.median()
    arrived = rows[rows.quantity == "arrived"].groupby(by).value.mean()
    return middle.where(arrived > 0.5, np.inf).unstack().sort_index(axis=1)


def best_steps(measured: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The best multiple in each dimension: ``value`` (evaluations), ``multiple``, ``bracketed``.

    Bracketed: both neighbours were run and are worse.
    """
    found = []
    for n, row in swept_steps(measured, kind).iterrows():
        tried = row.dropna()
        place = int(tried.to_numpy().argmin())
        inside = 0 < place < len(tried) - 1 and np.isfinite(tried.iloc[place])
        found.append((n, tried.iloc[place], tried.index[place], inside))
    table = pd.DataFrame(found, columns=["dimension", "value", "multiple", "bracketed"])
    return table.set_index("dimension")


def best_exponent(measured: pd.DataFrame, kind: str) -> Interval:
    """The exponent in n of the evaluations at the best step of the sweep."""
    table = best_steps(measured, kind)
    if not np.isfinite(table.value).all():
        return NOTHING
    return fit_exponent(table.index, table.value)


def errors(measured: pd.DataFrame, kind: str, method: str) -> pd.DataFrame:
    """Errors along the way: a row a step, a column a run."""
    rows = values(measured, kind, method, "error")
    return rows.pivot(index="step", columns="run", values="value")


def rate_exponent(measured: pd.DataFrame, kind: str, method: str) -> Interval:
    """The exponent of the error in k: over runs, or between neighbouring steps if there is one."""
    table = errors(measured, kind, method)
    if table.shape[1] == 1:
        return local_exponents(table.index, table[0])
    slopes, _, _ = fit_line(np.log(table.index.to_numpy(dtype=float)), np.log(table.to_numpy().T))
    return median_interval(slopes)


def straightness(measured: pd.DataFrame, kind: str, method: str) -> Interval:
    """The slope of the logarithm of the error in k: of the second half over that of the first.

    1 for a geometric decrease; for a power law it would be about the ratio of the steps, far less.
    """
    table = errors(measured, kind, method)
    middle = len(table) // 2
    early, late = (_log_slopes(part) for part in (table.iloc[:middle], table.iloc[middle:]))
    return _of_runs(late / early)


def decay(measured: pd.DataFrame, kind: str, method: str) -> Interval:
    """−d ln(error)/dk, a step's relative decrease, over runs."""
    return _of_runs(-_log_slopes(errors(measured, kind, method)))


def _log_slopes(table: pd.DataFrame) -> np.ndarray:
    return fit_line(table.index.to_numpy(dtype=float), np.log(table.to_numpy().T))[0]


def _of_runs(found: np.ndarray) -> Interval:
    return median_interval(found) if len(found) > 1 else Interval.exactly(float(found[0]))


def over_table(measured: pd.DataFrame, points: pd.DataFrame, quantity: str) -> Interval:
    """Expected steps over those of the table read literally, in every dimension.

    ‖x₀‖ = 1, so (1 − μ/(nL))ᵏ is at the tolerance after ln(tolerance)/ln(1 − μ/(nL)) steps.
    """
    kind = "strongly_convex"
    steps = medians(measured, kind, "expected_gaussian", quantity).value
    contraction = 1 - 1 / (steps.index.to_numpy() * of_problem(points, kind, "condition"))
    allowed = np.log(of_problem(points, kind, "tolerance")) / np.log(contraction)
    return Interval.spanning(steps / allowed, "dimensions")


def guarantee(kind: str, method: str, k: np.ndarray, n: int, condition: float) -> np.ndarray:
    """The theory's bound on the class's error after ``k`` steps with L = 1 and its own step.

    Gradient descent: Nesterov 2018, §1.2.3 and §2.1.5; two-point descent, of the mean over the
    steps or of the last one: Nesterov & Spokoiny 2017, §5 and §7, without the terms in ε, and
    ‖x‖² ≤ 2(f − f*)/μ. The problems start from f − f* = 1 (smooth) or ‖x‖ = 1.
    """
    plain, m = method == "gradient_descent", n + 4
    match kind:
        case "smooth":
            return (2 if plain else 8 * m) / (k + 1)
        case "convex":
            return 2 / (k + 4) if plain else 4 * m / (k + 1)
        case "strongly_convex":
            rate = 1 - 1 / condition if plain else 1 - 1 / (8 * m * condition)
            return (1 if plain else condition) * rate**k
    raise ValueError(f"zero_order: there is no class {kind!r}")


def attained(measured: pd.DataFrame, points: pd.DataFrame, kind: str, method: str) -> float:
    """The last recorded error (mean over runs) as a share of what theory guarantees there."""
    table = errors(measured, kind, method)
    n = int(values(measured, kind, method, "error").dimension.iloc[0])
    bound = guarantee(kind, method, table.index[-1], n, of_problem(points, kind, "condition"))
    return float(table.iloc[-1].mean() / bound)


def gaps(measured: pd.DataFrame, method: str) -> pd.DataFrame:
    """Mean gaps with 95 % intervals: ``dimension, step, value, low, high``; and ``expected``."""
    rows = values(measured, "stochastic", method, "gap").groupby(["dimension", "step"]).value
    half = stats.t.ppf(0.975, rows.size() - 1) * rows.sem()
    table = pd.DataFrame(
        {"value": rows.mean(), "low": rows.mean() - half, "high": rows.mean() + half}
    )
    expected = values(measured, "stochastic", method, "expected_gap")
    table["expected"] = expected.set_index(["dimension", "step"]).value
    return table.reset_index()


def swept(table: pd.DataFrame, over: str) -> pd.DataFrame:
    """The part of `gaps` that varies ``over`` ``dimension`` or ``step``, the other being fixed."""
    other = "step" if over == "dimension" else "dimension"
    fixed = table.groupby(other)[over].nunique().idxmax()
    return table[table[other] == fixed].sort_values(over)


def best_is_bracketed(measured: pd.DataFrame, method: str) -> float:
    """The share of the gaps at the best step that are below those at half and twice the step."""
    means = {
        name: values(measured, "stochastic", method, name)
        .groupby(["dimension", "step"])
        .value.mean()
        for name in ("gap", "gap_at_half", "gap_at_twice")
    }
    inside = (means["gap"] < means["gap_at_half"]) & (means["gap"] < means["gap_at_twice"])
    return float(inside.mean())


def strongly_convex_exponent(measured: pd.DataFrame, over: str) -> float:
    """The exponent of the expected gap at the best step on a strongly convex function."""
    rows = values(measured, "stochastic", "strongly_convex", "expected_gap")
    table = swept(rows[["dimension", "step", "value"]], over)
    return float(np.polyfit(np.log(table[over]), np.log(table.value), 1)[0])


def gap_exponent(measured: pd.DataFrame, method: str, over: str) -> Interval:
    """The exponent of the expected gap at the best step in the ``dimension`` or budget (``step``).

    By the exact recursion; the simulation is held against it by `gap_over_expected`.
    """
    table = swept(gaps(measured, method), over)
    return local_exponents(table[over], table.expected)


def gap_over_expected(measured: pd.DataFrame, method: str) -> Interval:
    """The simulated gaps over their expectations: the mean of all runs, with Student's interval."""
    rows = values(measured, "stochastic", method, "gap")
    expected = values(measured, "stochastic", method, "expected_gap")
    by = ["dimension", "step"]
    ratios = rows.set_index(by).value / expected.set_index(by).value
    mean = float(ratios.mean())
    half = float(stats.t.ppf(0.975, len(ratios) - 1) * ratios.sem())
    return Interval(mean, mean - half, mean + half, CONFIDENCE)


def components(measured: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Means of one part of the estimate: ``method, dimension, value, low, high``.

    Student's intervals over batches, at the level 95 % for all rows together (Bonferroni).
    """
    rows = select("zero_order", measured, point="estimator", quantity=quantity)
    groups = rows.groupby(["method", "dimension"]).value
    level = 1 - 0.05 / groups.ngroups
    half = stats.t.ppf((1 + level) / 2, groups.size() - 1) * groups.sem()
    mean = groups.mean()
    return pd.DataFrame({"value": mean, "low": mean - half, "high": mean + half}).reset_index()


def farthest(table: pd.DataFrame, target: float) -> Interval:
    """The ranges of all intervals together, with the value that is farthest from ``target``."""
    worst = table.value.iloc[int((table.value - target).abs().to_numpy().argmax())]
    low, high = float(table.low.min()), float(table.high.max())
    return Interval(float(worst), low, high, f"{CONFIDENCE} together")


def last(measured: pd.DataFrame, method: str, quantity: str) -> float:
    """A quantity of the point ``estimator`` after the last step."""
    rows = values(measured, "estimator", method, quantity)
    return float(rows.value[rows.step.idxmax()])
