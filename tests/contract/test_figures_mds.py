"""The figures of `mds` show the cities, runs and costs of the method and region that they name."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from adcost import plotting
from adcost.experiments.mds import figures, recovery
from adcost.results.select import parameter

from . import tables_mds as made
from .figure_data import assert_shows, levels, one, panel, series, texts
from .figure_data import figures as drawn
from .synthetic import changed, legend_of, put, scattered

TITLES = {"europe-6": "Europe, 6 cities", "europe-9": "Europe, 9 cities",
          "europe-10": "Europe, 10 cities", "europe-13": "Europe, 13 cities",
          "europe-16": "Europe, 16 cities", "usa-7": "USA, 7 cities",
          "world-8": "the world, 8 cities"}  # fmt: skip
NAMES = {"gradient_descent": "gradient descent", "l_bfgs": "L-BFGS-B",
         "two_point": "two-point", "central_differences": "central differences",
         "nelder_mead": "Nelder–Mead"}  # fmt: skip
SIZES = (6, 9, 10, 13, 16)
MARKS = {"gradient_descent": "o", "l_bfgs": "v", "two_point": "s", "central_differences": "D",
         "nelder_mead": "P"}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    made_tables = scattered(made.make(), seed=1, columns=("value", "relative_excess"))
    return changed(made_tables, put(0.0, point="europe-6", method="nelder_mead", start=[1, 2],
                                    quantity="converged"))  # fmt: skip


@pytest.fixture(scope="module")
def animated():
    return []


@pytest.fixture(scope="module")
def shown(tables, animated):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery, "animate", lambda *given: animated.append(given))
        return drawn(figures.draw, tables)


@pytest.fixture(scope="module")
def colours(shown):
    """What the legend of the convergence says."""
    figure = shown["convergence"]
    legends = [axis.get_legend() for axis in figure.axes if axis.get_legend()] + figure.legends
    (legend,) = legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == [*NAMES.values(), "tolerance", "stopped at the cap"]
    return {method: legend.legend_handles[names.index(name)].get_color()
            for method, name in NAMES.items()}  # fmt: skip


def _middle(tables, point, method, quantity):
    rows = tables["measurements"]
    rows = rows[(rows.point == point) & (rows.method == method) & (rows.quantity == quantity)]
    return rows.value.median()


def test_the_map_is_gradient_descents_at_the_shown_point_and_where_it_fits_worst(shown, tables):
    worst = max(TITLES, key=lambda point: _middle(tables, point, "gradient_descent",
                                                  "procrustes_relative"))  # fmt: skip
    assert len(shown["map"].axes) == 2
    for point in (made.SHOWN, worst):
        axis = panel(shown["map"], TITLES[point])
        rows = tables["maps"]
        rows = rows[(rows.point == point) & (rows.method == "gradient_descent")]
        rings = [s for s in series(axis) if s.marker == "o"]
        assert_shows(one(rings, colour=plotting.GREY), rows.true_x_km, rows.true_y_km)
        assert_shows(one(rings, colour=plotting.BLUE), rows.x_km, rows.y_km)
        lines = {(*s.x, *s.y) for s in series(axis) if s.style == "-"}
        assert lines == {(r.true_x_km, r.x_km, r.true_y_km, r.y_km) for r in rows.itertuples()}
        km = _middle(tables, point, "gradient_descent", "procrustes_km")
        km = f"{km:,.0f}" if km >= 10 else f"{km:.1f}"
        assert axis.get_title("left").endswith(f"RMS error {km} km")
        names = {text.get_text() for text in axis.texts}
        assert names == set(rows.city)
    assert legend_of(shown["map"]) == {
        "true position": (plotting.GREY.lower(), "o"),
        "recovered by gradient descent": (plotting.BLUE.lower(), "o"),
    }


@pytest.mark.parametrize("point", TITLES)
def test_convergence_shows_every_run_in_its_methods_colour(shown, tables, colours, point):
    axis = panel(shown["convergence"], TITLES[point])
    curves = tables["convergence"]
    for method in NAMES:
        own = curves[(curves.point == point) & (curves.method == method)]
        lines = [s for s in series(axis) if s.colour == _hex(colours[method]) and not s.marker]
        assert len(lines) == own.start.nunique() == made.METHODS[method][1]
        for (_, run), line in zip(own.groupby("start"), sorted(lines, key=lambda s: s.x[-1]),
                                  strict=True):  # fmt: skip
            least = np.minimum.accumulate(run.relative_excess)
            assert_shows(line, run.evaluations[1:], least[1:])
    assert levels(axis) == [parameter("mds", tables["points"], "tolerance")[point]]


def test_a_run_that_stopped_at_the_cap_is_marked_at_its_own_end(shown, tables, colours):
    curves = tables["convergence"]
    for point, title in TITLES.items():
        found = [s for s in series(panel(shown["convergence"], title)) if s.marker == ">"]
        stopped = (1, 2) if point == "europe-6" else ()
        assert {s.colour for s in found} == {_hex(colours["nelder_mead"]) for _ in stopped}
        ends = {(float(s.x[0]), float(s.y[0])) for s in found}
        own = curves[(curves.point == point) & (curves.method == "nelder_mead")]
        assert ends == {(own[own.start == start].evaluations.iloc[-1],
                         own[own.start == start].relative_excess.iloc[-1])
                        for start in stopped}  # fmt: skip


def _hex(colour):
    return colour.lower()


@pytest.mark.parametrize("method", NAMES)
def test_cost_shows_each_methods_evaluations_over_its_starts(shown, tables, colours, method):
    axis = panel(shown["cost"], "cost, Europe's")
    rows = tables["measurements"]
    rows = rows[(rows.method == method) & (rows.quantity == "evaluations_to_tolerance")]
    spent = [rows.value[rows.point == f"europe-{n}"] for n in SIZES]
    x = np.array(SIZES) * {"two_point": 1.02, "central_differences": 0.98}.get(method, 1)
    own = [s for s in series(axis) if s.colour == _hex(colours[method])]
    assert_shows(one(own, marker=""), x, map(np.median, spent))
    stopped = method == "nelder_mead"  # at the first size
    marks = one(own, marker=MARKS[method])
    kept = spent[1:] if stopped else spent
    assert_shows(marks, x[1:] if stopped else x, map(np.median, kept), map(min, kept),
                 map(max, kept))  # fmt: skip
    assert_shows(one(own, marker="^"), x[:1] if stopped else [], [np.median(spent[0])][:stopped])


@pytest.mark.parametrize("method", NAMES)
def test_each_methods_label_says_its_own_exponent(shown, tables, colours, method):
    axis = panel(shown["cost"], "cost, Europe's")
    (label,) = (text for text in axis.texts if text.get_text().startswith(NAMES[method]))
    assert label.get_color() == colours[method]
    if method in ("gradient_descent", "l_bfgs"):
        assert label.get_text() == NAMES[method]
        return
    if method == "nelder_mead":
        assert "exponent not known" in label.get_text()  # half of a small size's runs stopped
        return
    rows = tables["measurements"]
    rows = rows[(rows.region == "europe") & (rows.quantity == "evaluations_to_tolerance")]
    wide = rows.pivot(index=["cities", "start"], columns="method", values="value")
    ratio = (wide[method] / wide.gradient_descent).groupby("cities").median()
    slope = np.polyfit(np.log(ratio.index), np.log(ratio), 1)[0]
    assert f"over descent: exponent {slope:.2f} [" in label.get_text()


def test_steps_on_random_sets_are_quartiles_with_their_law(shown, tables):
    axis = panel(shown["cost"], "random sets")
    rows = tables["measurements"]
    rows = rows[rows.quantity == "subset_steps"]
    own = [rows.value[rows.cities == n] for n in SIZES]
    low, middle, high = (np.array([np.quantile(o, q) for o in own]) for q in (0.25, 0.5, 0.75))
    assert_shows(one(series(axis), marker="o"), SIZES, middle, low, high)
    slope, height = np.polyfit(np.log(SIZES), np.log(middle), 1)
    assert_shows(one(series(axis), marker=""), SIZES, np.exp(height) * np.array(SIZES) ** slope)
    (text,) = texts(axis)
    assert text.startswith(f"exponent {slope:.2f} [".replace("-", "−"))


def test_the_animation_is_of_the_point_with_the_most_frames(shown, animated, tables):
    ((frames, maps, point, _),) = animated
    assert point == made.SHOWN and frames is tables["frames"] and maps is tables["maps"]


def test_a_frame_shows_each_methods_own_cities_and_evaluations(tables):
    frames, maps = tables["frames"].copy(), tables["maps"]
    simplex = frames.method == "nelder_mead"
    frames.loc[simplex, ["x_km", "y_km", "evaluations"]] += 5
    rows = frames[frames.point == made.SHOWN]
    truth = maps[(maps.point == made.SHOWN) & (maps.method == "gradient_descent")]
    figure, movers = recovery._stage(truth)
    now = rows[rows.frame == 2]
    recovery._move(movers, now)
    for axis, method in zip(figure.axes, ("gradient_descent", "nelder_mead"), strict=True):
        own = now[now.method == method]
        (mover,) = (s for s in series(axis) if s.marker == "o" and s.colour != "#7f7f7f")
        assert_shows(mover, own.x_km, own.y_km)
        said = [text for text in texts(axis) if text.startswith(NAMES[method])]
        counter = f"{own.evaluations.iloc[0]:,.0f} evaluations of the loss"
        assert said and any(text.startswith(counter) for text in texts(axis))
    plt.close(figure)
