"""What the tables of `jacobian` come to: crossings, savings and errors, for figures and claims."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from adcost.results.select import parameter, select, single
from adcost.statistics.intervals import BOUND, Interval, confidence, paired_ratio

RESAMPLES = 2000
NOTHING = Interval.unknown()

GRAPHS = {
    "ad_choose": "task 1's shape",
    "ad_choose_turned": "task 1's shape, turned",
    "speelpenning": "Speelpenning",
    "helmholtz": "Helmholtz",
    "roe_flux": "Roe flux",
}


def graph_title(name: str) -> str:
    """A graph as a reader calls it."""
    return GRAPHS.get(name, name.replace("_", " "))


def widths(shape: str) -> list[int]:
    """The numbers of a column ``shape``: a chain's widths, or inputs and outputs."""
    return [int(width) for width in shape.split("-")]


def inputs_of(rows: pd.DataFrame) -> int:
    """n of a sweep's rows."""
    return widths(rows["shape"].iloc[0])[0]


def outputs_of(rows: pd.DataFrame) -> pd.Series:
    """m of each of a sweep's rows."""
    return rows["shape"].map(lambda shape: widths(shape)[-1])


def sweep(measured: pd.DataFrame, function: str, quantity: str = "operations") -> pd.DataFrame:
    """One quantity over m: columns forward and reverse."""
    rows = select("jacobian", measured, point=f"sweep-{function}", quantity=quantity)
    rows = rows.assign(outputs=outputs_of(rows))
    return rows.pivot(index="outputs", columns="method", values="value").sort_index()


def counted_crossing(measured: pd.DataFrame, function: str) -> Interval:
    """Between which m the cheaper mode changes from reverse to forward; NaN if not exactly once."""
    wide = sweep(measured, function)
    signs = np.sign(wide.reverse - wide.forward)
    below, above = wide.index[signs < 0], wide.index[signs > 0]
    if not len(below) or not len(above) or not signs.is_monotonic_increasing:
        return NOTHING
    low, high = float(below.max()), float(above.min())
    return Interval((low + high) / 2, low, high, BOUND)


def log_ratios(timings: pd.DataFrame, function: str) -> dict[int, np.ndarray]:
    """For each m, in order: log(seconds of reverse / seconds of forward), round by round."""
    rows = timings[timings.point == f"sweep-{function}"]
    rows = rows.assign(outputs=outputs_of(rows))
    found = {}
    for m, group in rows.groupby("outputs"):
        rounds = group.pivot(index="repeat", columns="method", values="seconds")
        found[int(m)] = np.log(rounds.reverse / rounds.forward).to_numpy()
    return found


def timed_crossing(timings: pd.DataFrame, function: str, level: float = 0.95) -> Interval:
    """The m at which the faster mode changes, with a bootstrap interval over the rounds.

    The crossing splits the sweep so that the sum of the log ratios before it is least (where they
    rise, there they change sign), and lies between two m by linear interpolation of the medians.
    NaN where no split does: one mode is faster at every m.
    """
    ratios = log_ratios(timings, function)
    logs = np.log(list(ratios))
    rng = np.random.default_rng(0)
    resampled = np.stack(
        [
            np.median(rng.choice(rounds, (RESAMPLES, rounds.size)), axis=1)
            for rounds in ratios.values()
        ],
        axis=1,
    )
    value = _crossings(logs, np.array([[np.median(rounds) for rounds in ratios.values()]]))[0]
    low, high = np.quantile(_crossings(logs, resampled), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(low), float(high), confidence(level))


def _crossings(logs: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """The crossing of each row of log ratios over log m."""
    split = np.cumsum(ratios, axis=1).argmin(axis=1)
    inside = (split < logs.size - 1) & (ratios[np.arange(len(split)), split] < 0)
    last = np.minimum(split, logs.size - 2)
    before = np.take_along_axis(ratios, last[:, None], 1)[:, 0]
    after = np.take_along_axis(ratios, last[:, None] + 1, 1)[:, 0]
    share = np.where(inside, -before / np.where(inside, after - before, 1.0), np.nan)
    return np.exp(logs[last] + share * (logs[last + 1] - logs[last]))


def chains(measured: pd.DataFrame) -> pd.DataFrame:
    """The chains' counts: a row for each chain with activation and each method."""
    rows = measured[measured.point == "chains"]
    keys = ["subject", "shape", "method", "order"]
    wide = rows.pivot(index=keys, columns="quantity", values="value").reset_index()
    return wide.set_index(["subject", "method"])


def chain_names(points: pd.DataFrame) -> dict[str, str]:
    """The names of the chains by their subject with tanh, in the order of the configuration."""
    chains = parameter("jacobian", points, "chains")["chains"]
    return {f"{chain['name']} tanh": chain["name"] for chain in chains}


def saving(counts: pd.DataFrame, subject: str, quantity: str = "multiplications") -> float:
    """How many times fewer multiplications the best plan takes than the better of the two modes."""
    of = counts.loc[subject][quantity]
    return float(min(of["forward"], of["reverse"]) / of["best"])


def winners(measured: pd.DataFrame, points: pd.DataFrame) -> str:
    """Which mode takes the fewest multiplications on which chain, in words."""
    counts = chains(measured)
    won: dict[str, list[str]] = {"forward": [], "reverse": [], "a mixed order": []}
    for subject, name in chain_names(points).items():
        of = counts.loc[subject].multiplications
        modes = [mode for mode in ("forward", "reverse") if of[mode] == of.min()]
        for winner in modes or ["a mixed order"]:
            won[winner].append(name)
    parts = [f"{winner} on {', '.join(names)}" for winner, names in won.items() if names]
    return f"Best by count: {'; '.join(parts)}."


def time_saving(timings: pd.DataFrame, subject: str) -> Interval:
    """The same in seconds: the faster of the two modes over the best plan, round by round."""
    rows = timings[timings.subject == subject]
    medians = rows.groupby("method").seconds.median()
    faster = min(("forward", "reverse"), key=lambda mode: medians[mode])
    return paired_ratio(rows, faster, "best")


def elimination(measured: pd.DataFrame) -> pd.DataFrame:
    """Multiplications by elimination: a row a graph, a column an order, and what is proven.

    Columns: forward, reverse, markowitz, best, least_possible, intermediate_vertices.
    """
    rows = measured[measured.point == "graphs"]
    orders = rows[rows.quantity == "multiplications"]
    wide = orders.pivot(index="subject", columns="method", values="value")
    for quantity in ("least_possible", "intermediate_vertices"):
        wide[quantity] = rows[rows.quantity == quantity].set_index("subject").value
    return wide.reindex([name for name in rows.subject.unique() if name in wide.index])


def sweeps_of_graph(measured: pd.DataFrame, graph: str) -> pd.Series:
    """Operations of a small graph's Jacobian by JAX: by columns (forward), by rows (reverse)."""
    labels = {"subject": graph, "quantity": "operations"}
    ways = {"forward": "forward_sweeps", "reverse": "reverse_sweeps"}
    return pd.Series(
        {mode: single("jacobian", measured, **labels, method=way) for mode, way in ways.items()}
    )


def worst_error(measured: pd.DataFrame, names: Sequence[str], roundoff: float) -> float:
    """The largest relative error at some points, in units of the unit roundoff."""
    rows = measured[measured.point.isin(names) & (measured.quantity == "relative_error")]
    return float(rows.value.max() / roundoff) if len(rows) else np.nan


def sweeps(points: pd.DataFrame) -> list[str]:
    """The names of the points that sweep over m."""
    return list(parameter("jacobian", points, "outputs").index)
