"""Measure one region: what each method costs in evaluations, and how true its map is.

``measurements``: ``point, region, cities, method, start, quantity, value``. Of each run:
``converged`` (1 or 0), ``evaluations_to_tolerance`` and ``steps_to_tolerance`` (where not
converged, what was spent: a lower bound), ``final_loss``, ``relative_excess``, ``procrustes_km``,
``procrustes_relative``; ``minimiser_difference`` of classical scaling's map from the loss's
minimiser, and ``shape_error`` of the minimiser where D holds distances; ``subset_steps`` of
gradient descent on random sets of cities; ``steps`` of SMACOF. Of classical scaling:
``planar_share`` (λ₁ + λ₂)/Σ|λ| and ``negative_share``, Σ|λ| of the negative in all. Of the method
``pca``: ``pca_difference`` of classical scaling from PCA, over the map's radius, ``pca_loss`` over
Σ D², ``pca_spread`` λ₁/λ₂. Of the point, with the method ``point``: ``gradient_price`` in
evaluations, ``least_loss`` L* (in units of the scaled squares) and ``relative_least_loss`` over
Σ D², ``angular_radius`` θ in radians, ``least_distortion`` ln(θ/sin θ), ``map_radius_km``,
``condition_number`` of ∇²L at the best map; ``tolerance`` and ``slow_cap`` (evaluations) as
configured.
``convergence``: the relative excess (L − L*)/(L₀ − L*) along each run, thinned. ``maps``: for each
``city`` ``true_x_km``, ``true_y_km`` and the recovered ``x_km``, ``y_km`` of the first start, in km
east and north of the middle. ``frames``: maps along two runs for the animation, by ``frame``.

L* is the least loss that L-BFGS finds from classical scaling and from every start.
"""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.manifold import smacof

from adcost import seeds
from adcost.costs.count import count
from adcost.experiments.mds import maps, solvers
from adcost.experiments.mds.solvers import Path, Problem
from adcost.functions import cities, mds
from adcost.functions.earth import great_circle

REFINED = 1e-4
"""Gradient descent runs on to this share of the tolerance, so that its map is that of the loss's
minimum and not that of the moment when the tolerance was met."""

CURVE_ROWS = 50
FRAMES = 64

Row = tuple[str, int, str, float]


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One region at one size: all four tables."""
    chosen = cities.select(parameters["region"], parameters["size"])
    targets, unit = mds.scaled(great_circle(chosen.latitudes, chosen.longitudes))
    truth, angle = maps.true_map(chosen.latitudes, chosen.longitudes)
    starts = random_starts(point, len(targets), parameters["starts"], seed)
    with jax.enable_x64(True):
        price = gradient_price(targets)
        runs, least = run_all(point, parameters, seed, starts, targets, price)
        literal = literal_map(truth)
        subsets = subset_steps(parameters, len(targets), seed) if parameters["subsets"] else []
    labels = {"point": point, "region": parameters["region"], "cities": len(targets)}

    rows: list[Row] = [
        ("point", 0, "gradient_price", price),
        ("point", 0, "least_loss", least),
        ("point", 0, "relative_least_loss", least / float((targets**2).sum())),
        ("point", 0, "angular_radius", angle),
        ("point", 0, "least_distortion", maps.least_distortion(angle)),
        ("point", 0, "condition_number", condition_number(runs["l_bfgs"], targets)),
    ]
    rows += [("gradient_descent", i, "subset_steps", steps) for i, steps in enumerate(subsets)]
    finals = {method: [path.positions[-1] for path in paths] for method, paths in runs.items()}
    for method, paths in runs.items():
        for start, path in enumerate(paths):
            rows += [(method, start, *row) for row in _costs(path, least, parameters["tolerance"])]
    closed = maps.classical_scaling(targets)
    finals["classical_scaling"] = [closed.positions]
    rows += [
        ("classical_scaling", 0, "planar_share", closed.planar_share),
        ("classical_scaling", 0, "negative_share", closed.negative_share),
        ("classical_scaling", 0, "final_loss", float(mds.loss(closed.positions, targets))),
        ("classical_scaling", 0, "minimiser_difference", _apart(closed.positions, runs["l_bfgs"])),
        ("literal", 0, "shape_error", maps.shape_error(literal, truth)),
        *_pca(truth),
    ]
    finals["smacof"] = []
    for number, start in enumerate(starts):
        ended, iterations = _smacof(start, targets)
        finals["smacof"].append(ended)
        rows.append(("smacof", number, "steps", iterations))
    for method, positions in finals.items():
        for number, map_ in enumerate(positions):
            error = maps.procrustes_error(map_ * unit, truth)
            rows.append((method, number, "procrustes_km", error))
            rows.append((method, number, "procrustes_relative", error / maps.radius(truth)))
    table = pd.DataFrame(rows, columns=["method", "start", "quantity", "value"])
    return {
        "measurements": _labelled(table, labels),
        "convergence": _labelled(_curves(runs, least), labels),
        "maps": _labelled(_maps(finals, truth, unit, chosen.names), labels),
        "frames": _labelled(
            _frames(runs, least, truth, unit, chosen.names, parameters["animate"]), labels
        ),
    }


def random_starts(point: str, n: int, number: int, seed: int) -> np.ndarray:
    """Gaussian maps (number, n, 2), one a name."""
    names = ((seed, "mds", point, "start", start) for start in range(number))
    return np.stack([_random_map(seeds.generator(*name), n) for name in names])


def gradient_price(targets: np.ndarray) -> float:
    """Evaluations that a gradient counts for: operations(∇L)/operations(L)."""
    w = np.zeros((len(targets), 2))
    gradient = count(jax.grad(mds.loss), w, targets).total
    return gradient / count(mds.loss, w, targets).total


def run_all(
    point: str,
    parameters: Mapping[str, Any],
    seed: int,
    starts: np.ndarray,
    targets: np.ndarray,
    price: float,
) -> tuple[dict[str, list[Path]], float]:
    """Every method's runs, and the least loss L* found."""
    slow, cap = parameters["slow"], parameters["max_evaluations"]
    l_bfgs = [solvers.l_bfgs(start, targets, price=price) for start in starts]
    polished = solvers.l_bfgs(maps.classical_scaling(targets).positions, targets, price=price)
    least = min(float(path.losses.min()) for path in (*l_bfgs, polished))
    initial = np.array([float(mds.loss(start, targets)) for start in starts])
    goal = least + parameters["tolerance"] * (initial - least)
    refined = least + REFINED * parameters["tolerance"] * (initial - least)
    everywhere = np.broadcast_to(targets, (len(starts), *targets.shape))
    problem = Problem(starts, everywhere, _keys(len(starts), seed, point, "two_point"))
    few = slow["starts"]
    return {
        "gradient_descent": solvers.gradient_descent(
            problem, price=price, stop_at=refined, max_evaluations=cap
        ),
        "l_bfgs": l_bfgs,
        "two_point": solvers.two_point_descent(problem, stop_at=goal, max_evaluations=cap),
        "central_differences": solvers.central_differences(
            problem.first(few), stop_at=goal[:few], max_evaluations=cap
        ),
        "nelder_mead": [
            solvers.nelder_mead(
                start, targets, stop_at=stop_at, max_evaluations=slow["max_evaluations"]
            )
            for start, stop_at in zip(starts[:few], goal[:few], strict=True)
        ],
    }, least


