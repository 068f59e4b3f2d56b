import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.tables import (
    DamagedTable,
    NotFinite,
    check_tables,
    gather,
    read_arrays,
    read_table,
    replacing,
    write_arrays,
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


def test_arrays_come_back_with_repeatable_bytes(tmp_path):
    arrays = {"weights": np.random.default_rng(0).random((3, 2), np.float32), "step": np.array(7)}
    for name in ("a", "b"):
        write_arrays(arrays, tmp_path / f"{name}.npz", "x", "p")
    back = read_arrays(tmp_path / "a.npz")
    assert set(back) == set(arrays) and back["step"] == 7
    assert np.array_equal(back["weights"], arrays["weights"])
    assert back["weights"].dtype == np.float32
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_arrays_with_nan_are_refused_and_damaged_ones_say_what_to_delete(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.raises(NotFinite, match="experiment x, point p: the array w holds NaN"):
        write_arrays({"w": np.array([1, np.nan])}, path, "x", "p")
    assert not path.exists()
    write_arrays({"w": np.ones(1000)}, path, "x", "p")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DamagedTable, match=rf"Delete {path}"):
        read_arrays(path)


def test_tables_that_were_not_asked_for_are_refused():
    good = pd.DataFrame({"value": [1.0]})
    check_tables({"measurements": good}, ["measurements"], "x", "p")
    with pytest.raises(ValueError, match=r"x measured \['other'\], not \['measurements'\]"):
        check_tables({"other": good}, ["measurements"], "x", "p")
    with pytest.raises(NotFinite):
        check_tables({"measurements": good * np.inf}, ["measurements"], "x", "p")
