"""The platforms that JAX sees, and the one that a program is compiled for and runs on.

Where the configuration says ``platform: cuda``, a job sees the GPU and the CPU beside it. What is
timed, and whatever says nothing else, runs on the GPU. What reports to the host while it runs
(``jax.experimental.io_callback`` puts its operands on a device of the CPU) and what is only
compiled, never run, is given to the CPU by :func:`on_cpu`.
"""

from contextlib import AbstractContextManager
from typing import Any

import jax

VISIBLE = {"cpu": "cpu", "cuda": "cuda,cpu"}
"""What ``JAX_PLATFORMS`` lists, by the configuration's ``platform``; JAX computes on the first."""


def current() -> str:
    """The platform of a program whose arguments are committed to no device: ``cpu`` or ``gpu``."""
    device = jax.config.values["jax_default_device"]
    return getattr(device, "platform", device) or jax.default_backend()


def on_cpu() -> AbstractContextManager[Any]:
    """Within the block, arrays are made and programs compiled and run on the CPU.

    Arguments that are committed to another device take their program there all the same. Raises
    ``RuntimeError`` where JAX sees no CPU, as under ``JAX_PLATFORMS=cuda``.
    """
    return jax.default_device(jax.devices("cpu")[0])
