"""The tables of `recorded` have the rows that are measured today."""

import pytest

from .recorded import FOLDER, out_of_date


@pytest.mark.parametrize("experiment", sorted(folder.name for folder in FOLDER.iterdir()))
def test_recorded_tables_have_the_rows_that_are_measured(experiment, measured_of):
    others = out_of_date(experiment, measured_of(experiment))
    assert not others, f"run `PYTHONPATH=src python tests/contract/recorded.py {experiment}`"
