import jax
import numpy as np

from adcost import seeds


def test_a_name_and_a_seed_give_a_stream_of_their_own():
    draws = {
        name: seeds.generator(seed, *name).random()
        for seed in (1, 2)
        for name in [("hvp", "layers-50", seed), ("hvp", "layers-500", seed), ("mds", "x", seed)]
    }
    assert len(set(draws.values())) == 6
    assert seeds.generator(1, "a", "b").random() == seeds.generator(1, "a", "b").random()


def test_a_key_is_the_same_in_both_precisions():
    single = jax.random.key_data(seeds.key(7, "p"))
    with jax.enable_x64(True):
        double = jax.random.key_data(seeds.key(7, "p"))
    np.testing.assert_array_equal(single, double)
