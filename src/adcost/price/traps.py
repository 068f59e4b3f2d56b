"""Known traps of differentiation, found in a function: the line, its price, and what mends it.

Each is found in what JAX traced or computed at the given arguments, not in the wording of the
source, so that a function is accused only of what its derivative really does there.
"""

import ast
import functools
import linecache
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from adcost import jax_versions as versions
from adcost.costs.count import attributed
from adcost.costs.count.primitives import MOVING
from adcost.jax_versions import ClosedJaxpr, Frame, JaxprEqn, Literal, Var
from adcost.price import attribution, checkpoints, lines, not_finite, precision
from adcost.price.attribution import Lines, Place, is_library, places
from adcost.price.kept import size_in_bytes
from adcost.price.limits import FREE, Limits, TooSlow
from adcost.price.programs import Programs
from adcost.price.subject import subject
from adcost.price.trap import Trap
from adcost.price.verdict import CHEAP
from adcost.price.words import evaluations, number, size

__all__ = ["Trap", "find", "find_in_programs"]

INDEXED = "an element read by index"
EXPENSIVE = "an expensive derivative"
UNROLLED = "a loop written out"
CONSTANT = "a constant captured by closure"

COPIES = 32
"""So many equal copies of the same equations in one program are a loop written out."""
EQUATIONS = 300
"""A program with fewer compiles in no time, however it is written."""
LARGE = 2**20
"""Bytes from which a captured constant is named."""


def find(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
) -> list[Trap]:
    """The traps of a function at its arguments; of shapes, those that need no numbers.

    Raises `adcost.price.subject.CannotPrice`.
    """
    return find_in_programs(Programs(subject(f, args, argnums, has_aux)))


def find_in_programs(
    programs: Programs, run: bool = True, limits: Limits = FREE, notes: list[str] | None = None
) -> list[Trap]:
    """As `find`, of programs that have been traced; unless ``run``, nothing is computed.

    To ``notes`` a sentence is added for each trap that was not looked for within the limits.
    """
    found = [*_unrolled(programs), *_constants(programs), *precision.narrowed(programs.subject)]
    if programs.refusal("gradient"):
        return found
    table = lines.table(programs)
    indexed = list(_indexed(programs, table))
    accused = {(trap.file, trap.line) for trap in indexed}
    found = [*indexed, *_expensive(programs, table, accused), *found]
    compiling: dict[str, Callable[[], Iterable[Trap]]] = {
        checkpoints.IDLE: lambda: checkpoints.idle(programs, limits)
    }
    if run and not programs.subject.abstract:
        compiling["a gradient that is not finite"] = lambda: not_finite.find(programs, limits)
    for name, search in compiling.items():
        try:
            found += search()
        except TooSlow as error:
            if notes is not None:
                notes.append(f"{name} was not looked for: {error}")
    return found


def _evaluation(programs: Programs) -> int:
    return max(programs.count("value").operations.total, 1)


# An element read by index: its transpose is as large as the array.


class _Padded(Lines):
    """Attributes the additions of arrays that are zero but for a few numbers, others apart."""

    def __init__(self, equations: set[int]) -> None:
        self.equations = equations

    def part(self, equation: JaxprEqn, around: Hashable) -> Place:
        """As of `Lines`; ``primitive`` is "padded" for those additions."""
        place = super().part(equation, around)
        return place._replace(primitive="padded" if id(equation) in self.equations else "")


