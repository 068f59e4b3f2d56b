"""YAML is read as PyYAML reads it, but for what it would let pass."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from adcost import strict_yaml
from adcost.strict_yaml import YamlError

# Without separators of lines, which PyYAML writes as they are and reads as ends of lines.
TEXT = st.text(st.characters(categories=["L", "N", "P", "S"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_was_written_is_read(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "value.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    assert strict_yaml.read(path) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"a: 1\nb: 2\na: 3\n", "line 3: the key 'a' is given twice"),
        (b"a: {b: 1, b: 2}\n", "line 1: the key 'b' is given twice"),
        (b"a:\n- b: 1\n  c: 2\n  b: 2\n", "line 4: the key 'b' is given twice"),
        (b"a: [1, 2\nb: 3\n", "line 2: .*expected"),
        (b"a: \xff\n", "byte 3 is not UTF-8"),
        (b"a: 1\nb: \x00\n", "line 2: the character #x0000"),
        (b"a: *there\n", "line 1: found undefined alias"),
        (b"a: !!python/object:os.system {}\n", "line 1: .*python"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(text, says, tmp_path):
    path = tmp_path / "file.yaml"
    path.write_bytes(text)
    with pytest.raises(YamlError, match=f"file.yaml.*{says}|{says}"):
        strict_yaml.read(path)


def test_merged_keys_may_be_replaced(tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", "utf-8")
    assert strict_yaml.read(path)["b"] == {"x": 1, "y": 3}
