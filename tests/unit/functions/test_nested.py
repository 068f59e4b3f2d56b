"""Operations applied to their own result."""

import jax
import pytest

from adcost.functions.scalars import NESTED, nested


@pytest.mark.parametrize("name", NESTED)
def test_an_operation_is_applied_so_many_times(name):
    with jax.enable_x64(True):
        expected = 1.3
        for _ in range(3):
            expected = float(NESTED[name](jax.numpy.asarray(expected)))
        found = float(nested(name, 3)(jax.numpy.asarray(1.3)))
        assert found == pytest.approx(expected, nan_ok=True)
