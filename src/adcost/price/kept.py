"""What reverse mode keeps between its two sweeps, by the line that made it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from adcost import jax_versions as versions
from adcost.jax_versions import ClosedJaxpr, Frame, Jaxpr, JaxprEqn, Literal, Var
from adcost.price.attribution import Around, Lines


def kept(gradient: ClosedJaxpr) -> dict[Frame, int]:
    """Bytes that the reverse sweep reads of what was computed before it, by the line they are of.

    A gradient's jaxpr has the reverse sweep's equations beside those before it; an array that one
    of the latter makes and one of the former reads is kept. What a loop keeps of each round is one
    array for all of them, of the line in its body that makes a round's part.
    """
    inner, _ = versions.opened(gradient)
    made = {
        variable: (equation, place)
        for equation in inner.eqns
        if not versions.transposed(equation)
        for place, variable in enumerate(equation.outvars)
        if any(isinstance(atom, Var) for atom in equation.invars)
    }
    read = dict.fromkeys(
        atom
        for equation in inner.eqns
        if versions.transposed(equation)
        for atom in equation.invars
        if not isinstance(atom, Literal) and atom in made
    )
    found: dict[Frame, int] = defaultdict(int)
    makers = _Makers()
    for variable in read:
        found[makers.of(*made[variable], None)] += size_in_bytes(variable)
    return dict(found)


def size_in_bytes(atom: Var | Literal) -> int:
    """Bytes of an array; none of a token or of random keys, whose form is JAX's own."""
    array = versions.array(atom)
    return getattr(array, "size", 0) * getattr(getattr(array, "dtype", None), "itemsize", 0)


class _Makers:
    """Finds the lines that made arrays; goes through each program once, whatever it makes."""

    def __init__(self) -> None:
        self.made: dict[int, Mapping[Var, tuple[JaxprEqn, int]]] = {}

    def of(self, equation: JaxprEqn, place: int, around: Around | None) -> Frame:
        """The line that makes an equation's output, inside of a loop, branch or call."""
        inside = Lines().around(equation, around)
        for body in _bodies(equation):
            if found := self.inside(body, place, inside, equation):
                return found
        return Lines().part(equation, around).frame

    def inside(self, body: Jaxpr, place: int, around: Around, equation: JaxprEqn) -> Frame | None:
        """The line of a body's output; of what is only handed on, that of where it comes from."""
        if id(body) not in self.made:
            self.made[id(body)] = {
                variable: (inner, index)
                for inner in body.eqns
                for index, variable in enumerate(inner.outvars)
            }
        made = self.made[id(body)]
        output = body.outvars[place] if place < len(body.outvars) else None
        if output in body.invars and equation.primitive.name == "scan":  # of the last round's carry
            carried = body.invars.index(output) - versions.scan(equation).constants
            if 0 <= carried < versions.carries(equation):
                output = body.outvars[carried]
        if isinstance(output, Var) and output in made:
            return self.of(*made[output], around)
        return None


def _bodies(equation: JaxprEqn) -> Iterator[Jaxpr]:
    """The programs whose outputs are an equation's, in order."""
    name = equation.primitive.name
    if name == "cond":
        yield from (versions.opened(branch)[0] for branch in versions.branches(equation))
    elif name == "scan":
        yield versions.opened(versions.scan(equation).body)[0]
    elif name == "while":
        yield versions.opened(versions.while_loop(equation).body)[0]
    elif (body := versions.called(equation)) is not None:
        yield versions.opened(body)[0]
