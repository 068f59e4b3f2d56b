"""Train a network from one checkpoint to the next.

Rows of ``measurements`` have ``point, network, epoch, probe, method, quantity, index, value``:
``loss`` of every step (index: the step, from 1, over the whole training), and at the checkpoint
``training_loss``, ``training_accuracy``, ``test_accuracy`` (shares of images), ``test_images`` and
the number of ``parameters``.
"""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import pandas as pd

from adcost import seeds
from adcost.derivatives import training
from adcost.experiments.spectrum import network
from adcost.experiments.spectrum.rows import Rows
from adcost.functions.classifiers import Classifier, accuracy, cross_entropy
from adcost.functions.images import Images


def prepare(
    point: str,
    parameters: Mapping[str, Any],
    seed: int,
    needs: Mapping[str, Mapping[str, np.ndarray]],
) -> tuple[dict[str, pd.DataFrame], dict[str, np.ndarray]]:
    """The table of one part of training, and the parameters and momentum (p,) after it."""
    name, epoch = parameters["network"], parameters["epoch"]
    classifier, data = network.load(parameters)
    like = network.initial(classifier, name, seed)
    state, first, losses = training.begin(like), 0, np.array([])
    for before in needs.values():
        state = training.State(
            network.unflatten(before["parameters"], like),
            network.unflatten(before["momentum"], like),
            int(before["step"]),
        )
        first = int(before["epoch"])
    if epoch > first:
        state, losses = _train(classifier, data, state, range(first, epoch), parameters, seed)
    table = _table(point, classifier, data, state, losses, parameters)
    arrays = {
        "parameters": network.flatten(state.parameters),
        "momentum": network.flatten(state.momentum),
        "step": np.array(state.step),
        "epoch": np.array(epoch),
    }
    return {"measurements": table}, arrays


def _train(
    classifier: Classifier,
    data: Images,
    state: training.State,
    epochs: range,
    parameters: Mapping[str, Any],
    seed: int,
) -> tuple[training.State, np.ndarray]:
    name, options = parameters["network"], parameters["training"]
    try:
        return training.train(
            lambda w, x, y: cross_entropy(classifier.apply(w, x)[0], y),
            state,
            data.train_x,
            data.train_y,
            epochs=epochs,
            all_epochs=options["epochs"],
            batch=options["batch"],
            rate=options["rate"],
            momentum=options["momentum"],
            order=lambda epoch: seeds.generator(seed, "spectrum", name, "epoch", epoch),
        )
    except training.Diverged as error:
        key = f"spectrum.networks.{name}.training.rate"
        raise training.Diverged(f"{error}. Lower {key}, which is {options['rate']}.") from None


def _table(
    point: str,
    classifier: Classifier,
    data: Images,
    state: training.State,
    losses: np.ndarray,
    parameters: Mapping[str, Any],
) -> pd.DataFrame:
    # The test images are normalised by the statistics of all training images.
    logits, statistics = jax.jit(classifier.apply)(state.parameters, data.train_x)
    test = jax.jit(classifier.apply)(state.parameters, data.test_x, statistics)[0]
    rows = Rows(point, parameters["network"], parameters["epoch"])
    rows.add("training", "loss", losses, first=state.step - len(losses) + 1)
    rows.add("training", "training_loss", [float(cross_entropy(logits, data.train_y))])
    rows.add("training", "training_accuracy", [accuracy(logits, data.train_y)])
    rows.add("training", "test_accuracy", [accuracy(test, data.test_y)])
    rows.add("training", "test_images", [len(data.test_y)])
    rows.add("training", "parameters", [len(network.flatten(state.parameters))])
    return rows.table()
