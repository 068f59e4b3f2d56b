"""Classifiers against their formulas, and normalisation's invariances."""

import jax
import jax.extend
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.functions.classifiers import (
    ARCHITECTURES,
    Shape,
    accuracy,
    batch_loss,
    cross_entropy,
)

SHAPE = Shape(8, 8, 1, 10)
OPTIONS = {
    "mlp": [{}, {"hidden": [5]}, {"hidden": [7, 3]}],
    "resnet": [{}, {"channels": [4], "blocks": 2}, {"channels": [3, 6], "blocks": 1}],
}
SMALL = {"mlp": {"hidden": [5]}, "resnet": {"channels": [3, 6], "blocks": 1}}
X = np.random.default_rng(0).random((6, 8, 8, 1), dtype=np.float32)
Y = np.arange(6, dtype=np.int32)


def built(name):
    classifier = ARCHITECTURES[name].build(SHAPE, **SMALL[name])
    return classifier, classifier.initialise(np.random.default_rng(1))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_formula_counts_the_parameters(name):
    for options in OPTIONS[name]:
        tree = ARCHITECTURES[name].build(SHAPE, **options).initialise(np.random.default_rng(0))
        count = sum(leaf.size for leaf in jax.tree.leaves(tree))
        assert ARCHITECTURES[name].parameters(SHAPE, **options) == count


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_activations_are_what_products_take_and_give(name):
    def products(jaxpr, times=1):
        for equation in jaxpr.eqns:
            if equation.primitive.name == "dot_general":
                taken, given = equation.invars[0].aval, equation.outvars[0].aval
                yield from [taken.size + given.size] * times
            for inner in jax.extend.core.jaxprs_in_params(equation.params):
                yield from products(inner, times * equation.params.get("length", 1))

    for options in OPTIONS[name]:
        classifier = ARCHITECTURES[name].build(SHAPE, **options)
        tree = classifier.initialise(np.random.default_rng(0))
        found = list(products(jax.make_jaxpr(classifier.apply)(tree, X[:1]).jaxpr))
        # A residual network ends in a linear layer after the mean, which holds next to nothing.
        layers = found if name == "mlp" else found[:-1]
        assert ARCHITECTURES[name].activations(SHAPE, **options) == (sum(layers), max(layers))


def test_resnet_32_has_its_layers_and_about_0_46_million_parameters():
    tree = ARCHITECTURES["resnet"].build(SHAPE).initialise(np.random.default_rng(0))
    assert len(tree["convolutions"]) + 1 == 32
    assert round(ARCHITECTURES["resnet"].parameters(SHAPE) / 1e6, 2) == 0.46


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_logits_have_a_row_an_image_and_the_loss_is_the_mean(name):
    classifier, parameters = built(name)
    logits, _ = classifier.apply(parameters, X)
    assert logits.shape == (6, 10)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    by_hand = -np.log(p[np.arange(6), Y]).mean()
    assert cross_entropy(logits, Y) == pytest.approx(by_hand, rel=1e-5)
    assert batch_loss(classifier, X, Y)(parameters) == pytest.approx(by_hand, rel=1e-5)


def test_accuracy_is_the_share_of_right_answers():
    logits = jnp.eye(4)[jnp.array([0, 1, 2, 2])]
    assert accuracy(logits, jnp.array([0, 1, 2, 3])) == 0.75


def test_normalisation_forgets_the_scale_of_the_weights():
    """Why the Hessian has to see the batch's statistics: along the weights the loss is flat."""
    classifier, parameters = built("resnet")
    scaled = jax.tree.map(np.copy, parameters)
    for layer in scaled["convolutions"]:
        layer["w"] *= 100  # large against the ε under the root
    larger = jax.tree.map(np.copy, scaled)
    for layer in larger["convolutions"]:
        layer["w"] *= 3
    assert np.allclose(
        classifier.apply(larger, X)[0], classifier.apply(scaled, X)[0], rtol=1e-3, atol=1e-4
    )


def test_given_statistics_an_image_does_not_depend_on_the_others():
    classifier, parameters = built("resnet")
    logits, statistics = classifier.apply(parameters, X)
    assert len(statistics) == len(parameters["convolutions"])
    again, _ = classifier.apply(parameters, X[:2], statistics)
    assert np.allclose(again, logits[:2], atol=1e-5)
    alone, _ = classifier.apply(parameters, X[:2])
    assert not np.allclose(alone, logits[:2], atol=1e-3)


@pytest.mark.parametrize("given", [False, True])
def test_the_scanned_network_of_patches_is_the_loop_of_convolutions(given):
    """The second way is written out: XLA's convolution, every block in a Python loop."""
    classifier = ARCHITECTURES["resnet"].build(SHAPE, channels=[3, 5], blocks=3)
    parameters = classifier.initialise(np.random.default_rng(3))
    rng = np.random.default_rng(4)
    for layer in parameters["convolutions"]:
        layer["scale"] += rng.normal(size=layer["scale"].shape).astype(np.float32) / 4
        layer["shift"] += rng.normal(size=layer["shift"].shape).astype(np.float32) / 4
    known = classifier.apply(parameters, X + 0.5 * X**2)[1] if given else None

    def loop(parameters, x):
        used = []

        def layer(x, stride=1):
            own = parameters["convolutions"][len(used)]
            x = jax.lax.conv_general_dilated(
                x, own["w"], (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            used.append(known[len(used)] if given else (x.mean((0, 1, 2)), x.var((0, 1, 2))))
            mean, variance = used[-1]
            return (x - mean) / jnp.sqrt(variance + 1e-5) * own["scale"] + own["shift"]

        x = jax.nn.relu(layer(x))
        for width, strides in ((3, (1, 1, 1)), (5, (2, 1, 1))):
            for stride in strides:
                shortcut = x[:, ::stride, ::stride]
                more = width - shortcut.shape[-1]
                shortcut = jnp.pad(shortcut, ((0, 0), (0, 0), (0, 0), (0, more)))
                x = jax.nn.relu(layer(jax.nn.relu(layer(x, stride))) + shortcut)
        return x.mean((1, 2)) @ parameters["w"] + parameters["b"], used

    def loss(apply):
        return lambda parameters: cross_entropy(apply(parameters)[0], Y)

    ours, theirs = (lambda w: classifier.apply(w, X, known)), (lambda w: loop(w, X))
    for mine, other in zip(
        jax.tree.leaves((ours(parameters), jax.grad(loss(ours))(parameters))),
        jax.tree.leaves((theirs(parameters), jax.grad(loss(theirs))(parameters))),
        strict=True,
    ):
        assert np.allclose(mine, other, rtol=1e-3, atol=1e-5)


def test_a_block_without_weights_is_its_shortcut():
    """Scales of zero leave only shortcuts: every second pixel, added channels, then the mean."""
    classifier, parameters = built("resnet")
    for layer in parameters["convolutions"][1:]:
        layer["scale"] *= 0
    first = parameters["convolutions"][0]["w"]
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    y = np.einsum("nhwcij,ijco->nhwo", windows, first)
    y = np.maximum((y - y.mean((0, 1, 2))) / np.sqrt(y.var((0, 1, 2)) + 1e-5), 0)
    pooled = np.pad(y[:, ::2, ::2].mean((1, 2)), ((0, 0), (0, 3)))
    expected = pooled @ parameters["w"] + parameters["b"]
    assert np.allclose(classifier.apply(parameters, X)[0], expected, atol=1e-4)
