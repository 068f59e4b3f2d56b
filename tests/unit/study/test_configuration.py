"""The configuration from its files: folders, and paths to code, that are not the usual ones."""

import os
from pathlib import Path

import pytest

from adcost.study.configuration import CannotRun, check_paths, read

READ_IN_ASCII = Path("/studies/café".encode().decode("ascii", "surrogateescape"))
"""A folder as Python has it where the locale knows no é."""


@pytest.mark.parametrize("name", ["/studies/{study}", "/studies/a{", "/studies/}a/study"])
def test_a_brace_in_the_path_is_refused(name):
    with pytest.raises(CannotRun, match=r"brace in its name.*wildcard: rename the folder"):
        check_paths(Path("/studies"), Path(name))


def test_letters_that_the_locale_cannot_read_are_refused_and_still_shown():
    with pytest.raises(CannotRun, match=r"PYTHONUTF8=1.*rename") as refused:
        check_paths(READ_IN_ASCII)
    assert repr(os.fsencode(READ_IN_ASCII)) in str(refused.value)
    assert str(refused.value).encode()  # it can be printed


def test_other_names_are_taken():
    check_paths(Path('/studies/café/a study\'s "$HOME" [1] *é #%;&\\'), Path("/"))


SCHEMAS = Path(__file__).parents[3] / "workflow/schemas"


def test_a_path_to_code_is_meant_from_the_file_that_names_it(tmp_path, monkeypatch):
    names = ["../mine/model.py:loss", "/else/model.py:loss", "package.module:loss"]
    (tmp_path / "study/config").mkdir(parents=True)
    file = tmp_path / "study/config/mine.yaml"
    functions = [f'{{name: a, function: "{name}", arguments: "m:a"}}' for name in names]
    file.write_text(f"price: {{functions: [{', '.join(functions)}]}}")
    monkeypatch.chdir(tmp_path / "study")
    for given in (file, Path("config/mine.yaml")):
        config = read([given], [{"seed": 3}], SCHEMAS)
        found = [one["function"] for one in config["price"]["functions"]]
        assert found == ["mine/model.py:loss", *names[1:]]
    monkeypatch.chdir(tmp_path)
    (one, *_) = read([file], [], SCHEMAS)["price"]["functions"]
    assert one["function"] == "study/mine/model.py:loss"
