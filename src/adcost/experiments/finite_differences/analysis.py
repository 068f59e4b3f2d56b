"""What the tables of `finite_differences` come to, for figures and claims alike.

Errors of one method on one curve in one precision are a table with a row a set and a column an ε.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from adcost.results.select import select
from adcost.statistics.exponent import fit_line
from adcost.statistics.intervals import CONFIDENCE, Interval, median_interval, over

RESAMPLES = 1000
NOTHING = Interval.unknown()


@dataclass(frozen=True)
class Case:
    """A method on a curve in a precision."""

    method: str
    curve: str
    dtype: str

    def by(self, method: str) -> "Case":
        """The same with another method."""
        return Case(method, self.curve, self.dtype)


@dataclass(frozen=True)
class Sweeps:
    """The measurements of the point ``accuracy``, ready to be asked."""

    rows: pd.DataFrame
    tables: Mapping[tuple[Case, str], pd.DataFrame]
    curves: tuple[str, ...]

    def cases(self, method: str, dtype: str) -> list[Case]:
        """One case for each curve that was measured."""
        return [Case(method, curve, dtype) for curve in self.curves]

    def values(self, case: Case, quantity: str = "relative_error") -> pd.DataFrame:
        """One quantity of a case, (sets, ε); it must have been measured."""
        if (case, quantity) not in self.tables:  # say so
            select("finite_differences", self.rows, **asdict(case), quantity=quantity)
        return self.tables[case, quantity]

    def typical(self, case: Case) -> pd.Series:
        """The median of the errors over sets, by ε."""
        return self.values(case).median()

    def single(self, case: Case, quantity: str = "relative_error") -> float:
        """The median over sets of what has no ε: what the theory predicts, reverse mode's error."""
        return float(self.values(case, quantity)[0.0].median())

    def least(self, case: Case) -> tuple[float, float]:
        """The ε of the least median error, and that error."""
        errors = self.typical(case)
        return float(errors.idxmin()), float(errors.min())


def sweeps(measured: pd.DataFrame) -> Sweeps:
    """Read the table once."""
    rows = measured[measured.point == "accuracy"]
    groups = rows.groupby(["method", "curve", "dtype", "quantity"], sort=False)
    tables = {
        (Case(method, curve, dtype), quantity): group.pivot(
            index="set", columns="epsilon", values="value"
        )
        for (method, curve, dtype, quantity), group in groups
    }
    return Sweeps(rows, tables, tuple(rows.curve.unique()))


def valley(of: Sweeps, case: Case, seed: int = 0) -> Interval:
    """log₁₀ of the ε of the least error, the bottom of the U, with its 95 % interval.

    The bottom is flat, so the place of the least error itself is mostly chance: it is the vertex of
    a parabola through half a decade on both sides of that place, on logarithmic axes. The interval
    is a bootstrap's over sets.
    """
    table = of.values(case)
    epsilons = np.log10(table.columns.to_numpy(dtype=float))
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(table), size=(RESAMPLES, len(table)))
    everything = np.arange(len(table))[None]
    value, low, high = (
        np.quantile(_vertices(epsilons, np.median(table.to_numpy()[sets], axis=1)), level)
        for sets, level in ((everything, 0.5), (drawn, 0.025), (drawn, 0.975))
    )
    return Interval(float(value), float(min(low, value)), float(max(high, value)), CONFIDENCE)