def _indexed(programs: Programs, table: Any) -> Iterator[Trap]:
    """Lines whose transpose adds up whole arrays, each of which holds few numbers."""
    gradient = programs.jaxpr("gradient")
    marked = {id(equation) for equation in _padded(gradient)}
    if not marked:
        return
    counted = attributed(gradient, _Padded(marked), programs.trips, programs.costs)
    spent, runs = Counter[Frame](), Counter[Frame]()
    for place, part in places(counted).items():
        if place.primitive == "padded" and place.reverse:
            spent[place.frame] += part.operations.total
            runs[place.frame] += part.runs
    whole = _evaluation(programs)
    for frame, operations in spent.items():
        if operations < whole / 2 or runs[frame] < 4:
            continue
        price = evaluations(operations / whole)
        times = max(_executions(table, frame), runs[frame])
        yield Trap(
            INDEXED,
            frame.file,
            frame.line,
            price,
            f"reads an array by index, {times:,} times: the transpose of each read is a whole "
            f"array of zeros but for what was read, here {round(operations / runs[frame]):,} "
            f"numbers, and adding them up takes {price} of the function",
            "let a loop hand out the elements: carry, _ = jax.lax.scan(lambda carry, element: "
            "(step(carry, element), None), carry, array); or compute with the whole array at once",
        )


def _executions(table: Any, frame: Frame) -> int:
    rows = table[(table.file == frame.file) & (table.line == frame.line)]
    return int(rows.executions.max()) if len(rows) else 0


def _padded(jaxpr: ClosedJaxpr) -> Iterator[JaxprEqn]:
    """Additions to an array that is zero but for a quarter of its numbers, or fewer."""
    for program in versions.programs(jaxpr):
        made = {variable: equation for equation in program.eqns for variable in equation.outvars}
        for equation in program.eqns:
            if equation.primitive.name == "add_any" and any(
                4 * _written(atom, made) <= versions.array(atom).size for atom in equation.invars
            ):
                yield equation


def _written(atom: Var | Literal, made: dict[Var, JaxprEqn]) -> int:
    """How many numbers of an array may not be zero, as far as its last equations tell."""
    size: int = versions.array(atom).size
    equation = made.get(atom) if isinstance(atom, Var) else None
    if equation is None:
        return size
    name, operands = equation.primitive.name, equation.invars
    if name == "pad":
        return min(versions.array(operands[0]).size, size)
    if name == "dynamic_update_slice" and _zero(operands[0], made):
        return versions.array(operands[1]).size
    if name.startswith("scatter") and _zero(operands[0], made):
        return versions.array(operands[2]).size
    if name in MOVING and versions.array(operands[0]).size == size:
        return _written(operands[0], made)
    return size


def _zero(atom: Var | Literal, made: dict[Var, JaxprEqn]) -> bool:
    if isinstance(atom, Literal):
        return bool(np.all(np.asarray(atom.val) == 0))
    equation = made.get(atom)
    return (
        equation is not None
        and equation.primitive.name in ("broadcast_in_dim", "zeros_like")
        and all(_zero(operand, made) for operand in equation.invars[:1])
    )


# Lines whose derivative takes many times their own operations.

CHEAPER = {
    "reduce_prod": "as a loop, whose gradient takes 3 evaluations: y, _ = jax.lax.scan(lambda y, "
    "element: (y * element, None), jnp.ones((), x.dtype), x)",
    "div": "of a reciprocal, give it a rule that uses its own result: @jax.custom_jvp def "
    "reciprocal(y): return 1 / y, with @reciprocal.defjvp def rule(primals, tangents): z = "
    "reciprocal(*primals); return z, -z * z * tangents[0]",
}
"""By primitive, another way to write it, with the same value and a cheaper gradient."""
NOT_CHEAPER = (
    "no cheaper way to write {names} with the same value is known here; a rule of your own for "
    "what the line is part of (jax.custom_vjp) may use results that are there already"
)


def _expensive(programs: Programs, table: Any, accused: set[tuple[str, int]]) -> Iterator[Trap]:
    """Lines to blame for a gradient that is not cheap, each by its own operations."""
    whole, total = _evaluation(programs), table.gradient.sum()
    if total <= CHEAP * whole:
        return
    for row in table.itertuples():
        if (row.file, row.line) in accused or not row.file or not row.value:
            continue
        if row.gradient <= CHEAP * row.value or row.gradient < total / 4:
            continue
        of_line = Counter[str]()
        for place, part in places(programs.count("value")).items():
            if (place.frame.file, place.frame.line) == (row.file, row.line):
                of_line[place.primitive] += part.operations.total
        names = [name for name, operations in of_line.most_common(2) if 4 * operations >= row.value]
        price = evaluations(row.gradient / whole)
        yield Trap(
            EXPENSIVE,
            row.file,
            row.line,
            price,
            f"takes {number(row.gradient / row.value)} times its own operations in the gradient "
            f"({' and '.join(names)}), which are {price} of the function",
            next(
                (CHEAPER[name] for name in names if name in CHEAPER),
                NOT_CHEAPER.format(names=" and ".join(names)),
            ),
        )


