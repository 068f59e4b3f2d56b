"""What a line of a tape and its derivative read like: the text beside the lecture's drawings.

The partial derivatives' texts come from the rules in `operations`, and each text is that of the
function that computes it.
"""

import re

from adcost.derivatives.tape.operations import OPERATIONS
from adcost.derivatives.tape.tape import Tape


def _named(tape: Tape, child: int, text: str) -> str:
    """A formula of an operation with the names of its lines; negative constants in brackets."""
    names = [tape.nodes[p].name for p in tape.nodes[child].parents]
    names = [f"(−{name[1:]})" if name.startswith("-") else name for name in names]
    return text.format(*names, v=tape.nodes[child].name)


def formula(tape: Tape, line: int) -> str:
    """How a line is computed from its parents: ``log w1``; an input is its own name."""
    node = tape.nodes[line]
    if node.operation not in OPERATIONS:
        return node.name
    return _named(tape, line, OPERATIONS[node.operation].formula)


def partial(tape: Tape, child: int, position: int) -> str:
    """∂(line ``child``)/∂(its argument at ``position``): ``1 / (2 √v2)``."""
    return _named(tape, child, OPERATIONS[tape.nodes[child].operation].partials[position][0])


def tangent(tape: Tape, line: int, along: str) -> str:
    """Forward mode's sum over a computed line's parents: ``v1 · ∂w2/∂w1 + w2 · ∂v1/∂w1``."""
    products = [
        f"{_factor(partial(tape, line, position))} · ∂{tape.nodes[parent].name}/∂{along}"
        for position, parent in enumerate(tape.nodes[line].parents)
        if tape.varies(parent)
    ]
    return " + ".join(products)


def adjoint(tape: Tape, line: int, output: int = 0) -> str:
    """Reverse mode's sum over a line's children: ``∂L/∂v3 · 1 / (2 √v2) + ∂L/∂L · 1``."""
    top = tape.nodes[tape.outputs[output]].name
    products = ["1"] if line == tape.outputs[output] else []
    products += [
        f"∂{top}/∂{tape.nodes[child].name} · {_factor(partial(tape, child, position))}"
        for child, position in tape.children()[line]
    ]
    return " + ".join(products) or "0"


def _factor(text: str) -> str:
    """A partial derivative as a factor: a sum, or a leading sign, takes brackets."""
    outside = re.sub(r"\([^()]*\)", "", text)
    bare = text.startswith("−") or " + " in outside or " − " in outside
    return f"({text})" if bare else text


def read_by_reverse(tape: Tape) -> set[int]:
    """The lines whose values reverse mode's partial derivatives use; a sum uses none."""
    used: set[int] = set()
    for child, node in enumerate(tape.nodes):
        for position, parent in enumerate(node.parents):
            if tape.varies(parent):
                text = OPERATIONS[node.operation].partials[position][0]
                used |= {p for k, p in enumerate(node.parents) if f"{{{k}}}" in text}
                used |= {child} if "{v}" in text else set()
    return {line for line in used if tape.varies(line)}
