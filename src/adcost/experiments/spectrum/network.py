"""The configured network, its images, and its loss as a function of one vector."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
from jax.flatten_util import ravel_pytree

from adcost import seeds
from adcost.functions.classifiers import ARCHITECTURES, Classifier, Shape, batch_loss
from adcost.functions.images import DATASETS, Images


def load(parameters: Mapping[str, Any]) -> tuple[Classifier, Images]:
    """The classifier and its images, by their names in the configuration."""
    data = DATASETS[parameters["dataset"]]
    shape = Shape(data.height, data.width, data.channels, data.classes)
    build = ARCHITECTURES[parameters["architecture"]].build
    return build(shape, **parameters["options"]), data.load()


def initial(classifier: Classifier, name: str, seed: int) -> Any:
    """The parameters before training, float32, drawn by the network's name."""
    return classifier.initialise(seeds.generator(seed, "spectrum", name, "initial"))


def flatten(tree: Any) -> np.ndarray:
    """A pytree's numbers as one vector (p,)."""
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(tree)])


def unflatten(vector: np.ndarray, like: Any) -> Any:
    """The pytree with ``like``'s structure whose numbers are ``vector``."""
    back: Callable[[Any], Any] = ravel_pytree(like)[1]
    return jax.tree.map(np.asarray, back(vector))


def loss_of_vector(
    classifier: Classifier, data: Images, like: Any, name: str, images: int, seed: int, dtype: str
) -> Callable[[jax.Array], jax.Array]:
    """The loss on ``images`` of the training images, of the flat parameters (p,).

    Which images is drawn by the network's name, so all checkpoints and probes see the same ones.
    """
    rng = seeds.generator(seed, "spectrum", name, "images")
    chosen = np.sort(rng.permutation(len(data.train_x))[:images])
    loss = batch_loss(classifier, data.train_x[chosen].astype(dtype), data.train_y[chosen])
    restore = ravel_pytree(jax.tree.map(lambda leaf: leaf.astype(dtype), like))[1]
    return lambda vector: loss(restore(vector))
