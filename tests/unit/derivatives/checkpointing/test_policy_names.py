import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcost.derivatives.checkpointing import policy_names


@given(st.integers(1, 60), st.integers(1, 70))
def test_stacks_are_cut_so_that_groups_divide_them(layers, k):
    stacks = policy_names.stacks(f"every_{k}_blocks", layers)
    size = policy_names.group(f"every_{k}_blocks", layers)
    assert sum(stacks) == layers and size == min(k, layers)
    assert stacks[0] % size == 0 and all(0 < rest < size for rest in stacks[1:])


@pytest.mark.parametrize("name", ["every_0_blocks", "every__blocks", "store", "every_2_block", ""])
def test_an_unknown_policy_is_refused_by_name(name):
    with pytest.raises(
        policy_names.UnknownPolicy, match=f"{name!r} is no policy; there are: store_all"
    ):
        policy_names.group(name, 1)
