r"""Classifiers of images by the name that the configuration uses, and their loss.

A classifier is one entry of :data:`ARCHITECTURES`: the function that builds it, and how many
parameters it has as a formula, so that a plan can refuse what does not fit without importing JAX
(which this module imports inside its functions for the same reason).

A built :class:`Classifier` is a pure function of its parameters and its images. Batch
normalisation keeps no running averages: ``apply`` normalises by the statistics of the images it
is given, and returns them; given statistics it normalises by those.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jax
    import numpy as np
    from jax.typing import ArrayLike

Parameters = Any
"""A pytree of arrays."""

Statistics = Any
"""A pytree of the means and variances of every normalisation; ``()`` where there is none."""


@dataclass(frozen=True)
class Classifier:
    """``initialise(rng)`` draws parameters (float32 NumPy arrays); ``apply(parameters, x,
    statistics=None)`` takes images (n, height, width, channels) and gives logits (n, classes) and
    the statistics used."""

    initialise: Callable[["np.random.Generator"], Parameters]
    apply: Callable[..., tuple["jax.Array", Statistics]]


@dataclass(frozen=True)
class Shape:
    """What a classifier must fit: the images' height, width and channels, and the classes."""

    height: int
    width: int
    channels: int
    classes: int


@dataclass(frozen=True)
class Architecture:
    """``build(shape, **options)`` and ``parameters(shape, **options)``, their number."""

    build: Callable[..., Classifier]
    parameters: Callable[..., int]


# --- a multilayer perceptron ------------------------------------------------------------------


def mlp(shape: Shape, hidden: Sequence[int] = (32,)) -> Classifier:
    """tanh layers with biases of the sizes ``hidden``, then a linear one.

    tanh, so that the loss is twice differentiable everywhere. Weights from N(0, 1/fan-in) (LeCun
    et al. 1998, *Efficient BackProp*, §4.6), biases zero.
    """
    import jax.numpy as jnp
    import numpy as np

    sizes = [shape.height * shape.width * shape.channels, *hidden, shape.classes]

    def initialise(rng: "np.random.Generator") -> Parameters:
        return [
            {
                "w": (rng.standard_normal((n, m)) / np.sqrt(n)).astype(np.float32),
                "b": np.zeros(m, np.float32),
            }
            for n, m in itertools.pairwise(sizes)
        ]

    def apply(
        parameters: Parameters, x: "jax.Array", statistics: Statistics = None
    ) -> tuple["jax.Array", Statistics]:
        x = x.reshape(x.shape[0], -1)
        for layer in parameters[:-1]:
            x = jnp.tanh(x @ layer["w"] + layer["b"])
        return x @ parameters[-1]["w"] + parameters[-1]["b"], ()

    return Classifier(initialise, apply)


def _mlp_parameters(shape: Shape, hidden: Sequence[int] = (32,)) -> int:
    sizes = [shape.height * shape.width * shape.channels, *hidden, shape.classes]
    return sum((n + 1) * m for n, m in itertools.pairwise(sizes))


# --- a residual network -----------------------------------------------------------------------


def _resnet(shape: Shape, channels: Sequence[int] = (16, 32, 64), blocks: int = 5) -> Classifier:
    from adcost.functions.resnet import resnet

    return resnet(shape.channels, shape.classes, channels, blocks)


def _resnet_parameters(
    shape: Shape, channels: Sequence[int] = (16, 32, 64), blocks: int = 5
) -> int:
    def convolution(inputs: int, outputs: int) -> int:
        return 9 * inputs * outputs + 2 * outputs  # and the normalisation's scale and shift

    total, last = convolution(shape.channels, channels[0]), channels[0]
    for width in channels:
        total += convolution(last, width) + (2 * blocks - 1) * convolution(width, width)
        last = width
    return total + (last + 1) * shape.classes


ARCHITECTURES: Mapping[str, Architecture] = {
    "mlp": Architecture(mlp, _mlp_parameters),
    "resnet": Architecture(_resnet, _resnet_parameters),
}
"""Every classifier by the name that the configuration uses."""


# --- the loss ---------------------------------------------------------------------------------


def cross_entropy(logits: "ArrayLike", labels: "ArrayLike") -> "jax.Array":
    """The mean over n images of −log softmax(logits)[label]: (n, classes), (n,) → scalar."""
    import jax
    import jax.numpy as jnp

    log_p = jax.nn.log_softmax(logits)
    return -jnp.mean(jnp.take_along_axis(log_p, jnp.asarray(labels)[:, None], axis=1))


def batch_loss(
    classifier: Classifier, x: "np.ndarray", y: "np.ndarray"
) -> Callable[[Parameters], "jax.Array"]:
    """The mean cross-entropy on the images ``x`` (n, …) with labels ``y`` (n,), of the parameters.

    Normalisation uses these images' own statistics, which depend on the parameters, and is
    differentiated through: this is the function that training descends.
    """

    def loss(parameters: Parameters) -> "jax.Array":
        return cross_entropy(classifier.apply(parameters, x)[0], y)

    return loss


def accuracy(logits: "ArrayLike", labels: "ArrayLike") -> float:
    """The share of images whose largest logit is the label's."""
    import jax.numpy as jnp

    return float(jnp.mean(jnp.argmax(logits, axis=1) == labels))
