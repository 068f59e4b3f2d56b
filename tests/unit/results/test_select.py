import pandas as pd
import pytest

from adcost.results.points import points_table
from adcost.results.select import (
    NotMeasured,
    of_points,
    parameter,
    points_with,
    select,
    series,
    single,
    with_parameters,
)

POINTS = points_table({
    "layers-3": {"kind": "layers", "layers": 3},
    "layers-10": {"kind": "layers", "layers": 10, "sizes": [3, 3]},
    "rest": {"kind": "rest", "least": 0.5},
})  # fmt: skip
ROWS = pd.DataFrame(
    [(point, method, "operations", size, float(size * place))
     for point in ("layers-3", "layers-10", "rest")
     for place, method in enumerate(("gradient", "product"), 1)
     for size in (10, 3)],
    columns=["point", "method", "quantity", "size", "value"],
)  # fmt: skip


def test_rows_are_chosen_by_all_labels_and_by_lists_of_them():
    rows = select("hvp", ROWS, point="rest", method=["gradient", "product"], size=3)
    assert list(rows.value) == [3.0, 6.0]
    assert select("hvp", ROWS).equals(ROWS)


def test_a_series_is_sorted_by_its_index():
    found = series("hvp", ROWS, "size", point="rest", method="product")
    assert found.to_dict() == {3: 6.0, 10: 20.0} and list(found.index) == [3, 10]
    assert series("hvp", ROWS, ["point", "size"], method="product")["rest", 10] == 20.0
    assert single("hvp", ROWS, point="rest", method="product", size=10) == 20.0


def test_what_is_missing_is_told_with_what_there_is():
    with pytest.raises(NotMeasured) as told:
        series("hvp", ROWS, "size", point="rest", method="hessian", quantity="operations")
    assert str(told.value) == (
        "hvp: nothing was measured with point rest, method hessian, quantity operations. Of the "
        "column method there are beside point rest: gradient, product"
    )
    with pytest.raises(NotMeasured, match="Of the column point there are: layers-3, layers-10, r"):
        select("hvp", ROWS, point="layers")
    many = pd.DataFrame({"point": [f"p{n}" for n in range(40)]})
    with pytest.raises(NotMeasured, match=r"p10, p11 and 28 more$"):
        select("hvp", many, point="q")
    said = "with hessian of method gradient, hessian. Of the column method there are: gradient, pro"
    with pytest.raises(NotMeasured, match=said):
        select("hvp", ROWS, method=["gradient", "hessian"])
    with pytest.raises(NotMeasured, match="Of the column point there are: none"):
        select("hvp", many.iloc[:0], point="q")


def test_what_was_asked_for_is_told_before_and_after_the_label_that_has_nothing():
    # The labels after the one that failed are not conditions of what there is.
    with pytest.raises(NotMeasured, match=r"there are: gradient, product$"):
        select("hvp", ROWS, method="none", point="rest")


def test_parameters_are_joined_by_point_with_their_type():
    rows = select("hvp", ROWS, point=["layers-10", "layers-3"], method="gradient", size=3)
    joined = with_parameters("hvp", rows, POINTS, "layers", "kind")
    assert list(joined.layers) == [3, 10] and joined.layers.dtype == int
    assert set(joined.kind) == {"layers"} and list(joined.value) == [3.0, 3.0]
    assert "layers" not in rows
    with pytest.raises(NotMeasured, match="hvp: the points rest have no parameter layers; layers-"):
        with_parameters("hvp", ROWS, POINTS, "layers")
    with pytest.raises(NotMeasured, match="hvp: no point has the parameter depth; there are: kind"):
        parameter("hvp", POINTS, "depth")
    assert parameter("hvp", POINTS, "sizes").to_dict() == {"layers-10": [3, 3]}


def test_points_are_chosen_by_their_parameters():
    assert points_with("hvp", POINTS, kind="layers") == ["layers-3", "layers-10"]
    assert points_with("hvp", POINTS, kind="layers", layers=[10, 11]) == ["layers-10"]
    assert points_with("hvp", POINTS, least=0.5) == ["rest"]
    assert set(of_points("hvp", ROWS, POINTS, kind="layers").point) == {"layers-3", "layers-10"}
    with pytest.raises(
        NotMeasured, match=r"kind large. Of the column kind there are: layers, rest"
    ):
        points_with("hvp", POINTS, kind="large")
