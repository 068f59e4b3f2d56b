"""The entries of a Jacobian that may differ from zero, traced through the program at a point.

Each variable carries its value and, for each of its numbers, the inputs that it depends on: a
sparse matrix of zeros and ones (numbers, n). What moves data is run on the numbers' places instead
of the numbers, so any gather or slice is exact; what works entry by entry joins its operands; a sum
joins what it adds. Entries found may still be zero, none is missed at this point: where an index or
a branch depends on the values, another point may have other entries. A value is computed no sooner
than a rule asks for it, which few do: each operation outside of ``jit`` is compiled by itself.

Where the program holds what has no rule here (loops, sorting, convolutions), `NotTraced` is raised.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy import sparse

from adcost.costs.count import primitives
from adcost.jax_versions import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Literal,
    Var,
    array,
    bound,
    called,
    opened,
)

Pattern = Any
"""``scipy.sparse.csr_array`` of zeros and ones, (numbers of the variable, inputs)."""

MOVES = frozenset(
    """
    broadcast_in_dim concatenate copy copy_p dynamic_slice dynamic_update_slice expand_dims gather
    pad reshape rev scatter slice split squeeze transpose
""".split()
)
"""Each number of the result is one of the operands' numbers, or none of them."""

ENTRYWISE = frozenset().union(*primitives.ELEMENTWISE.values()) | frozenset(
    "integer_pow convert_element_type reduce_precision name one_minus_square".split()
)
CALLS = frozenset(
    """
    checkpoint closed_call core_call custom_jvp_call custom_vjp_call custom_vjp_call_jaxpr jit pjit
    remat2
""".split()
)
"""Runs a program once, on its operands in order."""

MOST_EQUATIONS = 5_000
MOST_ENTRIES = 5_000_000
"""Of one variable's pattern; a program with more is so dense that colours would save little."""


class NotTraced(NotImplementedError):
    """A primitive through which no pattern is traced."""


def traced(f: Callable[[jax.Array], jax.Array], x: jax.Array) -> Pattern:
    """The pattern of f's Jacobian at a vector ``x`` (n,): (m, n). Raises `NotTraced`."""
    program = jax.make_jaxpr(f)(x)
    every = sparse.eye_array(x.size, dtype=np.int32, format="csr")
    values = _Values()
    start = _Value(x.shape, values, constant=False, computed=x)
    (_, pattern), *_ = _program(program, [(start, every)], x.size, values)
    size = math.prod(jax.eval_shape(f, x).shape)
    return _none(size, x.size) if pattern is None else pattern


class _Values:
    """Equations whose results nothing has asked for yet, in their order."""

    def __init__(self) -> None:
        # What depends on no input, such as an index, is computed without the rest.
        self._waiting: dict[bool, list[Callable[[], None]]] = {True: [], False: []}

    def known(self, value: Any) -> "_Value":
        """A constant."""
        return _Value(np.shape(value), self, constant=True, computed=value)

    def results(self, equation: JaxprEqn, operands: Sequence["_Value"]) -> list["_Value"]:
        """Those of an equation, to be computed later."""
        constant = all(value.constant for value in operands)
        results = [_Value(array(v).shape, self, constant) for v in equation.outvars]

        def compute() -> None:
            found = bound(equation, [value.value for value in operands])
            for result, value in zip(results, found, strict=True):
                result.computed = value

        self._waiting[constant].append(compute)
        return results

    def compute(self, constant: bool) -> None:
        """All that waits, or the constants alone."""
        for kind in (True,) if constant else (True, False):
            waiting, self._waiting[kind] = self._waiting[kind], []
            for compute in waiting:
                compute()


@dataclass
class _Value:
    """An array; ``constant``: whether it depends on no input."""

    shape: tuple[int, ...]
    values: _Values
    constant: bool
    computed: Any = None

    @property
    def value(self) -> Any:
        """The array itself."""
        if self.computed is None:
            self.values.compute(self.constant)
        return self.computed


Traced = tuple[_Value, Pattern]
"""A value, and what it depends on; None for nothing."""


