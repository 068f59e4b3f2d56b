import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.results.metadata import made_from
from adcost.results.points import points_table
from adcost.results.reading import read_table
from adcost.results.select import parameter
from adcost.results.writing import write_table

PLANNED = {
    "sweep-2": {"layers": 2, "timing": {"runs": 3, "least": 0.5}, "sizes": [1, 2], "name": "a"},
    "sweep-30": {"layers": 30, "timing": {"runs": 3, "least": 0.25}, "sizes": [4], "name": "7"},
    "rest": {"hessian": True, "size": "all"},
    "other": {"hessian": False, "size": 6},
}


def through_a_file(table, folder):
    path = folder / "points.csv"
    write_table(table, path, "hvp", "all points")
    return read_table(path)


def test_each_point_has_a_row_with_its_parameters_as_columns(tmp_path):
    table = points_table(PLANNED)
    assert list(table.point) == list(PLANNED)
    assert list(table) == [
        "point", "hessian", "layers", "name", "size", "sizes", "timing.least", "timing.runs",
    ]  # fmt: skip
    read = through_a_file(table, tmp_path)
    pd.testing.assert_frame_equal(read, table)
    for points in (table, read):
        layers = parameter("hvp", points, "layers")
        assert layers.to_dict() == {"sweep-2": 2, "sweep-30": 30} and layers.dtype == int
        assert parameter("hvp", points, "timing.least").to_dict() == {
            "sweep-2": 0.5, "sweep-30": 0.25,
        }  # fmt: skip
        assert parameter("hvp", points, "sizes").to_dict() == {"sweep-2": [1, 2], "sweep-30": [4]}
        assert parameter("hvp", points, "name").to_dict() == {"sweep-2": "a", "sweep-30": "7"}
        assert parameter("hvp", points, "size").to_dict() == {"rest": "all", "other": 6}
        hessian = parameter("hvp", points, "hessian")
        assert hessian.to_dict() == {"rest": True, "other": False} and hessian.dtype == bool


def test_the_columns_types_stand_in_the_metadata(tmp_path):
    through_a_file(points_table({"a": {"n": 1, "x": 0.5}, "b": {"n": 2, "x": 2.0}}), tmp_path)
    text = (tmp_path / "points.csv-metadata.json").read_text("utf-8")
    assert '"datatype": "integer"' in text and '"datatype": "double"' in text
    assert made_from(tmp_path / "points.csv")["rows"] == 2


VALUES = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"))
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.sampled_from(["nan", "inf", "1e5", "TRUE", "null", "", "[1]", "NA", " 1", "-0", "0x1"]),
    st.lists,
    max_leaves=4,
)


@given(values=st.lists(VALUES, min_size=1, max_size=4))
def test_any_parameter_comes_back_as_it_was(tmp_path_factory, values):
    planned = {f"p{place}": {"x": value, "y": 1} for place, value in enumerate(values)}
    planned["without"] = {"y": 2}
    points = through_a_file(points_table(planned), tmp_path_factory.mktemp("t"))
    found = parameter("e", points, "x")
    assert list(found.index) == list(planned)[:-1]
    for value, back in zip(values, found, strict=True):
        assert back == value and (isinstance(back, str) == isinstance(value, str))


@pytest.mark.parametrize("bad", [{"point": 1}, {"x": float("nan")}, {"x": [float("inf")]}])
def test_what_no_column_can_hold_is_refused(bad):
    with pytest.raises(ValueError):
        points_table({"a": bad})
