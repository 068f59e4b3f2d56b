r"""One gradient step in a fresh process: its peak of resident memory beside what the compiler said.

Predicted are the compiled program's temporaries and its results: what a step takes beyond what is
there before it. Measured is, on the CPU, how far the peak of resident memory (VmHWM) rises above
the resident memory before the step. The peak is set back after set-up and compilation (Linux's
``/proc/self/clear_refs``), and a smaller model is run before, so that the pages of libraries that
first use brings in are not charged to the step. On a GPU it is how far the peak of JAX's allocator
lies above what is in use before.

Two settings on the CPU. ``default``: XLA hands products, together with what surrounds them, to the
library YNNPACK, and several threads each put the operands of batched products in order; both take
memory of their own, of which the compiler's account knows nothing. ``bare``: all code is the
compiler's, on one thread. On a GPU libraries work in buffers of the program, so there is one
setting, ``gpu``, which tells in the tables where the steps ran.

Rows of ``measurements``: the policy as method, one of :data:`SETTINGS` as setting, the batch as
size; for each repeat ``predicted_bytes`` and ``peak_bytes``. The latter are of real processes, so
the last digits differ from run to run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import adcost
from adcost import platforms, seeds
from adcost.functions.gpt2_sizes import Size
from adcost.results.rows import Rows

DTYPE = "float32"

SETTINGS = {
    "cpu": {"default": "", "bare": "--xla_cpu_experimental_ynn_fusion_type="},
    "gpu": {"gpu": "--xla_gpu_autotune_level=0"},
}
"""Flags of XLA by platform and setting. An empty list of what may go to the CPU's library leaves
nothing to it. Trying kernels on a GPU would take memory while compiling, and the peak of its
allocator cannot be set back."""

WARM = {"size": asdict(Size(1, 64, 1, 256)), "sequence": 64, "batch": 1}


class NoPeak(RuntimeError):
    """The system does not say how much memory a process held at its peak."""


def compare(rows: Rows, size: Size, parameters: Mapping[str, Any], seed: int, point: str) -> None:
    """Rows of a point: one fresh process a setting and repeat."""
    for setting, flags in SETTINGS[platforms.current()].items():
        for repeat in range(parameters["repeats"]):
            asked = {
                "size": asdict(size),
                **{key: parameters[key] for key in ("sequence", "batch", "policy")},
                "seed": seeds.number(seed, "transformer_memory", point, repeat),
                "one_thread": setting == "bare",
            }
            found = _fresh(asked, flags)
            rows.add(parameters["policy"], setting, parameters["batch"], **found)


def _fresh(asked: Mapping[str, Any], flags: str) -> dict[str, float]:
    """What ``_step`` returns in a process of its own, which sees this package."""
    path = [str(Path(adcost.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}
    environment["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip()
    command = [sys.executable, "-m", __name__, json.dumps(asked)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPeak(f"one step of {asked} failed in its own process:\n{done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def _step(asked: Mapping[str, Any]) -> dict[str, float]:
    """Compile one gradient, reset the peak, run it once."""
    if asked["one_thread"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before JAX makes its threads
    import jax

    from adcost.costs.memory import compiled_bytes

    _compiled({**asked, **WARM})()
    compiled, run = _compiled(asked, with_program=True)
    before = _reset(jax.devices()[0])
    run()
    peak = _peak(jax.devices()[0])
    held = compiled_bytes(compiled)
    return {
        "predicted_bytes": held.temporaries + held.outputs,
        "peak_bytes": peak - before,
    }


def _compiled(asked: Mapping[str, Any], *, with_program: bool = False) -> Any:
    import jax
    import jax.numpy as jnp
    import numpy as np

    from adcost.experiments.transformer_memory.program import Setting, whole
    from adcost.functions import transformer

    size = Size(**asked["size"])
    setting = Setting(size, asked["sequence"], asked["batch"], asked["policy"], "ordinary", DTYPE)
    rng = np.random.default_rng(asked["seed"])
    gradient, (shapes, tokens) = whole(setting)
    parameters = transformer.initialise(rng, shapes)
    drawn = jnp.asarray(rng.integers(0, size.vocabulary, tokens.shape), tokens.dtype)
    compiled = jax.jit(gradient).lower(parameters, drawn).compile()
    jax.block_until_ready((parameters, drawn))

    def run() -> None:
        jax.block_until_ready(compiled(parameters, drawn))

    return (compiled, run) if with_program else run


def _reset(device: Any) -> int:
    """Set the peak back, where that can be, and return the bytes held now."""
    if stats := device.memory_stats():
        return stats["bytes_in_use"]
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError as error:
        raise NoPeak("the peak of resident memory can be set back on Linux only") from error
    return _status("VmRSS")


def _peak(device: Any) -> int:
    if stats := device.memory_stats():
        return stats["peak_bytes_in_use"]
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(_step(json.loads(sys.argv[1]))))
