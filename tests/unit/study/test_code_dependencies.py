import ast
import os
from pathlib import Path

import grimp
import pytest

from adcost.study import code_dependencies, plans
from adcost.study.code_dependencies import code


def _modules(*names):
    return {line.split()[0] for line in code(*names)}


def test_code_is_the_transitive_closure_of_imports():
    """Against a second way: reachability in the matrix of direct imports."""
    module = "adcost.experiments.hvp.measure"
    graph = grimp.build_graph("adcost", cache_dir=None)
    found = _modules(module)
    assert {module} | graph.find_upstream_modules(module) <= found
    # A package runs when a module in it is imported.
    assert {"adcost", "adcost.experiments", "adcost.experiments.hvp"} <= found
    assert {"adcost.derivatives.hvp", "adcost.costs.timing"} <= found
    assert not any("figures" in name or "claims" in name or "mds" in name for name in found)


def test_measuring_depends_on_neither_style_nor_verdict():
    for name in plans.known_experiments():
        modules = _modules(f"adcost.experiments.{name}.measure")
        ends = {module.rpartition(".")[2] for module in modules}
        assert not ends & {"plotting", "claims", "figures", "study", "build"}, name
        # A price tag chooses among ways as it measures, by their intervals.
        if name != "price":
            assert not ends & {"intervals", "exponent"}, name  # they summarise what is measured


def test_the_words_of_an_error_are_no_part_of_a_jobs_code():
    graph = grimp.build_graph("adcost", cache_dir=None)
    (messages,) = code_dependencies.MESSAGES
    users = graph.find_modules_that_directly_import(messages)
    assert users == {f"adcost.results.{name}" for name in ("metadata", "reading", "writing")}
    found = _modules("adcost.results.reading", "adcost.results.writing")
    assert users <= found and messages not in found


@pytest.mark.parametrize("module", code_dependencies.MESSAGES)
def test_what_is_left_out_holds_messages_alone(module):
    path = code_dependencies.PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
    described, *functions = ast.parse(path.read_text("utf-8")).body
    assert isinstance(described, ast.Expr)  # the docstring; no import, no constant
    for function in functions:
        assert isinstance(function, ast.FunctionDef) and function.returns.id == "str"
        assert not any(isinstance(node, ast.Raise) for node in ast.walk(function))


def test_a_digest_goes_by_content_alone(tmp_path):
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("a = 1\n")
    other.write_text("a = 1\n")
    os.utime(other, (1, 1))
    digest = code_dependencies.digest
    assert digest(one) == digest(other) and len(digest(one)) == code_dependencies.DIGITS
    other.write_text("a = 2\n")
    digest.cache_clear()
    assert digest(one) != digest(other)


def test_each_line_is_a_module_and_the_digest_of_its_file():
    (line,) = (line for line in code("adcost.costs.timing") if line.startswith("adcost.costs.t"))
    file = Path(code_dependencies.PACKAGE) / "costs/timing.py"
    assert line == f"adcost.costs.timing {code_dependencies.digest(file)}"


def test_a_module_that_is_not_there_is_refused():
    with pytest.raises(code_dependencies.UnknownModule, match=r"adcost\.nowhere"):
        code("adcost.nowhere")