def _program(
    jaxpr: Jaxpr | ClosedJaxpr, inputs: Sequence[Traced], n: int, values: _Values
) -> list[Traced]:
    inner, constants = opened(jaxpr)
    if len(inner.eqns) > MOST_EQUATIONS:
        raise NotTraced(f"it has {len(inner.eqns):,} equations")
    known: dict[Var, Traced] = {
        v: (values.known(c), None) for v, c in zip(inner.constvars, constants, strict=True)
    }
    known.update(zip(inner.invars, inputs, strict=True))

    def read(atom: Literal | Var) -> Traced:
        return (values.known(atom.val), None) if isinstance(atom, Literal) else known[atom]

    for equation in inner.eqns:
        operands = [read(atom) for atom in equation.invars]
        name = equation.primitive.name
        if name in CALLS:
            body = called(equation)
            assert body is not None  # of these all have one
            found = _program(body, operands, n, values)
        else:
            results = values.results(equation, [value for value, _ in operands])
            found = [(value, None) for value in results]
            if any(p is not None for _, p in operands) and primitives.floating(*equation.outvars):
                if name in MOVES:
                    patterns = _moved(equation, operands)
                else:
                    patterns = [_rule(equation, operands, results[0].shape)]
                found = list(zip(results, patterns, strict=True))
        known.update(zip(equation.outvars, found, strict=True))
    return [read(atom) for atom in inner.outvars]


def _rule(equation: JaxprEqn, operands: Sequence[Traced], result: tuple[int, ...]) -> Pattern:
    """What the numbers of a result of that shape depend on."""
    name, params = equation.primitive.name, equation.params
    if name == "stop_gradient":
        return None
    if name == "select_n":  # what chooses has no derivative
        operands = operands[1:]
    if name in ENTRYWISE:
        return _any([_as_large(p, v.shape, result) for v, p in operands if p is not None])
    pattern = operands[0][1]
    if name.startswith("reduce_") and "axes" in params and pattern is not None:
        return _joined(_groups(operands[0][0].shape, params["axes"]), pattern, math.prod(result))
    if name.startswith("cum") and pattern is not None:
        groups = _groups(operands[0][0].shape, (params["axis"],))
        return _joined(groups, pattern, int(groups.max(initial=0)) + 1)[groups]
    if name == "dot_general":
        return _product(params, operands)
    if name in ("scatter-add", "scatter_add"):
        return _added(equation, operands, math.prod(result))
    raise NotTraced(f"no pattern is traced through {name}")


def _moved(equation: JaxprEqn, operands: Sequence[Traced]) -> list[Pattern]:
    """The primitive run on places: of all operands' numbers, one after the other; −1 is none."""
    stacked, places, offset = [], [], 0
    data = {
        "scatter": (0, 2),
        "gather": (0,),
        "dynamic_slice": (0,),
        "pad": (0, 1),
        "dynamic_update_slice": (0, 1),
        "concatenate": range(len(operands)),
    }
    for i, (value, pattern) in enumerate(operands):
        if i not in data.get(equation.primitive.name, (0,)):
            places.append(value.value)
        elif pattern is None:
            places.append(np.full(value.shape, -1, np.int32))
        else:
            size = math.prod(value.shape)
            places.append(np.arange(offset, offset + size, dtype=np.int32).reshape(value.shape))
            stacked.append(pattern)
            offset += size
    moved = [np.asarray(result).ravel() for result in bound(equation, places)]
    if not stacked:
        return [None] * len(moved)
    patterns = sparse.vstack(stacked, format="csr")
    return [_times(_choice(place, offset), patterns) for place in moved]


def _added(equation: JaxprEqn, operands: Sequence[Traced], size: int) -> Pattern:
    """What is added to an array's numbers joins them, wherever the transpose reads it from."""
    if size >= 2**24:  # places are float32 here, as the transpose takes no integers
        raise NotTraced("an array that is added to is too large to be traced")
    (array, before), (indices, _), (updates, added) = operands
    found = [] if before is None else [before]
    if added is not None:
        zeros = jnp.zeros(array.shape, jnp.float32)
        at = indices.value
        add = lambda updates: bound(equation, [zeros, at, updates])[0]  # noqa: E731
        pull = jax.vjp(add, jnp.zeros(updates.shape, jnp.float32))[1]
        place = np.asarray(pull(1 + jnp.arange(size, dtype=jnp.float32).reshape(array.shape))[0])
        chosen = _choice(place.astype(np.int64).ravel() - 1, size)
        found.append(_times(chosen.T.tocsr(), added))
    return _any(found)