def subset_steps(parameters: Mapping[str, Any], n: int, seed: int) -> list[float]:
    """Gradient descent's steps to the tolerance on random sets of ``n`` of the region's cities.

    A region's n largest cities are one draw of a geometry, and the geometry sets the condition
    number; over many draws it averages out, and what is left is the effect of n.
    """
    region, number = parameters["region"], parameters["subsets"]
    every = cities.select(region, "all")
    distances = great_circle(every.latitudes, every.longitudes)
    targets, starts = [], []
    for subset in range(number):
        rng = seeds.generator(seed, "mds", region, n, "subset", subset)
        chosen = np.sort(rng.choice(len(distances), n, replace=False))
        targets.append(mds.scaled(distances[np.ix_(chosen, chosen)])[0])
        starts.append(_random_map(rng, n))
    keys = _keys(number, seed, region, n, "subset")
    problem = Problem(np.stack(starts), np.stack(targets), keys)
    tolerance = parameters["tolerance"]
    paths = solvers.descent_to_rest(
        problem, tolerance=tolerance / 100, max_steps=parameters["max_evaluations"]
    )
    return [dict(_costs(p, float(p.losses.min()), tolerance))["steps_to_tolerance"] for p in paths]


def _random_map(rng: np.random.Generator, n: int) -> np.ndarray:
    """A Gaussian map (n, 2) with the mean squared radius 1/2 of a map that fits."""
    return rng.normal(size=(n, 2)) / 2


def _keys(number: int, seed: int, *names: object) -> jax.Array:
    return jax.numpy.stack([seeds.key(seed, "mds", *names, run) for run in range(number)])


def condition_number(runs: list[Path], targets: np.ndarray) -> float:
    """λmax/λmin of ∇²L at the best map, without its three directions of shift and rotation."""
    best = min(runs, key=lambda path: path.losses.min())
    w = best.positions[best.losses.argmin()]
    values = np.linalg.eigvalsh(mds.hessian(w, targets))
    return float(values[-1] / values[3])


def _costs(path: Path, least: float, tolerance: float) -> list[tuple[str, float]]:
    excess = (path.losses - least) / (path.losses[0] - least)
    reached = np.flatnonzero(excess <= tolerance)
    at = int(reached[0]) if reached.size else len(excess) - 1
    return [
        ("converged", float(reached.size > 0)),
        ("evaluations_to_tolerance", float(path.evaluations[at])),
        ("steps_to_tolerance", float(at)),
        ("evaluations", float(path.evaluations[-1])),
        ("final_loss", float(path.losses[-1])),
        ("relative_excess", float(excess[-1])),
    ]


