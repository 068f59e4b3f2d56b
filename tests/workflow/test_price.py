"""Functions of the user, named beside the configuration: priced, and again when edited."""

import json

import pytest

MODEL = """
import jax.numpy as jnp
{more}

def loss(w):
    return jnp.sum(w * w)

def arguments():
    return (jnp.linspace(0.0, 1.0, 5),)
"""

LEFT_OUT = ["hessian", "products", "trace", "eigenvalues", "memory", "checks"]


@pytest.fixture(scope="module")
def priced(checked_out):
    """A checkout with two functions of a user's, of which one imports what lies beside it."""
    folder = checked_out.folder / "mine"
    folder.mkdir()
    (folder / "one.py").write_text(MODEL.format(more="import beside"))
    (folder / "beside.py").write_text("")
    (folder / "two.py").write_text(MODEL.format(more="print('imported')"))
    functions = [
        {"name": name, "function": f"../mine/{name}.py:loss",
         "arguments": f"../mine/{name}.py:arguments", "leave_out": LEFT_OUT}
        for name in ("one", "two")
    ]  # fmt: skip
    checked_out.configure(lambda config: config.update(experiments=["price"]))
    checked_out.configure(lambda config: config["price"].update(functions=functions, seconds=0.1))
    checked_out.snakemake("price")
    return checked_out


def test_each_function_has_its_price_and_claims(priced):
    claims = json.loads((priced.results / "price/claims.json").read_text("utf-8"))
    verdicts = {claim["id"]: claim["verdict"] for claim in claims}
    assert verdicts == {
        "price.one.cheap_gradient": "reproduced", "price.two.cheap_gradient": "reproduced"
    }  # fmt: skip


def test_a_dry_run_imports_nothing_and_an_edit_prices_one_function_again(priced):
    assert "imported" not in priced.planned("price").text
    assert priced.planned("price").measured() == set()
    priced.edit("mine/beside.py")
    assert priced.planned("price").measured() == {"price/one"}
    priced.edit("mine/two.py", "\n# an edit\n")
    assert priced.planned("price").measured() == {"price/one", "price/two"}
