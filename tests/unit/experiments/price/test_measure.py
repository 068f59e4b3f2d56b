import json

import pytest
from contract import tables_price

from adcost.experiments.price import analysis
from adcost.experiments.price.measure import TIMED
from adcost.price import loading, run


@pytest.fixture(scope="module")
def tags(measured):
    return analysis.tags(measured)


def counted(tag, derivative, method):
    rows = tag.prices[(tag.prices.derivative == derivative) & (tag.prices.method == method)]
    return rows.counted.item()


def test_prices_are_those_of_the_function_priced_directly(tags, section):
    one = section["functions"][0]
    direct = run.price(
        loading.load(one["function"]), *loading.arguments(one["arguments"]),
        leave_out=[*one["leave_out"], "timing", "lines", "traps", "checks"],
    )  # fmt: skip
    price = counted(direct, "gradient", "reverse mode")
    assert counted(tags["chain"], "gradient", "reverse mode") == price
    # Each w[i] is transposed into twelve numbers: of the order of d evaluations.
    assert price > 12
    assert counted(tags["squares"], "gradient", "reverse mode") < 5


def test_a_tag_is_put_together_again_with_its_times_lines_and_verdict(tags):
    assert list(tags) == ["chain", "squares"]
    chain, squares = tags.values()
    assert "does not" in chain.verdict and "model.py" in chain.verdict
    assert squares.verdict.startswith("The cheap gradient holds here")
    timed = chain.prices.set_index(["derivative", "method"]).timed
    assert timed["gradient", "reverse mode"] > 0 and timed["function", "one evaluation"] == 1
    assert chain.lines.gradient.sum() > chain.lines.value.sum() > 0
    assert chain.traps["name"].str.contains("read by index").any()
    assert squares.traps.empty
    assert squares.checks.passed.dropna().astype(bool).all() and len(squares.checks) > 2


def test_what_cannot_be_priced_says_why_and_the_others_are_priced(measured, capsys):
    why = analysis.failures(measured)
    assert list(why) == ["integers", "broken"]
    assert "int32" in why["integers"] and "no such model" in why["broken"]


def test_no_path_of_this_machine_and_no_time_is_kept_beside_the_timings(measured, model):
    kept = "\n".join(measured["parts"].content)
    assert str(model.parent) not in kept and "model.py" in kept
    for row in measured["parts"].itertuples():
        if row.part == "function":
            assert not [key for key in json.loads(row.content) if "seconds" in key]
    assert not measured["measurements"].quantity.str.contains("seconds").any()


def test_the_tables_of_the_contract_tests_are_like_those_measured(measured):
    made = tables_price.make()
    for name in ("measurements", "parts", "timings"):
        assert list(made[name].columns) == list(measured[name].columns)
        if "quantity" in made[name]:
            # Where the machine is busy too few runs fit for an interval.
            assert set(made[name].quantity) <= {*measured[name].quantity, *TIMED}
    parts, of_flat = (
        {row.part: json.loads(row.content) for row in table.itertuples() if row.point == point}
        for table, point in ((measured["parts"], "chain"), (made["parts"], "flat"))
    )
    assert set(of_flat) == set(parts)
    assert set(of_flat["function"]) <= set(parts["function"])
    for name in ("lines", "checks"):
        assert set(of_flat[name][0]) <= set(parts[name][0])
