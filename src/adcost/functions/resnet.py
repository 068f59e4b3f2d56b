r"""The residual network of He, Zhang, Ren & Sun (2016, *CVPR*), §4.2, for small images.

A 3 × 3 convolution, then stages of residual blocks of two 3 × 3 convolutions each, with batch
normalisation (Ioffe & Szegedy 2015) after every convolution; every stage but the first begins by
halving the image; then the mean over the image, and a linear layer. Shortcuts hold no parameters:
where the shape changes, every second pixel is taken and zero channels are added (their option A).
Channels 16-32-64 with five blocks a stage are ResNet-32, of 6·5 + 2 layers with weights.

The blocks are a Python loop: on XLA's CPU backend a convolution inside `lax.scan` runs about eight
times slower than the same one outside.
"""

from collections.abc import Sequence

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
        used: list[tuple[jax.Array, jax.Array]] = []

        def convolve(x: jax.Array, stride: int = 1) -> jax.Array:
            layer = parameters["convolutions"][len(used)]
            x = jax.lax.conv_general_dilated(
                x, layer["w"], (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            if statistics is None:
                used.append((jnp.mean(x, (0, 1, 2)), jnp.var(x, (0, 1, 2))))
            else:
                used.append(statistics[len(used)])
            mean, variance = used[-1]
            return (x - mean) * (layer["scale"] / jnp.sqrt(variance + EPSILON)) + layer["shift"]

        x = jax.nn.relu(convolve(x))
        for stage, width in enumerate(channels):
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                inner = jax.nn.relu(convolve(x, stride))
                x = jax.nn.relu(convolve(inner) + _shortcut(x, width, stride))
        x = jnp.mean(x, (1, 2))
        return x @ parameters["w"] + parameters["b"], tuple(used)

    return Classifier(initialise, apply)


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
