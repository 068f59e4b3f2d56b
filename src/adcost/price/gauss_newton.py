r"""The Gauss–Newton product of a function that ends in a sum of squares.

If f(x) = q(r(x)) with a quadratic q that is a weighted sum of squares, then ∇²f = JᵀQJ + Σ … with
J = r′(x), Q = ∇²q, and the Gauss–Newton matrix is the first term: JᵀQJ v is a tangent, a product
with the diagonal Q and an adjoint (Nocedal & Wright, *Numerical Optimization*, 2nd ed., §10.3;
Schraudolph, *Neural Computation* 14, 2002). It is positive semidefinite where the weights are.

The residuals r are looked for in the jaxpr, from the result back: through sums, reshapes and
products with what does not depend on x, to squares r², r·r or ⟨r, r⟩.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax

from adcost.jax_versions import Jaxpr, JaxprEqn, Literal, Var, array, opened, user_line
from adcost.price.interpreter import evaluated, inlined
from adcost.price.subject import Subject
from adcost.price.words import short

PASSING = frozenset(
    """
    reduce_sum convert_element_type reshape squeeze broadcast_in_dim transpose expand_dims copy
    copy_p reduce_precision name
""".split()
)
"""Linear, and keeps signs: a sum of squares stays one."""


@dataclass(frozen=True)
class SumOfSquares:
    """f = q(r(x)): the residuals, and the sum of their squares, as functions."""

    residuals: Callable[[Any, Any], list[jax.Array]]
    outer: Callable[[Any, Any, list[jax.Array]], jax.Array]
    numbers: int
    """How many residuals there are."""
    where: tuple[str, ...]
    """The user's lines that square."""

    def product(self, x: Any, rest: Any, v: Any) -> Any:
        """JᵀQJ v in the shape of ``x``."""
        r, tangent = jax.jvp(lambda y: self.residuals(y, rest), (x,), (v,))
        pull = jax.vjp(lambda y: self.residuals(y, rest), x)[1]
        weighted = jax.jvp(jax.grad(lambda r: self.outer(x, rest, r)), (r,), (tangent,))[1]
        return pull(weighted)[0]


def find(s: Subject) -> SumOfSquares | str:
    """The residuals of a scalar function, or a sentence on why there are none."""
    shapes = s.shapes()
    program = inlined(s.program(*shapes))
    jaxpr, _ = opened(program)
    search = _Search(jaxpr, set(jaxpr.invars[: len(jax.tree.leaves(shapes[0]))]))
    said = search.descend(jaxpr.outvars[0]) or ("" if search.residuals else "nothing is squared")
    if said:
        return f"it does not end in a sum of squares: {said}"
    squared = list(search.residuals)

    def residuals(x: Any, rest: Any) -> list[jax.Array]:
        return evaluated(program, jax.tree.leaves((x, rest)), wanted=squared)

    def outer(x: Any, rest: Any, r: list[jax.Array]) -> jax.Array:
        given = dict(zip(squared, r, strict=True))
        return evaluated(program, jax.tree.leaves((x, rest)), given=given)[0]

    numbers = sum(array(variable).size for variable in squared)
    return SumOfSquares(residuals, outer, numbers, tuple(search.lines))


class _Search:
    def __init__(self, jaxpr: Jaxpr, inputs: set[Var]) -> None:
        self.made = {variable: e for e in jaxpr.eqns for variable in e.outvars}
        self.depends = set(inputs)
        for e in jaxpr.eqns:
            if any(not isinstance(a, Literal) and a in self.depends for a in e.invars):
                self.depends |= set(e.outvars)
        self.residuals: dict[Var, None] = {}
        self.lines: dict[str, None] = {}

    def fixed(self, atom: Literal | Var) -> bool:
        return isinstance(atom, Literal) or atom not in self.depends

    def descend(self, atom: Literal | Var) -> str:
        """Collect the residuals below; what is in the way, or "" if nothing is."""
        if isinstance(atom, Literal) or self.fixed(atom):
            return ""
        equation = self.made.get(atom)
        if equation is None:
            return "it ends in one of its arguments"
        if residual := self._squared(equation):
            self.residuals[residual] = None
            self.lines[user_line(equation)] = None
            return ""
        name, operands = equation.primitive.name, equation.invars
        if name in PASSING:
            return self.descend(operands[0])
        if name in ("add", "add_any"):
            return self.descend(operands[0]) or self.descend(operands[1])
        if name == "mul" and any(map(self.fixed, operands)):
            return self.descend(operands[self.fixed(operands[0])])
        if name == "div" and self.fixed(operands[1]):
            return self.descend(operands[0])
        return f"it ends in {name} at {short(user_line(equation))}"

    def _squared(self, equation: JaxprEqn) -> Var | None:
        name, operands = equation.primitive.name, equation.invars
        a = operands[0] if operands else None
        if a is None or isinstance(a, Literal):
            return None
        if name == "square" or (name == "integer_pow" and equation.params["y"] == 2):
            return a
        if name == "mul" and operands[0] is operands[1]:
            return a
        if name == "dot_general" and operands[0] is operands[1]:
            (left, right), (left_batch, right_batch) = equation.params["dimension_numbers"]
            if tuple(left) == tuple(right) and tuple(left_batch) == tuple(right_batch):
                return a
        return None
