import pytest

from adcost.experiments.price import claims, prices


def judged(tables):
    return {claim.id: claim for claim in claims.judge(tables)}


def test_a_cheap_gradient_is_reproduced_and_an_expensive_one_refuted(tables):
    found = judged(tables)
    assert set(found) == {
        f"price.{name}.{what}"
        for name in ("chain", "squares")
        for what in ("cheap_gradient", "right")
    }
    assert found["price.squares.cheap_gradient"].verdict == "reproduced"
    assert found["price.chain.cheap_gradient"].verdict == "refuted"
    assert (
        found["price.squares.right"].verdict == found["price.chain.right"].verdict == "reproduced"
    )


@pytest.mark.parametrize(("price", "verdict"), [(4.99, "reproduced"), (5.01, "refuted")])
def test_the_border_is_five_evaluations(tables, price, verdict):
    rows = tables["measurements"]
    gradient = (rows.point == "squares") & (rows.derivative == "gradient")
    reverse = gradient & (rows.method == "reverse mode") & (rows.quantity == "counted")
    rows.loc[reverse, "value"] = price
    assert judged(tables)["price.squares.cheap_gradient"].verdict == verdict


def test_a_lower_bound_below_the_border_decides_nothing(tables):
    rows = tables["measurements"]
    gradient = (rows.point == "squares") & (rows.derivative == "gradient")
    rows.loc[gradient & (rows.quantity == "exact"), "value"] = 0.0
    assert judged(tables)["price.squares.cheap_gradient"].verdict == "inconclusive"


def test_a_check_that_fails_refutes_and_is_named(tables):
    parts = tables["parts"]
    row = parts[(parts.point == "squares") & (parts.part == "checks")].index[0]
    content = parts.content[row]
    assert '"passed": true' in content
    parts.loc[row, "content"] = content.replace('"passed": true', '"passed": false', 1)
    claim = judged(tables)["price.squares.right"]
    assert claim.verdict == "refuted" and claim.note


def test_numbers_tell_of_every_function(tables):
    told = {it["verbatim"]["name"]: it for it in claims.numbers(tables)["functions"]}
    assert set(told) == {"chain", "squares", "integers", "broken"}
    assert (
        told["broken"]["failure"].endswith("no such model.") or "model" in told["broken"]["failure"]
    )
    assert told["chain"]["size"] == 12 and told["chain"]["traps"]
    assert all(use["sentence"].endswith(".") for use in told["squares"]["uses"])


def test_the_price_list_names_the_error_of_the_trace(tables):
    found = [quote.derivative for quote in prices.quotes(tables) if "trace" in quote.derivative]
    assert found == ["trace of the Hessian, to 0.5 %"]
