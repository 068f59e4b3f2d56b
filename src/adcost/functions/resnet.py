r"""The residual network of He, Zhang, Ren & Sun (2016, *CVPR*), §4.2, for small images.

A 3 × 3 convolution, then stages of residual blocks of two 3 × 3 convolutions each, with batch
normalisation (Ioffe & Szegedy 2015) after every convolution; every stage but the first begins by
halving the image; then the mean over the image, and a linear layer. Shortcuts hold no parameters:
where the shape changes, every second pixel is taken and zero channels are added (their option A).
Channels 16-32-64 with five blocks a stage are ResNet-32, of 6·5 + 2 layers with weights.

A convolution is the product of the image's 3 × 3 patches with the weights, and the blocks of a
stage that are alike are one scan: on XLA's CPU backend a convolution inside `lax.scan` runs about
eight times slower than the same one outside.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.functions.classifiers import Classifier, Parameters, Statistics

EPSILON = 1e-5
"""Added to every variance, as usual."""


def resnet(inputs: int, classes: int, channels: Sequence[int], blocks: int) -> Classifier:
    """A residual network for images of ``inputs`` channels; see the module.

    Convolutions' weights from N(0, 2/fan-in) (He et al. 2015, *ICCV*, §2.2), scales one, shifts
    zero; the linear layer's from N(0, 1/fan-in), its biases zero. No weight decay is assumed.
    """
    plan = [(inputs, channels[0])]
    for stage, width in enumerate(channels):
        before = channels[max(stage - 1, 0)]
        plan += [(before, width), *[(width, width)] * (2 * blocks - 1)]

    def initialise(rng: np.random.Generator) -> Parameters:
        layers = [_convolution(rng, n, m) for n, m in plan]
        last = channels[-1]
        w = (rng.standard_normal((last, classes)) / np.sqrt(last)).astype(np.float32)
        return {"convolutions": layers, "w": w, "b": np.zeros(classes, np.float32)}

    def apply(
        parameters: Parameters, x: jax.Array, statistics: Statistics = None
    ) -> tuple[jax.Array, Statistics]:
        layers = iter(parameters["convolutions"])
        given = iter(statistics or [None] * len(plan))
        used: list[tuple[jax.Array, jax.Array]] = []

        def layer(x: jax.Array, stride: int = 1) -> jax.Array:
            x, moments = _normalised(x, next(layers), next(given), stride)
            used.append(moments)
            return x

        x = jax.nn.relu(layer(x))
        for stage, width in enumerate(channels):
            stride = 2 if stage > 0 else 1
            inner = jax.nn.relu(layer(x, stride))
            x = jax.nn.relu(layer(inner) + _shortcut(x, width, stride))
            if blocks > 1:
                rest = [next(layers) for _ in range(2 * (blocks - 1))]
                known = [next(given) for _ in rest]
                x, moments = _equal_blocks(x, rest, known)
                used += moments
        x = jnp.mean(x, (1, 2))
        return x @ parameters["w"] + parameters["b"], tuple(used)

    return Classifier(initialise, apply)


def _equal_blocks(
    x: jax.Array, layers: list[dict[str, jax.Array]], statistics: list[Any]
) -> tuple[jax.Array, list[tuple[jax.Array, jax.Array]]]:
    """Blocks that keep the shape, as one scan: compiled once. Returns each layer's moments too."""

    def block(x: jax.Array, two: Any) -> tuple[jax.Array, Any]:
        (first, second), (m, n) = two
        inner, before = _normalised(x, first, m, 1)
        outer, after = _normalised(jax.nn.relu(inner), second, n, 1)
        return jax.nn.relu(outer + x), (before, after)

    stack = partial(jax.tree.map, lambda *parts: jnp.stack(parts))
    pairs = [stack(*part[start::2]) for part in (layers, statistics) for start in (0, 1)]
    x, moments = jax.lax.scan(block, x, (tuple(pairs[:2]), tuple(pairs[2:])))
    each = range(len(layers) // 2)
    return x, [jax.tree.map(lambda m, i=i: m[i], one) for i in each for one in moments]


def _normalised(
    x: jax.Array, layer: Mapping[str, jax.Array], statistics: Any, stride: int
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    """Convolution and batch normalisation of (n, h, w, c); and the mean and variance used."""
    x = _convolve(x, layer["w"], stride)
    if statistics is None:
        statistics = jnp.mean(x, (0, 1, 2)), jnp.var(x, (0, 1, 2))
    mean, variance = statistics
    x = (x - mean) * (layer["scale"] / jnp.sqrt(variance + EPSILON)) + layer["shift"]
    return x, statistics


def _convolve(x: jax.Array, w: jax.Array, stride: int) -> jax.Array:
    """The 3 × 3 convolution with zeros around the image, (n, h, w, c) by (3, 3, c, m)."""
    n, height, width, channels = x.shape
    rows, above = _padding(height, stride)
    columns, left = _padding(width, stride)
    x = jnp.pad(x, ((0, 0), above, left, (0, 0)))
    patches = [
        x[:, i : i + (rows - 1) * stride + 1 : stride, j : j + (columns - 1) * stride + 1 : stride]
        for i in range(3)
        for j in range(3)
    ]
    product = jnp.concatenate(patches, axis=-1).reshape(-1, 9 * channels) @ w.reshape(
        9 * channels, -1
    )
    return product.reshape(n, rows, columns, -1)


def _padding(length: int, stride: int) -> tuple[int, tuple[int, int]]:
    """The output's length, and the zeros before and after: XLA's and TensorFlow's "SAME"."""
    out = -(-length // stride)
    zeros = max((out - 1) * stride + 3 - length, 0)
    return out, (zeros // 2, zeros - zeros // 2)


def _convolution(rng: np.random.Generator, inputs: int, outputs: int) -> dict[str, np.ndarray]:
    w = rng.standard_normal((3, 3, inputs, outputs)) * np.sqrt(2 / (9 * inputs))
    return {
        "w": w.astype(np.float32),
        "scale": np.ones(outputs, np.float32),
        "shift": np.zeros(outputs, np.float32),
    }


def _shortcut(x: jax.Array, width: int, stride: int) -> jax.Array:
    x = x[:, ::stride, ::stride, :]
    return jnp.pad(x, ((0, 0), (0, 0), (0, 0), (0, width - x.shape[-1])))
