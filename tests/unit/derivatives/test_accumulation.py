import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.costs.count import count
from adcost.derivatives import accumulation, bracketing
from adcost.derivatives.bracketing import Forward, InconsistentShapes, Layer, Product, Reverse
from adcost.functions import chains
from adcost.jax_versions import TANH

WIDTHS = [4, 3, 2, 5]
WEIGHTS = [
    jnp.asarray(w, jnp.float32) for w in chains.draw_weights(np.random.default_rng(0), WIDTHS)
]
LAYERS = chains.layers(WEIGHTS, "tanh")
X = jnp.asarray([0.1, -0.4, 0.7, 0.2], jnp.float32)

PLANS = [
    Forward(0, 2),
    Reverse(0, 2),
    Forward(2, 2, Reverse(0, 1)),
    Reverse(0, 0, Forward(1, 2)),
    Product(Forward(2, 2), Reverse(0, 1)),
    Product(Product(Reverse(2, 2), Forward(1, 1)), Forward(0, 0)),
]


def _whole(x):
    for layer in LAYERS:
        x = layer(x)
    return x


@pytest.mark.parametrize("plan", PLANS, ids=bracketing.describe)
def test_every_plan_gives_jaxs_jacobian_at_the_cost_predicted(plan):
    chain = bracketing.dense(WIDTHS, TANH.tangent)

    def run(x):
        return accumulation.jacobian(plan, chain, LAYERS, x)

    np.testing.assert_allclose(jax.jit(run)(X), jax.jit(jax.jacrev(_whole))(X), rtol=2e-5)
    values = bracketing.evaluation(WIDTHS, TANH.once)
    assert count(run, X).multiplications == bracketing.cost(plan, chain) + values


@pytest.mark.parametrize(("plan", "transform"), [(PLANS[0], jax.jacfwd), (PLANS[1], jax.jacrev)])
def test_the_two_modes_do_what_jaxs_own_do(plan, transform):
    chain = bracketing.dense(WIDTHS)
    ours = count(lambda x: accumulation.jacobian(plan, chain, LAYERS, x), X)
    assert ours.multiplications == count(transform(_whole), X).multiplications


def test_layers_that_are_not_what_the_chain_says_are_refused_by_name():
    good = bracketing.dense(WIDTHS)
    wrong = (good[0], Layer("layer 2", 3, 4, 12), Layer("layer 3", 4, 5, 20))
    with pytest.raises(InconsistentShapes, match=r"layer 2 gives an array \(2,\), not 4 numbers"):
        accumulation.jacobian(Forward(0, 2), wrong, LAYERS, X)
    with pytest.raises(InconsistentShapes, match=r"layer 1 takes 4 numbers, not \(3,\)"):
        accumulation.jacobian(Forward(0, 2), good, LAYERS, X[:3])
    with pytest.raises(InconsistentShapes, match="layer 2 takes 9"):
        accumulation.jacobian(Forward(0, 2), (good[0], Layer("layer 2", 9, 2, 18)), LAYERS[:2], X)
