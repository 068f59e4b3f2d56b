import json
import sys

import pytest

from adcost.price import command, loading
from adcost.price.subject import CannotPrice

MODEL = """
import jax.numpy as jnp
from beside import scale

def loss(w, x):
    return jnp.sum((scale * w * x) ** 2)

def arguments():
    return jnp.ones(4), jnp.ones(4)

def broken(w, x):
    return helper(w)

def helper(w):
    raise KeyError("weights")

def fails():
    return 1 / 0

number = 3
"""
QUICK = ["--leave-out", "timing", "--leave-out", "memory", "--leave-out", "checks",
         "--leave-out", "traps"]  # fmt: skip


@pytest.fixture
def model(tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "beside.py").write_text("scale = 2.0\n")
    yield str(tmp_path / "model.py")
    sys.modules.pop("beside", None)


def run(model, *options, function="loss", arguments="arguments"):
    return command.main(
        ["price", f"{model}:{function}", "--arguments", f"{model}:{arguments}", *QUICK, *options]
    )


def test_the_text(model, capsys):
    assert run(model) == 0
    said = capsys.readouterr()
    assert "The cheap gradient holds here" in said.out and said.err == ""
    assert "scale * w * x" in said.out  # by line


def test_json(model, capsys):
    assert run(model, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["function"]["size"] == 4
    assert any(row["derivative"] == "gradient" for row in found["prices"])


def test_html(model, tmp_path, capsys):
    file = tmp_path / "tag.html"
    assert run(model, "--html", str(file)) == 0
    assert file.read_text("utf-8").startswith("<!doctype html>")
    assert run(model, "--html", str(tmp_path / "no" / "tag.html")) == 2
    assert "No such file" in capsys.readouterr().err


def test_limits_decide_the_exit_status(model, capsys):
    assert run(model, "--at-most", "gradient=5 evaluations") == 0
    both = ["--at-most", "gradient=5 evaluations", "--at-most", "hvp=0.5 evaluations"]
    assert run(model, *both) == 1
    assert "exceeded: hvp=0.5 evaluations: the Hessian-vector product by" in capsys.readouterr().err
    assert run(model, "--at-most", "gradient_memory=1 GB") == 0
    assert run(model, "--at-most", "gradient=1 ms") == 1
    assert "was not measured" in capsys.readouterr().err


@pytest.mark.parametrize("limit", ["gradient=5", "gradient<5 evaluations", "loss=5 s",
                                   "gradient=5 GB", "gradient_memory=5 s"])  # fmt: skip
def test_a_limit_that_cannot_be_read(model, limit, capsys):
    with pytest.raises(SystemExit) as ended:
        run(model, "--at-most", limit)
    assert ended.value.code == 2
    assert limit in capsys.readouterr().err


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        ("los", "arguments", "has no 'los'; its functions are: "),
        ("number", "arguments", "no function but of type int"),
        ("broken", "arguments", "broken cannot be traced by JAX: KeyError: 'weights'"),
        ("loss", "fails", "raised ZeroDivisionError: division by zero when called"),
        ("loss", "number", "do not fit loss(w, x)"),
        ("fails", "arguments", "do not fit fails()"),
    ],
)
def test_what_cannot_be_priced_is_one_line_and_status_2(model, function, arguments, said, capsys):
    assert run(model, function=function, arguments=arguments) == 2
    *_, last = capsys.readouterr().err.splitlines()
    assert last.startswith("adcost price: ") and said in last


def test_the_traceback_is_of_the_user_s_frames_alone(model, capsys):
    run(model, function="broken")
    said = capsys.readouterr().err
    assert "in broken" in said and "in helper" in said
    assert "site-packages" not in said and "adcost/price" not in said


def test_files_and_modules_that_are_not_there(tmp_path, model):
    for name, said in {
        "model.py": "names no function",
        f"{tmp_path}/mode.py:loss": "there is no file .*beside it are: beside.py, model.py",
        "nowhere.at.all:loss": "there is no module nowhere",
        "json:lod": "json has no 'lod'; its functions are: .*dumps",
    }.items():
        with pytest.raises(CannotPrice, match=said):
            loading.load(name)


def test_a_file_that_raises_when_imported(tmp_path):
    (tmp_path / "bad.py").write_text("import sys\nsys.exit('no')\n")
    with pytest.raises(CannotPrice, match=r"bad.py raised SystemExit: no when imported"):
        loading.load("bad.py:loss", tmp_path)
    (tmp_path / "worse.py").write_text("import not_there\n")
    with pytest.raises(
        CannotPrice, match="raised ModuleNotFoundError: No module named 'not_there'"
    ):
        loading.load("worse.py:loss", tmp_path)


def test_two_files_of_one_name_are_two_modules(tmp_path):
    for folder, value in {"a": 1, "b": 2}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.py").write_text(f"def f():\n    return {value}\n")
    first, second = (loading.load(f"{d}/model.py:f", tmp_path) for d in "ab")
    assert (first(), second()) == (1, 2)
    assert str(tmp_path) not in "".join(sys.path)


def test_arguments_may_be_one_or_a_tuple_or_a_value(tmp_path):
    (tmp_path / "some.py").write_text("one = lambda: 1.0\npair = lambda: (1.0, 2)\nvalue = [3.0]\n")
    found = [loading.arguments(f"some.py:{n}", tmp_path) for n in ("one", "pair", "value")]
    assert found == [(1.0,), (1.0, 2), (3.0,)]