def literal_map(truth: np.ndarray) -> np.ndarray:
    """What the loss finds if D holds the distances of ``truth`` (n, 2) and not their squares.

    L-BFGS from the true map, in the scale where the mean of D is 1.
    """
    distances = np.sqrt(mds.squared_distances(truth))
    unit = distances.mean()
    path = solvers.l_bfgs(maps.centre(truth) / unit, distances / unit, price=1.0)
    return path.positions[path.losses.argmin()]


def _apart(closed: np.ndarray, runs: list[Path]) -> float:
    """How far classical scaling's map is from the loss's minimiser, in the former's radii."""
    best = min(runs, key=lambda path: path.losses.min())
    minimiser = best.positions[best.losses.argmin()]
    return maps.procrustes_error(minimiser, closed) / maps.radius(closed)


def _pca(truth: np.ndarray) -> list[Row]:
    """Classical scaling of Euclidean distances against PCA's scores of the same planar points."""
    scores = PCA(n_components=2).fit_transform(truth)
    squares = mds.squared_distances(truth)
    closed = maps.classical_scaling(squares)
    error = maps.procrustes_error(closed.positions, scores) / maps.radius(scores)
    return [
        ("pca", 0, "pca_difference", error),
        ("pca", 0, "pca_loss", float(mds.loss(scores, squares) / (squares**2).sum())),
        ("pca", 0, "pca_spread", float(closed.eigenvalues[0] / closed.eigenvalues[1])),
    ]


def _smacof(start: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, int]:
    """scikit-learn's SMACOF on the distances themselves, from one start, and its iterations."""
    positions, _, iterations = smacof(
        np.sqrt(targets),
        n_components=2,
        init=start,
        n_init=1,
        max_iter=3000,
        eps=1e-12,
        return_n_iter=True,
        normalized_stress=False,
    )
    return positions, iterations


def _thinned(length: int, most: int) -> np.ndarray:
    """At most ``most`` indices into ``length``, dense at the start, with first and last."""
    if length <= most:
        return np.arange(length)
    inner = np.geomspace(1, length - 1, most - 1).round().astype(int)
    return np.unique(np.concatenate([[0], inner]))


def _curves(runs: Mapping[str, list[Path]], least: float) -> pd.DataFrame:
    parts = []
    for method, paths in runs.items():
        for start, path in enumerate(paths):
            rows = _thinned(len(path.losses), CURVE_ROWS)
            excess = (path.losses[rows] - least) / (path.losses[0] - least)
            parts.append(
                pd.DataFrame(
                    {
                        "method": method,
                        "start": start,
                        "evaluations": path.evaluations[rows],
                        "relative_excess": excess,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def _maps(
    finals: Mapping[str, list[np.ndarray]], truth: np.ndarray, unit: float, names: tuple[str, ...]
) -> pd.DataFrame:
    parts = []
    for method, positions in finals.items():
        recovered = maps.aligned(positions[0] * unit, truth)
        parts.append(pd.DataFrame({
            "method": method, "city": names, "true_x_km": truth[:, 0], "true_y_km": truth[:, 1],
            "x_km": recovered[:, 0], "y_km": recovered[:, 1],
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _frames(
    runs: Mapping[str, list[Path]],
    least: float,
    truth: np.ndarray,
    unit: float,
    names: tuple[str, ...],
    animate: bool,
) -> pd.DataFrame:
    """Maps of the first start after equal numbers of evaluations; two frames unless animated.

    Each run is turned onto the truth by the one motion that fits its last map, so that what moves
    in the animation is the method.
    """
    shown = {name: runs[name][0] for name in ("gradient_descent", "nelder_mead")}
    last = max(path.evaluations[-1] for path in shown.values())
    budgets = np.concatenate([[0], np.geomspace(10, last, FRAMES - 1)]) if animate else [0, last]
    parts = []
    for method, path in shown.items():
        turn = maps.rigid_motion(path.positions[-1], truth)
        for frame, budget in enumerate(budgets):
            at = max(int(np.searchsorted(path.evaluations, budget, side="right")) - 1, 0)
            turned = maps.centre(path.positions[at]) @ turn * unit + truth.mean(0)
            parts.append(pd.DataFrame({
                "method": method, "frame": frame, "evaluations": path.evaluations[at],
                "relative_excess": (path.losses[at] - least) / (path.losses[0] - least),
                "city": names, "x_km": turned[:, 0], "y_km": turned[:, 1],
            }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _labelled(table: pd.DataFrame, labels: Mapping[str, Any]) -> pd.DataFrame:
    for position, (name, label) in enumerate(labels.items()):
        table.insert(position, name, label)
    return table
