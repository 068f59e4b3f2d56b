import textwrap

import pytest

from adcost.experiments.in_process import measure_all

MODEL = """
import jax.numpy as jnp
from scale import FACTOR

def chain(w):
    y = 1.0
    for i in range(12):
        y = y * w[i]
    return FACTOR * y

def squares(w):
    return jnp.sum(w * w)

def arguments():
    return (jnp.linspace(0.5, 1.5, 12),)

def whole_numbers():
    return (jnp.arange(12),)

def broken(w):
    raise RuntimeError("no such model")

def given(n):
    return (jnp.ones(n),)
"""


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A user's file with functions, and one beside it that it imports."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "model.py").write_text(textwrap.dedent(MODEL))
    (folder / "scale.py").write_text("FACTOR = 2.0\n")
    return folder / "model.py"


SECTION = {
    "functions": [
        {"name": "mixture", "function": "adcost.price.examples.mixture:loss",
         "arguments": "adcost.price.examples.mixture:arguments",
         "leave_out": ["hessian", "products", "trace", "eigenvalues", "memory", "checks"]},
    ],
    "seconds": 0.1, "run_seconds": 0.1, "memory_mb": 500,
}  # fmt: skip
"""For what is promised of every experiment; the tests here have functions of their own."""


def function(model, name, of="", arguments="arguments", **more):
    """A function of the configuration."""
    named = {"function": f"{model}:{of or name}", "arguments": f"{model}:{arguments}"}
    return {"name": name, **named, **more}


LIMITS = {"seconds": 0.2, "run_seconds": 1, "memory_mb": 500}
LEFT_OUT = ["trace", "eigenvalues", "memory"]


@pytest.fixture(scope="session")
def section(model):
    """Two functions, one of which has a trap, and two that cannot be priced."""
    functions = [
        function(model, "chain", leave_out=LEFT_OUT),
        function(model, "squares", leave_out=["eigenvalues", "memory"], tolerance=0.005),
        function(model, "integers", of="squares", arguments="whole_numbers"),
        function(model, "broken"),
    ]
    return {"functions": functions, **LIMITS}


@pytest.fixture(scope="session")
def measured(section):
    """The experiment's tables, measured once for all its tests."""
    return measure_all("price", section, seed=1)
