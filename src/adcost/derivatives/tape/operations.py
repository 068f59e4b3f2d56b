"""The scalar operations of a tape: formula, value and partial derivatives of each."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """A scalar operation: its formula, its value, and a partial derivative for each argument.

    Formulas name the arguments {0}, {1} and the result {v}; functions take the same, in order.
    """

    formula: str
    value: Callable[..., float]
    partials: tuple[tuple[str, Callable[..., float]], ...]


def _one(
    formula: str, value: Callable[..., float], text: str, slope: Callable[..., float]
) -> Operation:
    return Operation(formula, value, ((text, slope),))


OPERATIONS: Mapping[str, Operation] = {
    "add": Operation(
        "{0} + {1}", lambda a, b: a + b, (("1", lambda a, b, v: 1.0), ("1", lambda a, b, v: 1.0))
    ),
    "sub": Operation(
        "{0} − {1}", lambda a, b: a - b, (("1", lambda a, b, v: 1.0), ("−1", lambda a, b, v: -1.0))
    ),
    "mul": Operation(
        "{0} · {1}", lambda a, b: a * b, (("{1}", lambda a, b, v: b), ("{0}", lambda a, b, v: a))
    ),
    "div": Operation(
        "{0} / {1}",
        lambda a, b: a / b,
        (("1 / {1}", lambda a, b, v: 1 / b), ("−{v} / {1}", lambda a, b, v: -v / b)),
    ),
    "pow": Operation(
        "{0} ^ {1}",
        lambda a, b: a**b,
        (
            ("{1} · {0} ^ ({1} − 1)", lambda a, b, v: b * a ** (b - 1)),
            ("{v} · log {0}", lambda a, b, v: v * math.log(a)),
        ),
    ),
    "neg": _one("−{0}", lambda a: -a, "−1", lambda a, v: -1.0),
    "square": _one("{0}²", lambda a: a * a, "2 {0}", lambda a, v: 2 * a),
    "one_minus_square": _one(
        "1 − {0}²", lambda a: (1 + a) * (1 - a), "−2 {0}", lambda a, v: -2 * a
    ),
    "sqrt": _one("√{0}", math.sqrt, "1 / (2 √{0})", lambda a, v: 1 / (2 * v)),
    "exp": _one("exp {0}", math.exp, "{v}", lambda a, v: v),
    "log": _one("log {0}", math.log, "1 / {0}", lambda a, v: 1 / a),
    "log2": _one("log₂ {0}", math.log2, "1 / ({0} · log(2))", lambda a, v: 1 / (a * math.log(2.0))),
    "log1p": _one("log(1 + {0})", math.log1p, "1 / (1 + {0})", lambda a, v: 1 / (1 + a)),
    "sin": _one("sin {0}", math.sin, "cos {0}", lambda a, v: math.cos(a)),
    "cos": _one("cos {0}", math.cos, "−sin {0}", lambda a, v: -math.sin(a)),
    "tanh": _one("tanh {0}", math.tanh, "1 − {v}²", lambda a, v: 1 - v * v),
    "tan": _one("tan {0}", math.tan, "1 + {v}²", lambda a, v: 1 + v * v),
    "sinh": _one("sinh {0}", math.sinh, "cosh {0}", lambda a, v: math.cosh(a)),
    "cosh": _one("cosh {0}", math.cosh, "sinh {0}", lambda a, v: math.sinh(a)),
    "atan": _one("atan {0}", math.atan, "1 / (1 + {0}²)", lambda a, v: 1 / (1 + a * a)),
    "exp2": _one("2 ^ {0}", math.exp2, "{v} · log(2)", lambda a, v: v * math.log(2.0)),
    "expm1": _one("exp({0}) − 1", math.expm1, "{v} + 1", lambda a, v: v + 1),
    "rsqrt": _one(
        "1 / √{0}", lambda a: 1 / math.sqrt(a), "−{v} / (2 {0})", lambda a, v: -v / (2 * a)
    ),
    "logistic": _one(
        "σ({0})", lambda a: 1 / (1 + math.exp(-a)), "{v} (1 − {v})", lambda a, v: v * (1 - v)
    ),
}
"""What the tape can do. A new operation is one more entry, and its test comes with it."""