# A loop written out, which compiles long.


def _unrolled(programs: Programs) -> Iterator[Trap]:
    """Python loops whose rounds are all in the program, one after the other."""
    bodies = list(versions.programs(programs.jaxpr("value")))
    equations = sum(len(body.eqns) for body in bodies)
    if equations < EQUATIONS:
        return
    looped = Counter[Frame]()
    copies: dict[Frame, int] = {}
    for body in bodies:
        alike = Counter(
            (
                tuple(attribution.frames(equation)),
                equation.primitive.name,
                tuple(str(variable.aval) for variable in equation.outvars),
            )
            for equation in body.eqns
        )
        for (calls, _, _), times in alike.items():
            if times >= COPIES and calls:
                frame = _loop(calls)
                looped[frame] += times
                # What a round does several times is there several times as often.
                copies[frame] = min(copies.get(frame, times), times)
    for frame, number_of in looped.items():
        if 2 * number_of >= equations:
            yield Trap(
                UNROLLED,
                frame.file,
                frame.line,
                f"{number_of:,} equations",
                f"is a Python loop, of which all {copies[frame]:,} rounds are in the program: "
                f"{number_of:,} equations of {equations:,}, where a scan's body would have "
                f"{number_of // copies[frame]:,}; compiling it and its derivatives grows with "
                "them, or faster",
                "stack what differs from round to round, and let one body run over it: carry, _ = "
                "jax.lax.scan(lambda carry, each: (step(carry, each), None), carry, stacked)",
            )


def _loop(calls: tuple[Frame, ...]) -> Frame:
    """The loop in which the outermost of some calls is made, else the user's innermost line."""
    users = [frame for frame in calls if not is_library(frame.file)] or [calls[0]]
    looped = (one for one in reversed(users) if one.line in _loops(one.file))
    one = next(looped, None)
    return one._replace(line=_loops(one.file)[one.line]) if one else users[0]


@functools.lru_cache(maxsize=64)
def _loops(file: str) -> dict[int, int]:
    """For each line of a file that lies in a loop or comprehension, the line where that begins.

    Of loops within each other, the outermost of the same function.
    """
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return {}
    loops = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
    found: dict[int, int] = {}

    def visit(node: ast.AST, head: int) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            head = 0
        elif isinstance(node, loops):
            head = head or node.lineno
        if head and (line := getattr(node, "lineno", 0)):
            for each in range(line, (getattr(node, "end_lineno", 0) or line) + 1):
                found[each] = head
        for child in ast.iter_child_nodes(node):
            visit(child, head)

    visit(tree, 0)
    return found


# What a function holds that is no argument of it.


def _constants(programs: Programs) -> Iterator[Trap]:
    """Large arrays that are part of the program, and not arguments of it."""
    inner, values = versions.opened(programs.jaxpr("value"))
    for variable, _ in zip(inner.constvars, values, strict=True):
        held = size_in_bytes(variable)
        if held < LARGE:
            continue
        uses = (equation for equation in inner.eqns if variable in equation.invars)
        used = next(uses, None)
        frame = (
            attribution.line_of(tuple(attribution.frames(used))) if used else attribution.NOWHERE
        )
        array = versions.array(variable)
        yield Trap(
            CONSTANT,
            frame.file,
            frame.line,
            size(held),
            f"uses an array that is no argument, {array.dtype.name}{list(array.shape)} of "
            f"{size(held)}: it becomes part of each program that is compiled, the gradient's too, "
            "and is there again in each",
            "hand it over as an argument, f(x, data), and differentiate by the first alone: "
            "jax.grad(f, argnums=0)",
        )
