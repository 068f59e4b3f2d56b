import jax.numpy as jnp
import pytest

from adcost.roundoff import SIGNIFICANT_BITS, unit_roundoff


@pytest.mark.parametrize("name", SIGNIFICANT_BITS)
def test_half_the_distance_from_one_to_the_next_number(name):
    assert unit_roundoff(name) == float(jnp.finfo(name).eps) / 2


def test_double_precision_is_meant_where_nothing_else_is_said():
    assert unit_roundoff() == 2.0**-53
