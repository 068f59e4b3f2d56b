import copy
import shutil

import pytest

from adcost.experiments.price import plan


@pytest.fixture
def spoilt(section):
    return copy.deepcopy(section)


def test_each_function_is_a_timed_point_with_figures_of_its_own(section):
    points = plan.points(section)
    assert [point.name for point in points] == ["chain", "squares", "integers", "broken"]
    assert all(point.timed and not point.seeded for point in points)
    assert points[0].parameters["argnums"] == [0] and points[0].parameters["tolerance"] == 0.01
    assert "chain_prices" in plan.figures(section) and "broken_lines" in plan.figures(section)
    assert plan.problems(section, 6000) == []


@pytest.mark.parametrize(
    ("edited", "changes"), [("model", True), ("scale", True), ("other", False)]
)
def test_an_edit_of_a_file_or_of_what_it_imports_prices_it_again(
    section, model, tmp_path, edited, changes
):
    shutil.copytree(model.parent, tmp_path / "user")
    (tmp_path / "user/other.py").write_text("")
    for one in (config := copy.deepcopy(section))["functions"]:
        one |= {key: one[key].replace(str(model.parent), str(tmp_path / "user"))
                for key in ("function", "arguments")}  # fmt: skip
    before = plan.points(config)[0].parameters["sha256"]
    assert before == plan.points(section)[0].parameters["sha256"]  # wherever it lies
    with open(tmp_path / f"user/{edited}.py", "a") as file:
        file.write("# an edit\n")
    assert (plan.points(config)[0].parameters["sha256"] != before) == changes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"function": "nowhere/model.py:loss"}, "price.functions[1].function: there is no file"),
        ({"function": "no_such_module:loss"}, "there is no module no_such_module"),
        ({"arguments": "MODEL:argumens"}, "defines no argumens (did you mean arguments?)"),
        ({"arguments": "MODEL:given"}, "takes arguments; it is called without any"),
        ({"name": "chain"}, "price.functions[1].name: chain stands for another function"),
        ({"batch": {"0": 0}}, "batch and fits_mb go together"),
    ],
)
def test_what_cannot_be_priced_is_refused_before_anything_starts(spoilt, model, change, said):
    spoilt["functions"][1] |= {k: str(v).replace("MODEL", str(model)) if isinstance(v, str) else v
                               for k, v in change.items()}  # fmt: skip
    (message,) = plan.problems(spoilt, 6000)
    assert said in message


def test_more_memory_than_a_job_may_take_is_refused(section):
    (message,) = plan.problems(section | {"memory_mb": 5900}, 6000)
    assert message.startswith("price.memory_mb is 5,900") and "6,000" in message
