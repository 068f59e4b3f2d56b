"""The networks whose Hessians are measured, untrained and trained, and the table's rows."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import optax
import pandas as pd
from jax.flatten_util import ravel_pytree

from adcost import seeds
from adcost.derivatives.hvp import Scalar
from adcost.derivatives.training import descend
from adcost.functions.classifiers import ARCHITECTURES, Classifier, Shape, accuracy, batch_loss
from adcost.functions.images import DATASETS, Images

COLUMNS = ("method", "probes", "repeat", "quantity", "value")

Row = tuple[str, int, int, str, float]


def table(point: str, matrix: str, state: str, size: int, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows with the labels of what they are of."""
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    labels = {"point": point, "matrix": matrix, "state": state, "size": size}
    for position, (name, label) in enumerate(labels.items()):
        table.insert(position, name, label)
    return table


@cache
def _images(dataset: str) -> Images:
    return DATASETS[dataset].load()


def classifier_of(dataset: str, hidden: Sequence[int]) -> tuple[Images, Classifier]:
    """A set of images and the perceptron for it."""
    data = DATASETS[dataset]
    shape = Shape(data.height, data.width, data.channels, data.classes)
    return _images(dataset), ARCHITECTURES["mlp"].build(shape, hidden=hidden)


def network(
    matrix: str, state: str, parameters: Mapping[str, Any], seed: int
) -> tuple[jax.Array, Scalar, list[Row]]:
    """The flat parameters in a state, the loss of some images as a function of them, and rows."""
    data, classifier = classifier_of(parameters["dataset"], parameters["hidden"])
    # Both states and the timed point begin from the same parameters.
    drawn = classifier.initialise(seeds.generator(seed, "hutchinson", matrix, "parameters"))
    x, unflatten = ravel_pytree(jax.tree.map(jnp.asarray, drawn))
    x = x.astype(float)

    def loss_on(count: int) -> Scalar:
        loss = batch_loss(classifier, data.train_x[:count].astype(float), data.train_y[:count])
        return lambda x: loss(unflatten(x))

    if state == "trained":
        training = parameters["training"]
        whole, adam = loss_on(len(data.train_y)), optax.adam(training["rate"])
        x = jax.jit(lambda x: descend(whole, x, adam, training["steps"])[0])(x)
    loss = loss_on(parameters["images"])
    logits = classifier.apply(unflatten(x), data.test_x.astype(float))[0]
    reached = {
        "loss": float(loss(x)),
        "accuracy": accuracy(logits, data.test_y),
    }
    return x, loss, [("network", 0, 0, name, value) for name, value in reached.items()]
