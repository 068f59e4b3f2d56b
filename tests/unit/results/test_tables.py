import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.results import files, metadata
from adcost.results.files import replacing
from adcost.results.metadata import DamagedFile, made_from, sidecar
from adcost.results.reading import gather, of_this_version, read_arrays, read_json, read_table
from adcost.results.writing import NotFinite, check_tables, write_arrays, write_json, write_table


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
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert set(before) == {path, sidecar(path)}
    with pytest.raises(ValueError):
        write_json({"a": float("nan")}, path)
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("text", ["", "a,b\n", 'a,b\n1,"2\n', "a,c\n1,2\n"])
def test_a_damaged_table_says_what_to_delete(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(DamagedFile, match=rf"Delete {path}"):
        read_table(path, ["b"])


WHOLE = "point,value,whole\na,0.5,1\nb,0.25,2\n"


def damaged(text):
    """Everything that may have become of a table: cut short, other columns, other numbers."""
    lines = text.splitlines(keepends=True)
    yield from (text[:end] for end in range(len(text)))
    yield "".join([lines[0].replace("value", "number"), *lines[1:]])
    yield text.replace("0.25", "nan")
    yield text.replace("0.25", "")
    yield text.replace("0.25", "0.26")
    yield lines[0] + lines[2] + lines[1]
    yield text + lines[1]
    yield "\0" * len(text)


def test_whatever_becomes_of_a_table_its_reader_finds_out_and_says_what_to_delete(tmp_path):
    path = tmp_path / "t.csv"
    write_table(
        pd.DataFrame({"point": ["a", "b"], "value": [0.5, 0.25], "whole": [1, 2]}), path, "x", "p"
    )
    assert path.read_text() == WHOLE and len(read_table(path)) == 2
    for text in damaged(WHOLE):
        path.write_text(text)
        with pytest.raises(DamagedFile, match=rf"Delete {path} and run snakemake again"):
            read_table(path)


def test_the_sidecar_tells_columns_rows_and_what_the_table_was_made_from(tmp_path):
    path = tmp_path / "t.csv"
    table = pd.DataFrame({"point": ["a"], "value": [0.5], "whole": [1], "yes": [True]})
    write_table(table, path, "hvp", "layers-3", {"seed": 7})
    record = json.loads((tmp_path / "t.csv-metadata.json").read_text())
    assert record["@context"] == "http://www.w3.org/ns/csvw" and record["url"] == "t.csv"
    columns = {c["name"]: c["datatype"] for c in record["tableSchema"]["columns"]}
    assert columns == {"point": "string", "value": "double", "whole": "integer", "yes": "boolean"}
    notes = made_from(path)
    assert notes["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (notes["experiment"], notes["point"], notes["rows"]) == ("hvp", "layers-3", 1)
    assert notes["seed"] == 7


def json_file(path):
    write_json({"a": 0.5, "b": [1, "é"]}, path)
    return read_json


def arrays_file(path):
    write_arrays({"w": np.arange(3.0), "n": np.array(7)}, path, "x", "p")
    return read_arrays


@pytest.mark.parametrize(
    ("name", "write"), [("claims.json", json_file), ("arrays.npz", arrays_file)]
)
def test_a_changed_byte_or_a_cut_is_found_and_it_is_said_what_to_delete(tmp_path, name, write):
    path = tmp_path / name
    read = write(path)
    read(path)
    content = path.read_bytes()
    for place in range(len(content)):
        flipped = bytes([content[place] ^ 1])
        for damage in (content[:place], content[:place] + flipped + content[place + 1 :]):
            path.write_bytes(damage)
            with pytest.raises(DamagedFile, match=rf"Delete {path} and run snakemake again"):
                read(path)


def test_json_without_sidecar_is_read_or_said_to_be_damaged(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("{}")
    assert read_json(path) == {}
    path.write_text("{")
    with pytest.raises(DamagedFile, match=rf"Delete {path} and run snakemake again"):
        read_json(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"notes": []}', '{"notes": [1]}', "\0"])
def test_a_damaged_sidecar_says_what_to_delete(tmp_path, text):
    path = tmp_path / "t.csv"
    write_table(pd.DataFrame({"point": ["a"]}), path, "x", "p")
    sidecar(path).write_text(text)
    with pytest.raises(DamagedFile, match=rf"Delete {sidecar(path)} and {path} and run"):
        read_table(path)


def test_a_table_without_sidecar_is_read_all_the_same(tmp_path):
    (tmp_path / "t.csv").write_text(WHOLE)
    assert len(read_table(tmp_path / "t.csv")) == 2 and made_from(tmp_path / "t.csv") == {}


def test_an_interrupted_rewrite_never_leaves_a_sidecar_of_another_table(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    write_table(pd.DataFrame({"point": ["a"]}), path, "x", "p")
    monkeypatch.setattr(metadata, "write_sidecar", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_table(pd.DataFrame({"point": ["b"]}), path, "x", "p")
    assert read_table(path).point.tolist() == ["b"] and not sidecar(path).exists()


def interrupted(*_):
    raise KeyboardInterrupt


def test_points_with_other_columns_are_not_gathered(tmp_path):
    write_table(pd.DataFrame({"point": ["a"], "value": [1]}), tmp_path / "a.csv", "x", "a")
    write_table(pd.DataFrame({"point": ["b"], "valeu": [1]}), tmp_path / "b.csv", "x", "b")
    with pytest.raises(DamagedFile, match=r"b.csv has the columns point, valeu, where .*a.csv"):
        gather([tmp_path / "a.csv", tmp_path / "b.csv"])
    # It is the odd one out that is to be deleted.
    write_table(pd.DataFrame({"point": ["c"], "valeu": [1]}), tmp_path / "c.csv", "x", "c")
    with pytest.raises(DamagedFile, match=r"a.csv has the columns point, value, .*Delete .*a.csv"):
        gather([tmp_path / f"{name}.csv" for name in "abc"])


def test_what_fails_on_tables_of_another_version_names_the_files_to_delete(tmp_path):
    table = pd.DataFrame({"point": ["a"], "value": [1]})
    write_table(table, tmp_path / "one.csv", "x", "all", {"other_version": ["a.csv", "b.csv"]})
    write_table(table, tmp_path / "two.csv", "x", "all")
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    said = r"a.csv, b.csv cannot .* version.*valeu.*Delete a.csv and b.csv and \S+one.csv and run"
    with pytest.raises(DamagedFile, match=said), of_this_version([two, one]):
        _ = read_table(one).valeu
    with pytest.raises(AttributeError, match="valeu"), of_this_version([two]):
        _ = read_table(two).valeu  # this version's own fault
    with of_this_version([one, two]):
        assert (read_table(one).value == read_table(two).value).all()


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
    with pytest.raises(DamagedFile, match=rf"Delete {path}"):
        read_arrays(path)


def test_tables_that_were_not_asked_for_are_refused():
    good = pd.DataFrame({"value": [1.0]})
    check_tables({"measurements": good}, ["measurements"], "x", "p")
    with pytest.raises(ValueError, match=r"x measured \['other'\], not \['measurements'\]"):
        check_tables({"other": good}, ["measurements"], "x", "p")
    with pytest.raises(NotFinite):
        check_tables({"measurements": good * np.inf}, ["measurements"], "x", "p")


def test_what_a_killed_writer_left_is_replaced_by_the_next(tmp_path):
    path = tmp_path / "points.csv"
    writer = files.replacing(path)
    writer.__enter__().write_text("half")  # and is killed here
    assert [left.name for left in tmp_path.iterdir()] == [".points.partial.csv"]
    with files.replacing(path) as temporary:
        temporary.write_text("whole")
    assert [left.name for left in tmp_path.iterdir()] == ["points.csv"]
