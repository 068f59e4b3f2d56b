import sys

import pytest

from adcost.experiments.graph_traces import expressions, plan


def test_there_is_one_point_that_is_not_timed(section):
    (point,) = plan.points(section)
    assert point.name == "traces" and not point.timed
    assert point.parameters["dimensions"] == section["dimensions"]


def test_the_section_is_in_order(section):
    assert plan.problems(section, 6000) == []


@pytest.mark.parametrize("at", [[1.0, 3.0], [0.5, 3.0], [2.0, 0.0], [2.0, -1.0]])
def test_a_point_outside_the_lectures_domain_is_refused(section, at):
    section["at"] = at
    (message,) = plan.problems(section, 6000)
    assert message.startswith("graph_traces.at") and "w1 > 1 and w2 > 0" in message


@pytest.mark.parametrize("name", ["lecture", "survey"])
def test_a_name_that_is_taken_is_refused(section, name):
    section["expressions"][1]["name"] = name
    (message,) = plan.problems(section, 6000)
    assert "graph_traces.expressions[1].name" in message and name in message


@pytest.mark.parametrize(
    ("function", "at", "words"),
    [
        ("adcost.functions.scalar:survey", [2.0, 5.0], ["no module adcost.functions.scalar;"]),
        ("nowhere.at_all:f", [1.0], ["no module nowhere.at_all"]),
        ("adcost.functions:survey", [2.0, 5.0], ["defines no survey", "defines nothing"]),
        ("adcost.functions.scalars:survay", [2.0, 5.0], ["did you mean survey?", "neuron"]),
        ("adcost.functions.scalars:survey", [2.0], ["has 1 number(s)", "takes 2"]),
        ("adcost.functions.scalars:neuron", [2.0] * 5, ["has 5 number(s)", "takes 4"]),
    ],
)
def test_a_wrong_path_or_number_of_arguments_is_refused(section, function, at, words):
    section["expressions"][0] |= {"function": function, "at": at}
    (message,) = plan.problems(section, 6000)
    assert message.startswith("graph_traces.expressions[0].")
    assert all(word in message for word in words), message


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A module of one's own, beside the package."""
    file = tmp_path / "own_expressions.py"
    file.write_text(
        "raise RuntimeError('planning runs nothing')\n"
        "def optional(a, b=1.0): return a * b\n"
        "def many(a, *w): return a\n"
        "assigned = lambda a, b: a + b\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return file


@pytest.mark.parametrize(
    ("name", "numbers", "allowed"),
    [
        ("optional", 1, True), ("optional", 2, True), ("optional", 3, False),
        ("many", 0, False), ("many", 9, True), ("assigned", 7, True),
    ],
)  # fmt: skip
def test_a_module_of_ones_own_is_parsed_and_not_run(own, name, numbers, allowed):
    at = [1.0] * numbers
    message = expressions.problem("key", {"function": f"own_expressions:{name}", "at": at})
    assert (message == "") == allowed, message
    assert "own_expressions" not in sys.modules


def test_a_changed_module_is_a_changed_parameter(own, section):
    section["expressions"] = [{"name": "x", "function": "own_expressions:many", "at": [1.0]}]
    before = plan.points(section)
    assert plan.points(section) == before
    own.write_text(own.read_text() + "# another\n")
    assert plan.points(section) != before


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of one's own, whose module of expressions imports two others."""
    folder = tmp_path / "own_model"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "energy.py").write_text(
        "import jax\nfrom own_model import helper\ndef energy(w): return helper.twice(w)\n"
    )
    (folder / "helper.py").write_text("from . import deeper\ndef twice(w): return 2 * w\n")
    (folder / "deeper.py").write_text("FACTOR = 1\n")
    (folder / "other.py").write_text("nothing = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


@pytest.mark.parametrize(
    ("edited", "changes"),
    [("energy", True), ("helper", True), ("deeper", True), ("__init__", True), ("other", False)],
)
def test_what_a_module_imports_from_beside_it_is_followed(package, edited, changes):
    expression = {"name": "x", "function": "own_model.energy:energy", "at": [1.0]}
    before = expressions.digest(expression)
    assert expressions.digest(expression) == before
    with open(package / f"{edited}.py", "a") as file:
        file.write("# an edit\n")
    assert (expressions.digest(expression) != before) == changes
    assert "own_model" not in sys.modules


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def f(w:\n", ["is not Python", "line 1"]),
        ("a = 1\0\n", ["is not Python"]),
        ("f = 3.0\n", ["f in own_expressions is a constant"]),
        ("class f: pass\n", ["is a class"]),
    ],
)
def test_what_is_no_function_is_refused_by_its_key(own, section, source, words):
    own.write_text(source)
    section["expressions"][0] |= {"function": "own_expressions:f", "at": [1.0]}
    (message,) = plan.problems(section, 6000)
    assert message.startswith("graph_traces.expressions[0].function")
    assert all(word in message for word in words), message


def test_a_function_that_is_imported_or_decorated_is_taken(own):
    own.write_text("from math import sin\nimport jax\n@jax.jit\ndef f(*, w): return w\n")
    for name in ("sin", "f"):
        expression = {"function": f"own_expressions:{name}", "at": [1.0]}
        assert expressions.problem("key", expression) == ""
