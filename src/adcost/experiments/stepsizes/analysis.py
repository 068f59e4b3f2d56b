"""What the tables of `stepsizes` come to, for figures and claims alike; NumPy and pandas only."""

import numpy as np
import pandas as pd

from adcost.experiments.stepsizes.plan import STABLE
from adcost.results.select import parameter, select
from adcost.roundoff import unit_roundoff

UNIT_ROUNDOFF = unit_roundoff()

ENDS = {"matched": "β = 1/C", "polyak": "Polyak's step"}
"""The runs whose step is chosen to arrive, for claims of ours; the lecture's has the constant."""

BORDER = 1e-9
"""A βC this close to the border of stability is on it, and on neither side."""


def values(
    measured: pd.DataFrame, point: str, method: str, quantity: str, at: float | None = None
) -> pd.DataFrame:
    """The rows of one quantity, at one ``at`` if given; it must have been measured."""
    labels = {"point": point, "method": method, "quantity": quantity}
    return select("stepsizes", measured, **labels | ({} if at is None else {"at": at}))


def configured(points: pd.DataFrame, name: str, point: str = "homework") -> float:
    """A parameter of a point; ``beta`` is βC, the constant step times the largest curvature."""
    return float(parameter("stepsizes", points, name)[point])


def of_runs(
    measured: pd.DataFrame, method: str, quantity: str, point: str = "homework"
) -> pd.Series:
    """A single number of each run, by run."""
    return values(measured, point, method, quantity, 0.0).set_index("run").value.sort_index()


def vectors(measured: pd.DataFrame, method: str, quantity: str) -> np.ndarray:
    """A vector of each run of the homework: (runs, T), in the order of ``at``."""
    rows = values(measured, "homework", method, quantity)
    return rows.pivot(index="run", columns="at", values="value").to_numpy()


def guaranteed(measured: pd.DataFrame, scaled: float, steps: np.ndarray | float) -> np.ndarray:
    r"""L_k/L_0 that theory guarantees of the constant β after ``steps``: (runs, …).

    ``scaled`` is βC, at most 1.

    By the formula for the gradient a step multiplies 1 − α_i by 1 − βC_i, C_i = 2L/(1 − α_i)²
    being the curvature; so L falls by Π (1 − βC_i)² ≤ exp(−2β ΣC_i). The mean of the C_i is at
    least their geometric mean C̄ = ‖x_0‖^{2/T} (2L)^{1 − 1/T}, and integrating gives

        L_k/L_0 ≤ (1 + 2(T − 1) β C̄_0 k)^{−T/(T − 1)}.
    """
    horizon = vectors(measured, "start", "alpha").shape[1]
    square, loss, curvature = (
        of_runs(measured, "start", name).to_numpy()
        for name in ("squared_norm", "loss", "curvature")
    )
    mean = square ** (1 / horizon) * (2 * loss) ** (1 - 1 / horizon)
    rate = 2 * (horizon - 1) * scaled / curvature * mean
    return (1 + np.multiply.outer(rate, steps)) ** (-horizon / (horizon - 1))


def conserved_end(start: np.ndarray) -> np.ndarray:
    """Where small steps lead from α_0, (runs, T): (1 − α_i)² − (1 − α_j)² stays as it is.

    d(1 − α_i)²/dt = −4L for every i, so all squares fall together until the least one is 0.
    """
    squares = (1 - start) ** 2
    return 1 - np.sqrt(squares - squares.min(1, keepdims=True))


def distance_to_rest(measured: pd.DataFrame, method: str) -> pd.Series:
    """‖∇L‖∞/λ_max(∇²L) at the end of each run: how far, in α, from where the gradient is 0.

    Both fade as L does, however far from a minimum; their ratio does not.
    """
    slope = of_runs(measured, method, "gradient_norm")
    largest = np.abs(vectors(measured, method, "eigenvalue")).max(1)
    ratio = np.divide(slope, largest, out=np.full(len(slope), np.inf), where=largest > 0)
    return pd.Series(np.where(slope == 0, 0.0, ratio), index=slope.index)


def relative_spectra(measured: pd.DataFrame, method: str) -> np.ndarray:
    """Eigenvalues over the largest in magnitude, (runs, T) ascending; zeros of a zero Hessian."""
    spectra = vectors(measured, method, "eigenvalue")
    largest = np.abs(spectra).max(1, keepdims=True)
    return np.divide(spectra, largest, out=np.zeros_like(spectra), where=largest > 0)


def lower_shares(measured: pd.DataFrame, method: str) -> pd.Series:
    """The share of random perturbations that lower L, over all runs, by radius."""
    return values(measured, "homework", method, "lower_share").groupby("at").value.mean()


def sweep(measured: pd.DataFrame) -> pd.DataFrame:
    """Each run at each βC: columns ``at, run, loss_ratio, rises, diverged, diverged_at, sure``.

    ``sure``: ``down`` where theory says that every step goes down (βC < 2 for the largest
    curvature C), ``up`` where it says that every step goes up (for the least), else ``open``.
    """
    rows = select("stepsizes", measured, point="sweep", method="constant")
    table = rows.pivot(index=["at", "run"], columns="quantity", values="value").reset_index()
    if "diverged_at" not in table:
        table["diverged_at"] = np.nan
    ratio = table.run.map(of_runs(measured, "start", "curvature_ratio", "sweep"))
    sure = np.where(table["at"] < STABLE - BORDER, "down", "open")
    return table.assign(sure=np.where(table["at"] / ratio > STABLE + BORDER, "up", sure))


def conditioned(measured: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """A quantity at each (κ, run): a column a method."""
    rows = select("stepsizes", measured, point="condition", quantity=quantity)
    return rows.pivot(index=["at", "run"], columns="method", values="value")
