"""Where programs go that a GPU is not for; a patched `jax.default_backend` stands in for one."""

import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from adcost import platforms
from adcost.costs import calls
from adcost.experiments.checkpointing import measure as checkpointing
from adcost.experiments.finite_differences import measure as finite_differences
from adcost.experiments.gradient import measure as gradient
from adcost.experiments.transformer_memory import program
from adcost.experiments.zero_order import measure as zero_order
from adcost.functions.gpt2_sizes import Size

SRC = str(Path(platforms.__file__).parents[1])


@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")


def test_the_platform_is_jaxs_own_or_that_of_the_default_device(gpu):
    assert platforms.current() == "gpu"
    with platforms.on_cpu():
        assert platforms.current() == "cpu"
    with jax.default_device("cpu"):
        assert platforms.current() == "cpu"
    assert platforms.current() == "gpu"


# The second of two devices stands in for the GPU.
TWO_DEVICES = f"""
import sys
sys.path.insert(0, {SRC!r})
import jax, jax.numpy as jnp
from adcost import platforms
from adcost.costs.calls import counted
cpu, other = jax.devices()
jax.config.update("jax_default_device", other)
x = jnp.ones(3)
assert x.devices() == {{other}}
f, so_far = counted(lambda x: jnp.sum(x * x))
with platforms.on_cpu():
    y = jax.jit(jax.vmap(f))(jnp.stack([x, x]))
    compiled = jax.jit(jnp.sin).lower(jax.ShapeDtypeStruct((3,), "float32")).compile()
assert y.devices() == {{cpu}} and so_far() == 2
assert compiled.input_shardings[0][0].device_set == {{cpu}}
assert (x + y[0]).devices() == {{other}}
"""


def test_what_is_given_to_the_cpu_runs_there_and_its_results_go_on_elsewhere():
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES], env=flags, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


COUNTING = {
    "finite_differences": lambda: finite_differences._evaluations([2], 1),
    "gradient": lambda: gradient._evaluations(lambda w: jnp.sum(w * w), jnp.ones(2)),
    "zero_order": lambda: list(
        zero_order._estimator(
            {
                "estimator": {"dimensions": [], "draws": 0},
                "differences": {"dimension": 2, "steps": 1},
                "trajectories": {"condition": 2, "steps": 1, "runs": 1},
            },
            1,
        )
    ),
    "checkpointing": lambda: checkpointing._evaluated(
        lambda layer: checkpointing.nested.stored(layer, 2), jnp.eye(2), jnp.ones((1, 2))
    ),
}


@pytest.mark.parametrize("experiment", COUNTING)
def test_evaluations_are_counted_on_the_cpu_beside_a_gpu(experiment, gpu, monkeypatch):
    reported = []

    def callback(*arguments, **keywords):
        reported.append(platforms.current())
        return jax.experimental.io_callback(*arguments, **keywords)

    monkeypatch.setattr(calls, "io_callback", callback)
    monkeypatch.setattr(checkpointing, "io_callback", callback)
    COUNTING[experiment]()
    assert reported and set(reported) == {"cpu"}


def test_a_program_that_is_never_run_is_compiled_for_the_cpu_beside_a_gpu(gpu, monkeypatch):
    seen = []
    options = program.compile_options
    monkeypatch.setattr(
        program,
        "compile_options",
        lambda wanted: seen.append(platforms.current()) or options(wanted),
    )
    setting = program.Setting(Size(2, 8, 2, 16), 8, 2)
    assert program.program_bytes(program.blocks(setting)).temporaries > 0
    assert seen == ["cpu"]


def test_a_machine_that_draws_nothing_measures_and_judges_without_what_draws():
    run = (
        "import importlib, pkgutil, sys\n"
        "for name in ('typst', 'imageio_ffmpeg', 'fontTools', 'brotli', 'ziamath'):\n"
        "    sys.modules[name] = None\n"
        "import adcost.experiments as experiments\n"
        "for it in pkgutil.iter_modules(experiments.__path__):\n"
        "    for part in ('plan', 'measure', 'claims') if it.ispkg else ():\n"
        "        importlib.import_module(f'adcost.experiments.{it.name}.{part}')\n"
    )
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
