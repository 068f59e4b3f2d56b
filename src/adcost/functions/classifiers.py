r"""Classifiers of images by the name that the configuration uses, and their loss.

A classifier is one entry of :data:`ARCHITECTURES`: the function that builds it, and how many
parameters it has as a formula, so that a plan can refuse what does not fit without importing JAX
(which this module imports inside its functions for the same reason).

A built :class:`Classifier` is a pure function of its parameters and its images. Batch
normalisation keeps no running averages: ``apply`` normalises by the statistics of the images it
is given, and returns them; given statistics it normalises by those.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """``build(shape, **options)``, ``parameters(shape, **options)``, their number, and
    ``activations(shape, **options)``: the numbers that the products of its layers take and give for
    an image, of all layers together and of the largest."""

    build: Callable[..., Classifier]
    parameters: Callable[..., int]
    activations: Callable[..., tuple[int, int]]


# --- a multilayer perceptron ------------------------------------------------------------------


def mlp(shape: Shape, hidden: Sequence[int] = (32,)) -> Classifier:
    """tanh layers with biases of the sizes ``hidden``, then a linear one.

    tanh, so that the loss is twice differentiable everywhere. Weights from N(0, 1/fan-in) (LeCun
    et al. 1998, *Efficient BackProp*, §4.6), biases zero.
    """
    import jax.numpy as jnp
    import numpy as np

    def initialise(rng: "np.random.Generator") -> Parameters:
        return [
            {
                "w": (rng.standard_normal((n, m)) / np.sqrt(n)).astype(np.float32),
                "b": np.zeros(m, np.float32),
            }
            for n, m in _mlp_sizes(shape, hidden)
        ]

    def apply(
        parameters: Parameters, x: "jax.Array", statistics: Statistics = None
    ) -> tuple["jax.Array", Statistics]:
        x = x.reshape(x.shape[0], -1)
        for layer in parameters[:-1]:
            x = jnp.tanh(x @ layer["w"] + layer["b"])
        return x @ parameters[-1]["w"] + parameters[-1]["b"], ()

    return Classifier(initialise, apply)


def _mlp_sizes(shape: Shape, hidden: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Inputs and outputs of each layer."""
    inputs = shape.height * shape.width * shape.channels
    return itertools.pairwise([inputs, *hidden, shape.classes])


def _mlp_parameters(shape: Shape, hidden: Sequence[int] = (32,)) -> int:
    return sum((n + 1) * m for n, m in _mlp_sizes(shape, hidden))


def _mlp_activations(shape: Shape, hidden: Sequence[int] = (32,)) -> tuple[int, int]:
    layers = [n + m for n, m in _mlp_sizes(shape, hidden)]
    return sum(layers), max(layers)


# --- a residual network -----------------------------------------------------------------------


def _resnet(shape: Shape, channels: Sequence[int] = (16, 32, 64), blocks: int = 5) -> Classifier:
    from adcost.functions.resnet import resnet

    return resnet(shape.channels, shape.classes, channels, blocks)


def _resnet_parameters(
    shape: Shape, channels: Sequence[int] = (16, 32, 64), blocks: int = 5
) -> int:
    # And the normalisation's scale and shift.
    convolutions = (
        times * (9 * inputs + 2) * outputs
        for inputs, outputs, _, times in _resnet_convolutions(shape, channels, blocks)
    )
    return sum(convolutions) + (channels[-1] + 1) * shape.classes


def _resnet_activations(
    shape: Shape, channels: Sequence[int] = (16, 32, 64), blocks: int = 5
) -> tuple[int, int]:
    # Each pixel of the output is computed from a patch of 3 × 3.
    layers = [
        (pixels * (9 * inputs + outputs), times)
        for inputs, outputs, pixels, times in _resnet_convolutions(shape, channels, blocks)
    ]
    return sum(size * times for size, times in layers), max(size for size, _ in layers)


def _resnet_convolutions(
    shape: Shape, channels: Sequence[int], blocks: int
) -> Iterator[tuple[int, int, int, int]]:
    """Channels in and out and pixels of the convolutions, and how many there are of each kind."""
    height, width, last = shape.height, shape.width, channels[0]
    yield shape.channels, last, height * width, 1
    for stage, outputs in enumerate(channels):
        if stage > 0:
            height, width = -(-height // 2), -(-width // 2)
        yield last, outputs, height * width, 1
        yield outputs, outputs, height * width, 2 * blocks - 1
        last = outputs


ARCHITECTURES: Mapping[str, Architecture] = {
    "mlp": Architecture(mlp, _mlp_parameters, _mlp_activations),
    "resnet": Architecture(_resnet, _resnet_parameters, _resnet_activations),
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
