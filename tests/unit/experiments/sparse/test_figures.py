"""The figures show the rows of the way and the matrix that they name."""

import numpy as np
import pytest
from contract.figure_data import assert_shows, figures, one, panel, points, series
from contract.recorded import distinct, recorded
from matplotlib.colors import to_hex

from adcost.experiments.sparse import figures as drawn
from adcost.palette import COLOURS, METHODS
from adcost.statistics.intervals import summarise


@pytest.fixture(scope="module")
def tables():
    """Tables in which no row is like another; products that entries are read from stay whole."""
    found, kept = distinct("sparse"), recorded("sparse")["measurements"]
    whole = kept.quantity.str.endswith("_product")
    found["measurements"].loc[whole, "value"] = kept.value[whole]
    return found


@pytest.fixture(scope="module")
def shown(tables):
    return figures(drawn.draw, tables)


@pytest.mark.parametrize("structure", ["banded", "arrow", "stencil"])
@pytest.mark.parametrize("matrix", ["jacobian", "hessian"])
def test_products_are_those_of_each_way(tables, shown, matrix, structure):
    axis = panel(shown["products"], f"{matrix.title()}, {structure}")
    table = tables["measurements"]
    rows = table[(table.point == f"{matrix}-{structure}") & (table.quantity == "products")]
    ways = [way for of, way in drawn.LOOKS if of == matrix]
    assert len(series(axis)) == len(ways)
    for way in ways:
        own, look = rows[rows.way == way], drawn.LOOKS[matrix, way]
        line = one(series(axis), colour=look.colour, marker=look.marker)
        assert_shows(line, own["size"], own.value)


@pytest.mark.parametrize(("way", "style"), [("random", "-"), ("band", ":")])
def test_products_at_random_are_medians_with_their_range(tables, shown, way, style):
    axis = panel(shown["products"], "n = ")
    table = tables["measurements"]
    own = table[table.way == way].groupby("entries").value
    line = one(series(axis), style=style)
    assert_shows(line, own.median().index, own.median(), own.min(), own.max())
    assert line.colour == METHODS["coloured_both"].colour.lower()


@pytest.mark.parametrize("structure", ["banded", "arrow", "stencil"])
@pytest.mark.parametrize("matrix", ["jacobian", "hessian"])
def test_an_entry_has_the_colour_of_its_product(tables, shown, matrix, structure):
    axis = panel(shown["patterns"], f"{matrix.title()}, {structure}")
    table = tables["measurements"]
    rows = table[(table.point == f"{matrix}-{structure}") & table.quantity.str.endswith("_product")]
    products = rows[["quantity", "value"]].drop_duplicates()
    assert f"{len(products)} products" in axis.get_title("left")
    for quantity, product in products.itertuples(index=False):
        own = rows[(rows.quantity == quantity) & (rows.value == product)]
        place = int(product) if quantity == "forward_product" else -1 - int(product)
        assert_shows(one(points(axis), colour=COLOURS[place]), own.column, own.row)
    assert len(points(axis)) == len(products)
    assert axis.yaxis_inverted()


@pytest.mark.parametrize("structure", ["banded", "arrow", "stencil"])
@pytest.mark.parametrize("matrix", ["jacobian", "hessian"])
def test_seconds_are_medians_with_their_intervals(tables, shown, matrix, structure):
    axis = panel(shown["time"], f"{matrix.title()}, {structure}")
    timings = tables["timings"]
    rows = timings[(timings.point == f"time-{matrix}") & (timings.structure == structure)]
    direct = "coloured_both" if matrix == "jacobian" else "star"
    ways = [direct, "columns", "rows"] if matrix == "jacobian" else [direct, "columns"]
    assert len(series(axis)) == len(ways)
    for way in ways:
        own = summarise(rows[rows.method == way].assign(point=lambda t: t["size"]))
        line = one(series(axis), colour=drawn.LOOKS[matrix, way].colour)
        assert_shows(line, own.point, own["median"], own.low, own.high)


def test_the_legends_name_each_way_once(shown):
    for name in ("products", "time"):
        (legend,) = shown[name].legends
        texts = [text.get_text() for text in legend.get_texts()]
        assert len(texts) == len(set(texts)) > 3
        for text, handle in zip(texts, legend.legend_handles, strict=True):
            line = handle if hasattr(handle, "get_color") else handle[0]
            colours = {to_hex(look.colour) for look in drawn.LOOKS.values() if look.name == text}
            found = line.get_color()
            found = found if isinstance(found, str) else np.asarray(found)[0]
            assert to_hex(found) in colours
