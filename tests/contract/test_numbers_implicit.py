"""Each number that the report says of `implicit` follows its own rows."""

import numpy as np
import pytest

from adcost.experiments.implicit.claims import numbers
from adcost.experiments.implicit.prices import quotes

from .recorded import recorded
from .synthetic import same, scattered, value

TOLERANCES = [10.0**-n for n in range(10, 1, -1)]


def _exponent(errors):
    return np.polyfit(np.log(TOLERANCES), np.log(errors), 1)[0]


@pytest.mark.parametrize("seed", [2, 3])
def test_every_number_is_that_of_its_rows(seed):
    tables = scattered(recorded("implicit"), seed)
    table = tables["measurements"]

    def arrived(point, method):
        return value(table, point=point, method=method, quantity="operations", tolerance=1e-10)

    def held(point, method):
        return value(table, point=point, method=method, quantity="temporary_bytes", steps=1024)

    def errors(point, method, quantity="error"):
        return np.array([value(table, point=point, method=method, quantity=quantity,
                               tolerance=tolerance) for tolerance in TOLERANCES])  # fmt: skip

    expected = {
        "methods": [
            {
                "problem": point,
                "method": method,
                "operations": arrived(point, method) / arrived(point, "function"),
                "kilobytes": held(point, method) / 1000,
            }
            for point in ("ridge", "step_sizes", "layer")
            for method in ("reverse", "checkpointed", "forward", "krylov", "successive")
        ],
        "most_steps": 1024,
        "least_tolerance": 1e-10,
        "most_tolerance": 1e-2,
        "tolerances": 9,
        "adjoint_tolerance": 1e-14,
        "singular_steps": 2000,
        "least_penalty": 1e-12,
    }
    for point in ("ridge", "step_sizes", "layer"):
        rows = table[(table.point == point) & (table.quantity == "distance")]
        step = value(table, point=point, method="step", quantity="operations")
        expected |= {
            f"{point}_iterations": rows.steps.max(),
            f"{point}_bytes_ratio": held(point, "reverse") / held(point, "krylov"),
            f"{point}_share": arrived(point, "krylov") / arrived(point, "reverse"),
            f"{point}_extra_steps": (arrived(point, "krylov") - arrived(point, "function")) / step,
        }
    for method in ("krylov", "successive"):
        expected[f"ridge_products_{method}"] = int(
            value(table, point="ridge", method=method, quantity="products")
        )
    expected["layer_parameters"] = int(value(table, point="layer", quantity="parameters"))
    for point in ("ridge", "step_sizes"):
        expected[f"{point}_state"] = int(value(table, point=point, quantity="state"))
    for point in ("ridge", "layer"):
        lag = errors(point, "reverse") / errors(point, "krylov")
        expected |= {
            f"{point}_condition": value(table, point=point, quantity="condition"),
            f"{point}_forward_price": arrived(point, "forward") / arrived(point, "function"),
            f"{point}_exponent": _exponent(errors(point, "krylov")),
            f"{point}_reverse_exponent": _exponent(errors(point, "reverse")),
            f"{point}_lag_least": lag.min(),
            f"{point}_lag_most": lag.max(),
        }
    missing = errors("step_sizes", "krylov", "loop_error")
    singular = table[(table.point == "singular") & (table.quantity == "error")]
    expected |= {
        "step_sizes_exponent": _exponent(errors("step_sizes", "krylov")),
        "missing_least": missing.min(),
        "missing_most": missing.max(),
        "krylov_at_least_penalty": value(table, point="singular", method="krylov",
                                         quantity="error", tolerance=1e-12),
        "reverse_singular": singular.value[singular.method == "reverse"].max(),
        "successive_singular": singular.value[singular.method == "successive"].max(),
    }  # fmt: skip
    same(numbers(tables), expected)
    found = {quote.subject: quote for quote in quotes(tables)}
    assert set(found) == {"ridge", "layer"}
    for point, quote in found.items():
        price = arrived(point, "krylov") / arrived(point, "function")
        assert quote.counted == pytest.approx(price)
        assert quote.size == int(value(table, point=point, quantity="parameters"))