def _choice(place: np.ndarray, size: int) -> Pattern:
    """Row i names the number at ``place[i]`` of ``size``, or none where that is negative."""
    rows = np.flatnonzero(place >= 0)
    ones = np.ones(rows.size, np.int32)
    return sparse.csr_array((ones, (rows, place[rows])), shape=(place.size, size))


def _product(params: Any, operands: Sequence[Traced]) -> Pattern:
    """Each number of a product depends on the rows and columns that it is made of.

    Of a factor that depends on no input only entries that are not zero count.
    """
    (contracted, batches) = params["dimension_numbers"]
    found: list[Pattern] = []
    for side in (0, 1):
        value, pattern = operands[side]
        if pattern is None:
            continue
        other, dependent = operands[1 - side]
        mine, theirs = (
            _matrix(v.shape, contracted[s], batches[s])
            for v, s in ((value, side), (other, 1 - side))
        )
        batch, free, _ = mine.shape
        others = theirs.shape[1]
        counts = (
            np.ones(theirs.shape, bool)
            if dependent is not None
            else (np.asarray(other.value).ravel()[theirs] != 0)
        )
        b, j, k = np.nonzero(counts)
        if b.size * free > MOST_ENTRIES:
            raise NotTraced("a product is too large to be traced")
        i = np.arange(free)[:, None]
        rows = (b * free + i) * others + j if side == 0 else (b * others + j) * free + i
        columns = np.broadcast_to(mine[b, :, k].T, (free, b.size))
        shape = (batch * free * others, mine.size)
        ones = np.ones(rows.size, np.int32)
        join = sparse.csr_array((ones, (rows.ravel(), columns.ravel())), shape)
        found.append(_times(join, pattern))
    return _any(found)


def _matrix(shape: Sequence[int], contracted: Sequence[int], batch: Sequence[int]) -> np.ndarray:
    """The places of an operand's numbers as (batch, free, contracted)."""
    free = [axis for axis in range(len(shape)) if axis not in (*contracted, *batch)]
    places = np.arange(math.prod(shape)).reshape(shape).transpose(*batch, *free, *contracted)
    sizes = [math.prod(shape[axis] for axis in axes) for axes in (batch, free, contracted)]
    return places.reshape(sizes)


def _groups(shape: Sequence[int], axes: Sequence[int]) -> np.ndarray:
    """For each number the place of its sum, when ``axes`` are summed over."""
    kept = tuple(1 if axis in axes else length for axis, length in enumerate(shape))
    places = np.arange(math.prod(kept)).reshape(kept)
    return np.broadcast_to(places, shape).ravel()


def _joined(groups: np.ndarray, pattern: Pattern, size: int) -> Pattern:
    ones = np.ones(groups.size, np.int32)
    join = sparse.csr_array((ones, (groups, np.arange(groups.size))), (size, groups.size))
    return _times(join, pattern)


def _as_large(pattern: Pattern, shape: tuple[int, ...], result: tuple[int, ...]) -> Pattern:
    """An operand's pattern for every number of the result that it is broadcast to."""
    if shape == result:
        return pattern
    places = np.arange(math.prod(shape)).reshape(shape)
    return pattern[np.broadcast_to(places, result).ravel()]


def _times(join: Pattern, pattern: Pattern) -> Pattern:
    """Each row joins the rows of the pattern that it names."""
    if np.diff(pattern.indptr)[join.indices].sum(dtype=np.int64) > MOST_ENTRIES:
        raise NotTraced("its pattern is too dense to be traced")
    return _booleans(join.astype(np.int32) @ pattern)


def _any(patterns: Sequence[Pattern]) -> Pattern:
    return _booleans(reduce(lambda a, b: a + b, patterns)) if patterns else None


def _booleans(pattern: Any) -> Pattern:
    found = sparse.csr_array(pattern)
    found.data = (found.data != 0).astype(np.int32)
    return found


def _none(rows: int, columns: int) -> Pattern:
    return sparse.csr_array((rows, columns), dtype=np.int32)
