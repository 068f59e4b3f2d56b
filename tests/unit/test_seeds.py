import jax
import numpy as np
import pytest

from adcost import seeds

PATHS = [(1, "hvp", "layers-50"), (2, "hvp", "layers-50"), (1, "hvp", "layers-500"),
         (1, "mds", "layers-50"), (1, "layers-50", "hvp"), (1, "hvp", "layers-50", 0)]  # fmt: skip


@pytest.mark.parametrize(
    "draw",
    [
        seeds.number,
        lambda *path: seeds.generator(*path).random(),
        lambda *path: tuple(jax.random.key_data(seeds.key(*path)).tolist()),
    ],
    ids=["number", "generator", "key"],
)
def test_a_name_and_a_seed_give_a_stream_of_their_own(draw):
    draws = [draw(*path) for path in PATHS]
    assert len(set(draws)) == len(PATHS)
    assert [draw(*path) for path in PATHS] == draws
    with pytest.raises(ValueError, match="hvp/layers-50: this point is planned with seeded=False"):
        draw(None, "hvp", "layers-50")


def test_a_key_is_the_same_in_both_precisions():
    single = jax.random.key_data(seeds.key(7, "p"))
    with jax.enable_x64(True):
        double = jax.random.key_data(seeds.key(7, "p"))
    np.testing.assert_array_equal(single, double)
