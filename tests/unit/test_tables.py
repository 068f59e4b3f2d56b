import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.tables import (
    DamagedTable,
    NotFinite,
    gather,
    read_table,
    replacing,
    write_json,
    write_table,
)


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_a_table_comes_back_bit_for_bit(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("t") / "table.csv"
    write_table(pd.DataFrame({"method": "none", "value": values}), path, "x", "p")
    back = read_table(path, ["method", "value"])
    assert back.value.to_numpy().astype(float).tobytes() == np.array(values).tobytes()
    assert (back.method == "none").all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_name_experiment_point_and_method_and_leave_no_file(tmp_path, bad):
    table = pd.DataFrame({"method": ["a", "b"], "quantity": "norm", "value": [1.0, bad]})
    with pytest.raises(NotFinite, match="experiment hvp, point layers-3, method b, quantity norm"):
        write_table(table, tmp_path / "m.csv", "hvp", "layers-3")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.json"
    write_json({"a": 1}, path)
    before = path.read_bytes()
    with pytest.raises(ValueError):
        write_json({"a": float("nan")}, path)
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "a,b\n", 'a,b\n1,"2\n', "a,c\n1,2\n"])
def test_a_damaged_table_says_what_to_delete(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(DamagedTable, match=rf"Delete {path}"):
        read_table(path, ["b"])


def test_gathering_keeps_the_order_given(tmp_path):
    for name in "ab":
        write_table(pd.DataFrame({"point": [name]}), tmp_path / f"{name}.csv", "x", name)
    assert gather([tmp_path / "b.csv", tmp_path / "a.csv"]).point.tolist() == ["b", "a"]
