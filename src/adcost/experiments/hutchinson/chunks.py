"""Time Hutchinson's estimator in chunks of several sizes, and choose one: the point ``chunks``."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax.flatten_util import ravel_pytree
from matfree import stochtrace

from adcost import seeds
from adcost.costs.chunk import within
from adcost.costs.timing import compile_programs, time_as_configured
from adcost.derivatives.hvp import Scalar, hvp
from adcost.experiments.hutchinson.networks import Row, classifier_of, table
from adcost.functions.classifiers import batch_loss
from adcost.matrix_free import trace


def measure_chunks(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """Seconds of one estimate in chunks, of one compiled product, and of matfree's estimate."""
    timing, probes = parameters["timing"], parameters["probes"]
    tables, timings = [], []
    for network, described in parameters["networks"].items():
        rng = seeds.generator(seed, "hutchinson", network, "parameters")
        loss, x = single_precision(parameters["dataset"], described, rng)
        key = seeds.key(seed, "hutchinson", point, network)

        fitting, held = within(
            partial(estimator, loss, probes),
            (x, key),
            parameters["sizes"],
            parameters["memory_mb"] * 2**20,
        )
        programs: dict[str, Callable[[], Any]] = {
            f"{network}/{chunk}": program for chunk, program in fitting.items()
        }
        v = trace.rademacher(key, x.size, x.dtype)
        programs |= compile_programs(
            {
                f"{network}/product": (lambda x, v, f=loss: hvp(f, x, v), (x, v)),
                f"{network}/matfree": (matfree_estimator(loss, x, probes), (x, key)),
            }
        )
        order = seeds.generator(seed, "hutchinson", point, network, "order")
        timings.append(time_as_configured(programs, timing, point=point, rng=order))
        rows: list[Row] = [
            (str(chunk), probes, 0, "temporary_bytes", size) for chunk, size in held.items()
        ]
        tables.append(table(point, network, "initial", x.size, rows))
    return {
        "measurements": pd.concat(tables, ignore_index=True),
        "timings": pd.concat(timings, ignore_index=True),
    }


def single_precision(
    dataset: str, network: Mapping[str, Any], rng: np.random.Generator
) -> tuple[Scalar, jax.Array]:
    """An untrained network's loss on its images as a function of float32 parameters, and these."""
    data, classifier = classifier_of(dataset, network["hidden"])
    x, unflatten = ravel_pytree(jax.tree.map(jnp.asarray, classifier.initialise(rng)))
    images = network["images"]
    loss = batch_loss(classifier, data.train_x[:images], data.train_y[:images])
    return lambda x: loss(unflatten(x)), x


def estimator(loss: Scalar, probes: int, chunk: int) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """Hutchinson's estimate for the Hessian of ``loss``, as a function of a point and a key."""

    def estimate(x: jax.Array, key: jax.Array) -> jax.Array:
        product = jax.linearize(jax.grad(loss), x)[1]
        return trace.hutchinson(
            product, "rademacher", key, probes, x.size, chunk=chunk, dtype=x.dtype
        )

    return estimate


def matfree_estimator(
    loss: Scalar, x: jax.Array, probes: int
) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """The same by matfree's Monte Carlo estimator, which takes all probes at once."""
    monte_carlo = stochtrace.estimator_monte_carlo(
        stochtrace.monte_carlo_trace(), stochtrace.sampler_signs(x, num=probes)
    )
    return lambda x, key: monte_carlo(jax.linearize(jax.grad(loss), x)[1], key)
