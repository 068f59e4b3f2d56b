"""Folders whose names Snakemake or Python cannot take are refused, with what to do about it."""

import os
from pathlib import Path

import pytest

from adcost.configuration import CannotRun, check_paths

READ_IN_ASCII = Path("/home/café".encode().decode("ascii", "surrogateescape"))
"""A folder as Python has it where the locale knows no é."""


@pytest.mark.parametrize("name", ["/home/{study}", "/home/a{", "/home/}a/study"])
def test_a_brace_in_the_path_is_refused(name):
    with pytest.raises(CannotRun, match=r"brace in its name.*wildcard: rename the folder"):
        check_paths(Path("/home"), Path(name))


def test_letters_that_the_locale_cannot_read_are_refused_and_still_shown():
    with pytest.raises(CannotRun, match=r"PYTHONUTF8=1.*rename") as refused:
        check_paths(READ_IN_ASCII)
    assert repr(os.fsencode(READ_IN_ASCII)) in str(refused.value)
    assert str(refused.value).encode()  # it can be printed


def test_other_names_are_taken():
    check_paths(Path('/home/café/a study\'s "$HOME" [1] *é #%;&\\'), Path("/"))
