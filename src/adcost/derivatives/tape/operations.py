"""The scalar operations of a tape: formula, value and partial derivatives of each."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adcost.derivatives.tape import counted
from adcost.derivatives.tape.counted import Counted, Work

LOG_2, TWO_OVER_ROOT_PI = math.log(2.0), 2 / math.sqrt(math.pi)


@dataclass(frozen=True)
class Operation:
    """A scalar operation: its formula, its value, and a partial derivative for each argument.

    Formulas name the arguments {0}, {1} and the result {v}; functions take the same, in order.
    """

    formula: str
    value: Callable[..., float]
    partials: tuple[tuple[str, Callable[..., float]], ...]


def _unary(
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
            ("{v} · log {0}", lambda a, b, v: v * counted.log(a)),
        ),
    ),
    "neg": _unary("−{0}", lambda a: -a, "−1", lambda a, v: -1.0),
    "square": _unary("{0}²", lambda a: a * a, "2 {0}", lambda a, v: 2 * a),
    "one_minus_square": _unary(
        "1 − {0}²", lambda a: (1 + a) * (1 - a), "−2 {0}", lambda a, v: -2 * a
    ),
    "sqrt": _unary("√{0}", counted.sqrt, "1 / (2 √{0})", lambda a, v: 1 / (2 * v)),
    "exp": _unary("exp {0}", counted.exp, "{v}", lambda a, v: v),
    "log": _unary("log {0}", counted.log, "1 / {0}", lambda a, v: 1 / a),
    "log2": _unary("log₂ {0}", counted.log2, "1 / ({0} · log(2))", lambda a, v: 1 / (a * LOG_2)),
    "log1p": _unary("log(1 + {0})", counted.log1p, "1 / (1 + {0})", lambda a, v: 1 / (1 + a)),
    "sin": _unary("sin {0}", counted.sin, "cos {0}", lambda a, v: counted.cos(a)),
    "cos": _unary("cos {0}", counted.cos, "−sin {0}", lambda a, v: -counted.sin(a)),
    "tanh": _unary("tanh {0}", counted.tanh, "1 − {v}²", lambda a, v: 1 - v * v),
    "tan": _unary("tan {0}", counted.tan, "1 + {v}²", lambda a, v: 1 + v * v),
    "sinh": _unary("sinh {0}", counted.sinh, "cosh {0}", lambda a, v: counted.cosh(a)),
    "cosh": _unary("cosh {0}", counted.cosh, "sinh {0}", lambda a, v: counted.sinh(a)),
    "atan": _unary("atan {0}", counted.atan, "1 / (1 + {0}²)", lambda a, v: 1 / (1 + a * a)),
    "exp2": _unary("2 ^ {0}", counted.exp2, "{v} · log(2)", lambda a, v: v * LOG_2),
    "expm1": _unary("exp({0}) − 1", counted.expm1, "{v} + 1", lambda a, v: v + 1),
    "erf": _unary(
        "erf {0}",
        counted.erf,
        "2 exp(−{0}²) / √(π)",
        lambda a, v: TWO_OVER_ROOT_PI * counted.exp(-a * a),
    ),
    "rsqrt": _unary(
        "1 / √{0}", lambda a: 1 / counted.sqrt(a), "−{v} / (2 {0})", lambda a, v: -v / (2 * a)
    ),
    "logistic": _unary(
        "σ({0})", lambda a: 1 / (1 + counted.exp(-a)), "{v} (1 − {v})", lambda a, v: v * (1 - v)
    ),
}
"""What the tape can do. A new operation is one more entry, and its test comes with it."""


def price(name: str) -> float:
    """Operations of an operation with its derivative over those of its value alone, at the most.

    Each argument takes the operations of its partial derivative, a multiplication by the result's
    adjoint (none where the partial derivative is 1 or −1), and the addition to its own adjoint. So
    this bounds operations(f, ∇f) / operations(f) for every f of such operations (Griewank &
    Walther, *Evaluating Derivatives*, 2nd ed., ch. 4, without the memory accesses there).
    """
    operation = OPERATIONS[name]
    work = Work()
    arguments = [Counted(a, work) for a in (1.25, 1.75)[: len(operation.partials)]]
    result = operation.value(*arguments)
    alone = work.operations
    adjoint: float = Counted(0.5, work)
    for _, slope in operation.partials:
        adjoint += Counted(1.5, work) * slope(*arguments, result)
    return work.operations / alone