def _vertices(epsilons: np.ndarray, medians: np.ndarray) -> np.ndarray:
    """The bottoms of U-shaped ``medians`` (curves, ε) over equally spaced log₁₀ ε.

    Where the least error stands at the end of the grid, or the parabola opens downward, there is
    no bottom but that place.
    """
    half = max(2, round(0.5 / float(np.diff(epsilons).mean())))
    least = medians.argmin(axis=1)
    middle = np.clip(least, half, len(epsilons) - 1 - half)
    window = middle[:, None] + np.arange(-half, half + 1)
    logs = np.log10(np.take_along_axis(medians, window, axis=1))
    offsets = epsilons[window[0]] - epsilons[middle[0]]
    curvature, slope, _ = np.polyfit(offsets, logs.T, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        vertex = epsilons[middle] - slope / (2 * curvature)
    inside = (curvature > 0) & (least == middle)
    return np.where(inside, vertex, epsilons[least])


def off_theory(of: Sweeps, case: Case, bottom: Interval) -> Interval:
    """The bottom of the U (a `valley`) against the theory's best ε, in decades."""
    theory = float(np.log10(of.single(case, "predicted_epsilon")))
    return bottom.shifted(-theory)


def bound(method: str, ratio: np.ndarray) -> np.ndarray:
    """The theory's bound over its least, at ``ratio`` times the ε where it is least."""
    return (ratio + 1 / ratio) / 2 if method == "forward" else (ratio**2 + 2 / ratio) / 3


def place_if_uniform(method: str, draws: int = 100000, seed: int = 0) -> float:
    """Where the bottom would lie, in decades from the theory's, if roundings were random.

    Each value's error is uniform within half a spacing of the numbers, independent of the other's,
    and the value anywhere between two powers of two; the bound takes the largest of both.
    """
    rng = np.random.default_rng(seed)
    within = rng.uniform(-1, 1, (2, draws)) * 2 ** -rng.uniform(0, 1, draws)
    rounding = (within[0] - within[1]) / 2
    decades = np.arange(-16, 17) / 8
    ratio = 10.0 ** decades[:, None]
    largest = 1 / (2 * ratio) if method == "forward" else 2 / (3 * ratio)
    medians = np.median(np.abs(bound(method, ratio) - largest + largest * rounding), axis=1)
    return float(_vertices(decades, medians[None])[0])


def root(coarse: Interval, fine: Interval, decades: float) -> Interval:
    """The exponent p of best ε ∝ uᵖ from two valleys whose u differ by so many ``decades``.

    The curve's scale drops out of it.
    """
    value, low, high = coarse.value - fine.value, coarse.low - fine.high, coarse.high - fine.low
    return Interval(value, low, high, CONFIDENCE).over(decades)


def arm(of: Sweeps, case: Case, side: str) -> Interval:
    """The slope of the U's ``left`` or ``right`` arm on logarithmic axes, over sets.

    A line through the errors where the theory's arm is straight; with fewer than three ε there,
    NaN: nothing is claimed.
    """
    table = of.values(case)
    start, end = (of.single(case, f"{side}_{name}") for name in ("from", "to"))
    inside = table.loc[:, (table.columns >= start) & (table.columns <= end)]
    if inside.shape[1] < 3 or not (inside > 0).all(axis=None):
        return NOTHING
    slopes, _, _ = fit_line(np.log(inside.columns.to_numpy(dtype=float)), np.log(inside.to_numpy()))
    return median_interval(slopes)


def over_best(of: Sweeps, case: Case) -> Interval:
    """Reverse mode's error over the difference's at its best ε, over sets."""
    best, _ = of.least(case)
    return median_interval(of.values(case.by("reverse_mode"))[0.0] / of.values(case)[best])


def loss_when_off(of: Sweeps, case: Case, decades: int) -> float:
    """The error at an ε that many decades above (below, if negative) the best, over the least."""
    errors = of.typical(case)
    best, error = of.least(case)
    beside = np.abs(np.log10(errors.index.to_numpy(dtype=float) / best) - decades).argmin()
    return float(errors.iloc[beside]) / error


def union(intervals: list[Interval]) -> Interval:
    """All curves' intervals together, with their middle value; NaN if any is."""
    ordered = sorted(interval.value for interval in intervals)
    lows, highs = [i.low for i in intervals], [i.high for i in intervals]
    if np.isnan([*ordered, *lows, *highs]).any():
        return NOTHING
    return Interval(
        ordered[len(ordered) // 2], min(lows), max(highs), over(f"curves, each {CONFIDENCE}")
    )
