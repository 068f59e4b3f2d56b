r"""A tape of scalar operations and two sweeps over it: forward and reverse mode.

A tape (a Wengert list: Wengert 1964; Griewank & Walther, *Evaluating Derivatives*, 2nd ed., §2.2)
has one line for each operation:

    L(w₁, w₂) = w₂ log w₁ + √(w₂ log w₁)   →   v1 = log w1,  v2 = w2 · v1,  v3 = √v2,  L = v2 + v3.

The lecture's two algorithms go over its lines. With v̇ᵢ = ∂vᵢ/∂w along one direction, v̄ᵢ = ∂L/∂vᵢ,

    forward, i = 1 … N:   v̇ᵢ = Σ over parents p   v̇ₚ · ∂vᵢ/∂vₚ       one sweep a direction
    reverse, i = N … 1:   v̄ᵢ = Σ over children c  v̄_c · ∂v_c/∂vᵢ      one sweep for all inputs

Everything is Python floats (float64): this is for reading and counting, not for speed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adcost.derivatives.tape.counted import Counted, Work
from adcost.derivatives.tape.operations import OPERATIONS

Values = Sequence[float] | Mapping[int, float]
"""Values by line: of all lines, or of those that are still needed."""


@dataclass(frozen=True)
class Node:
    """A line of the tape: an input, a constant, or an operation on earlier lines (by index)."""

    name: str
    operation: str = "input"
    parents: tuple[int, ...] = ()
    constant: float | None = None


@dataclass(frozen=True)
class Tape:
    """The list of lines, each after its parents, and which of them are outputs."""

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]

    @property
    def inputs(self) -> list[int]:
        """The lines that are inputs, in the order of the function's arguments."""
        return [i for i, node in enumerate(self.nodes) if node.operation == "input"]

    @property
    def computed(self) -> list[int]:
        """The lines that are operations."""
        return [i for i, n in enumerate(self.nodes) if n.operation in OPERATIONS]

    def varies(self, line: int) -> bool:
        """Whether a line is no constant."""
        return self.nodes[line].constant is None

    def children(self) -> list[list[tuple[int, int]]]:
        """For each line the lines that use it, each with the argument's position there."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for child, node in enumerate(self.nodes):
            for position, parent in enumerate(node.parents):
                if self.varies(parent):
                    found[parent].append((child, position))
        return found

    def last_use(self) -> list[int]:
        """For each line the last that reads it; an output is read after the end."""
        last = list(range(len(self.nodes)))
        for child, node in enumerate(self.nodes):
            for parent in node.parents:
                last[parent] = child
        for output in self.outputs:
            last[output] = len(self.nodes)
        return last


@dataclass(frozen=True)
class Step:
    """What a sweep did at a line that is no constant: value and derivative, and what they took.

    ``products``: multiplications of a derivative by a partial derivative, one an edge;
    ``held``: values kept at that moment, constants not counted.
    """

    line: int
    value: float
    derivative: float
    products: int
    held: int


def evaluate(tape: Tape, inputs: Sequence[float]) -> list[float]:
    """The value of every line, from the first to the last."""
    given, values = iter(inputs), list[float]()
    for node in tape.nodes:
        values.append(_value(node, values, given))
    return values


def _value(node: Node, values: Values, given: Iterator[float]) -> float:
    """A line's value from those before it; an input takes the next of ``given``."""
    if node.operation == "input":
        value = next(given)
        return value if isinstance(value, Counted) else float(value)
    if node.constant is not None:
        return node.constant
    operation, operands = OPERATIONS[node.operation], [values[p] for p in node.parents]
    try:
        return operation.value(*operands)
    except (ValueError, ArithmeticError) as error:
        raise ArithmeticError(
            f"{node.name} = {operation.formula.format(*operands)}: {error}"
        ) from error


def partial(tape: Tape, values: Values, child: int, position: int) -> float:
    """∂(line ``child``)/∂(its argument at ``position``), at the values of these lines."""
    node = tape.nodes[child]
    slope = OPERATIONS[node.operation].partials[position][1]
    return slope(*(values[p] for p in node.parents), values[child])


def forward_sweep(
    tape: Tape, inputs: Sequence[float], direction: Sequence[float]
) -> Iterator[Step]:
    """Forward mode, line by line: value and tangent together, from the inputs on.

    A line's tangent is the dot product of its parents' tangents with its partial derivatives. A
    line is forgotten after the last one that reads it.
    """
    given, along, last = iter(inputs), iter(direction), tape.last_use()
    values: dict[int, float] = {}
    tangents: dict[int, float] = {}
    for i, node in enumerate(tape.nodes):
        values[i] = _value(node, values, given)
        if not tape.varies(i):
            continue
        edges = [(k, p) for k, p in enumerate(node.parents) if tape.varies(p)]
        if node.operation == "input":
            tangents[i] = float(next(along))
        else:
            tangents[i] = sum(tangents[p] * partial(tape, values, i, k) for k, p in edges)
        yield Step(i, values[i], tangents[i], len(edges), held=len(tangents))
        for line in {i, *node.parents}:
            if last[line] <= i:
                values.pop(line), tangents.pop(line, None)


def reverse_sweep(tape: Tape, inputs: Sequence[float], output: int = 0) -> Iterator[Step]:
    """Reverse mode, line by line: all values are stored, then adjoints, from the output back.

    A line's adjoint is the sum over the lines that use it of their adjoint times their partial
    derivative.
    """
    values = evaluate(tape, inputs)
    variable = [i for i in range(len(values)) if tape.varies(i)]
    children = tape.children()
    adjoints = [0.0] * len(values)
    adjoints[tape.outputs[output]] = 1.0
    for i in reversed(variable):
        for child, position in children[i]:
            adjoints[i] += adjoints[child] * partial(tape, values, child, position)
        yield Step(i, values[i], adjoints[i], len(children[i]), held=len(variable))


def forward(
    tape: Tape, inputs: Sequence[float], direction: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Values and tangents of every line, both in one sweep from the inputs on."""
    return _collected(tape, forward_sweep(tape, inputs, direction))


def reverse(
    tape: Tape, inputs: Sequence[float], output: int = 0
) -> tuple[list[float], list[float]]:
    """Values and adjoints of every line, in one sweep from the output back."""
    return _collected(tape, reverse_sweep(tape, inputs, output))


def _collected(tape: Tape, sweep: Iterator[Step]) -> tuple[list[float], list[float]]:
    """Values and derivatives by line; a constant's derivative is 0."""
    values = [node.constant or 0.0 for node in tape.nodes]
    derivatives = [0.0] * len(values)
    for step in sweep:
        values[step.line], derivatives[step.line] = step.value, step.derivative
    return values, derivatives


def counted_operations(tape: Tape, inputs: Sequence[float]) -> tuple[int, int]:
    """Operations of the value alone, and of the value with all derivatives by `reverse`.

    They are counted while the sweeps run; `counted` says what an operation is.
    """
    alone, both = Work(), Work()
    evaluate(tape, [Counted(a, alone) for a in inputs])
    reverse(tape, [Counted(a, both) for a in inputs])
    return alone.operations, both.operations
