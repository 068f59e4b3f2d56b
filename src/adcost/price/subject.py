"""The function to price: its arguments taken apart, checked, and what can be said of it at once.

What is differentiated becomes one tree ``x``; other arrays stay arguments, since constants make
programs large and slow to compile; whatever holds no arrays (a configuration, a number that is no
array, a function) is held fixed. ``value(x, rest)`` is the function of both.
"""

import contextlib
import inspect
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adcost.jax_versions import ClosedJaxpr, held, jaxpr_as_fun, opened, programs, user_line
from adcost.price.python_function import written

Tree = Any


class CannotPrice(ValueError):
    """The function or its arguments are not what can be priced; the message says what to do.

    ``__cause__`` is the function's own exception, if it raised one.
    """


@dataclass(frozen=True)
class Subject:
    """A function, what it is differentiated by, and what else it takes."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    argnums: tuple[int, ...]
    single: bool
    """Whether ``argnums`` was one number: ``x`` is then that argument, else a tuple of them."""
    varying: tuple[int, ...]
    """The other arguments that hold arrays."""
    has_aux: bool = False
    narrowed: tuple[str, ...] = ()
    """The arguments that are float64 or complex128 where they come from, and half as wide here."""
    printed: list[str] = field(default_factory=list)
    """What the function printed while it was traced, the first time."""
    programs: dict[Any, ClosedJaxpr] = field(default_factory=dict)
    """The function's programs by the shapes that it was traced for."""

    @property
    def name(self) -> str:
        """The function's own name."""
        inner = written(self.f)
        return str(getattr(inner, "__name__", None) or type(inner).__name__)

    @property
    def x(self) -> Tree:
        """What is differentiated."""
        chosen = tuple(self.args[i] for i in self.argnums)
        return chosen[0] if self.single else chosen

    @property
    def rest(self) -> tuple[Any, ...]:
        """The other arrays."""
        return tuple(self.args[i] for i in self.varying)

    @property
    def abstract(self) -> bool:
        """Whether there are only shapes, so that nothing can be run."""
        return any(isinstance(leaf, jax.ShapeDtypeStruct) for leaf in jax.tree.leaves(self.args))

    def whole(self, x: Tree, rest: Sequence[Any]) -> Any:
        """The function's own result; what it prints meanwhile is kept off the screen."""
        args = list(self.args)
        for i, value in zip(self.argnums, (x,) if self.single else x, strict=True):
            args[i] = value
        for i, value in zip(self.varying, rest, strict=True):
            args[i] = value
        with _quiet(self.printed):
            return self.f(*args)

    def value(self, x: Tree, rest: Sequence[Any]) -> Any:
        """A scalar, or the vector of all floating-point numbers that the function returns.

        The user's Python runs once for arguments of the same shapes: derivatives are of the program
        that it left, whose equations keep their lines.
        """
        leaves = jax.tree.leaves((x, rest))
        return jaxpr_as_fun(self.program(x, rest))(*leaves)[0]

    def program(self, x: Tree, rest: Sequence[Any]) -> ClosedJaxpr:
        """The program of `value` for arrays or shapes like these; their leaves are its inputs."""
        leaves, tree = jax.tree.flatten((x, rest))
        kinds = tuple(
            (leaf.shape, leaf.dtype, getattr(leaf, "weak_type", False)) for leaf in leaves
        )
        key = (tree, kinds, jax.dtypes.canonicalize_dtype(float))
        if key not in self.programs:
            again = lambda *leaves: self.traced_anew(*jax.tree.unflatten(tree, leaves))  # noqa: E731
            shapes = (jax.ShapeDtypeStruct(a, b, weak_type=weak) for a, b, weak in kinds)
            self.programs[key] = jax.make_jaxpr(again)(*shapes)
        return self.programs[key]

    @property
    def result(self) -> jax.ShapeDtypeStruct:
        """The shape and dtype of `value`."""
        return held(opened(self.program(*self.shapes()))[0].outvars[0])

    def traced_anew(self, x: Tree, rest: Sequence[Any]) -> Any:
        """As `value`, by running the user's Python."""
        result = self.whole(x, rest)
        leaves = _floating(result[0] if self.has_aux else result)
        if len(leaves) == 1 and leaves[0].ndim == 0:
            return leaves[0]
        wide = jnp.result_type(*leaves)
        return jnp.concatenate([jnp.ravel(leaf).astype(wide) for leaf in leaves])

    def shapes(self) -> tuple[Tree, tuple[Any, ...]]:
        """``x`` and ``rest`` as shapes."""
        return jax.tree.map(_shape, (self.x, self.rest))

    def of_batch(self, axes: Mapping[int, int], size: int) -> "Subject":
        """The same of shapes only, with another size of the batch along these arguments' axes."""

        def resized(leaf: Any, axis: int) -> jax.ShapeDtypeStruct:
            shape = list(leaf.shape)
            shape[axis] = size
            return jax.ShapeDtypeStruct(tuple(shape), leaf.dtype)

        args = [jax.tree.map(_shape, arg) if holds_arrays(arg) else arg for arg in self.args]
        for i, axis in axes.items():
            args[i] = jax.tree.map(lambda leaf, axis=axis: resized(leaf, axis), args[i])
        return replace(self, args=tuple(args))


def subject(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
) -> Subject:
    """The function and its arguments, checked: `CannotPrice` says what is wrong, and what to do."""
    if not callable(f):
        raise CannotPrice(f"{f!r} is no function but of type {type(f).__name__}: name a function")
    single = isinstance(argnums, (int, np.integer))
    wanted = (int(argnums),) if isinstance(argnums, (int, np.integer)) else tuple(argnums)
    name = getattr(f, "__name__", type(f).__name__)
    _check_signature(f, args, name)
    places = []
    for place in wanted:
        if not -len(args) <= place < len(args):
            raise CannotPrice(
                f"argnums={argnums} asks for argument {place} of {name}, which was given "
                f"{_number(len(args), 'argument')}: argnums may be 0 to {len(args) - 1}"
            )
        places.append(int(place) % len(args))
    if not places or len(set(places)) < len(places):
        raise CannotPrice(f"argnums={argnums} must name at least one argument, and each once")
    taken = [as_arrays(arg) if i in places else arg for i, arg in enumerate(args)]
    for i in places:
        _check_differentiated(taken[i], i, name)
    varying = [i for i, arg in enumerate(taken) if i not in places and holds_arrays(arg)]
    for i in varying:
        taken[i] = jax.tree.map(_array, taken[i])
    narrowed = tuple(
        f"argument {i}{jax.tree_util.keystr(path)}"
        for i, (given, held) in enumerate(zip(args, taken, strict=True))
        for (path, wide), leaf in zip(
            jax.tree_util.tree_leaves_with_path(given), jax.tree.leaves(held), strict=True
        )
        if isinstance(wide, (np.ndarray, np.generic, jax.ShapeDtypeStruct))
        and wide.dtype in (np.float64, np.complex128)
        and leaf.dtype != wide.dtype
    )
    found = Subject(f, tuple(taken), tuple(places), single, tuple(varying), has_aux, narrowed)
    _check_result(found)
    return found


def holds_arrays(tree: Tree) -> bool:
    """Whether every leaf is an array or a shape, and there is one."""
    leaves = jax.tree.leaves(tree)
    return bool(leaves) and all(
        hasattr(leaf, "shape") and hasattr(leaf, "dtype") for leaf in leaves
    )


def as_arrays(tree: Tree) -> Tree:
    """Python's numbers as arrays; arrays and shapes as JAX holds them."""
    return jax.tree.map(_array, tree)


def described(tree: Tree) -> list[tuple[str, str]]:
    """Each leaf's place in the tree and its dtype and shape: ``("['w']", "float32[3,4]")``."""
    paths = jax.tree_util.tree_leaves_with_path(tree)
    return [
        (
            jax.tree_util.keystr(path),
            f"{leaf.dtype.name}[{','.join(map(str, leaf.shape))}]"
            if hasattr(leaf, "dtype")
            else type(leaf).__name__,
        )
        for path, leaf in paths
    ]


CALLBACKS = frozenset("debug_callback debug_print io_callback".split())
"""Primitives that do something on the host beside computing."""


def callbacks(jaxpr: Any) -> list[tuple[str, str]]:
    """The primitive and line of each call to the host that is an effect, in the program's order."""
    return list(
        dict.fromkeys(
            (equation.primitive.name, user_line(equation))
            for program in programs(jaxpr)
            for equation in program.eqns
            if equation.primitive.name in CALLBACKS
        )
    )


def _array(leaf: Any) -> Any:
    if isinstance(leaf, jax.ShapeDtypeStruct):
        return _shape(leaf)
    if isinstance(leaf, (bool, int, float, complex, np.ndarray, np.generic)):
        return jnp.asarray(leaf)
    return leaf


def _shape(leaf: Any) -> Any:
    if not hasattr(leaf, "dtype"):
        return leaf
    key = jnp.issubdtype(leaf.dtype, jax.dtypes.extended)  # of random numbers
    dtype = leaf.dtype if key else jax.dtypes.canonicalize_dtype(leaf.dtype)
    return jax.ShapeDtypeStruct(leaf.shape, dtype)


def _floating(tree: Tree) -> list[jax.Array]:
    return [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.floating)]


def _number(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _check_signature(f: Callable[..., Any], args: Sequence[Any], name: str) -> None:
    if not args:
        raise CannotPrice(f"{name} was given no arguments, so there is nothing to differentiate by")
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):
        return  # one of C's functions, which do not tell
    try:
        signature.bind(*args)
    except TypeError as error:
        raise CannotPrice(
            f"the arguments do not fit {name}{signature}: {error}; it was given "
            f"{_number(len(args), 'positional argument')}"
        ) from None


def _check_differentiated(tree: Tree, place: int, name: str) -> None:
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    if not leaves:
        raise CannotPrice(f"argument {place} of {name} holds no arrays to differentiate by")
    for path, leaf in leaves:
        where = f"argument {place}{jax.tree_util.keystr(path)} of {name}"
        if not hasattr(leaf, "dtype"):
            raise CannotPrice(
                f"{where} is of type {type(leaf).__name__}, which is no array: differentiate by "
                "another argument (argnums), or take it out of this one"
            )
        if jnp.issubdtype(leaf.dtype, jnp.complexfloating):
            raise CannotPrice(
                f"{where} is {leaf.dtype.name}: give its real and imaginary parts as two arrays, "
                "since a derivative's price here is that of real numbers"
            )
        if not jnp.issubdtype(leaf.dtype, jnp.floating):
            raise CannotPrice(
                f"{where} holds {leaf.dtype.name}, and only floating-point numbers have "
                "derivatives: differentiate by another argument (argnums), or convert it"
            )
    if sum(leaf.size for _, leaf in leaves) == 0:
        raise CannotPrice(f"argument {place} of {name} is empty: there is nothing to differentiate")


def _check_result(found: Subject) -> None:
    """Trace it once: whether it can be traced, and whether it returns arrays."""
    name = found.name
    try:
        result = jax.eval_shape(found.whole, *found.shapes())
    except Exception as error:
        if "not a valid JAX type" in str(error):
            raise CannotPrice(
                f"{name} returns what is no array ({_first_line(error)}): return arrays of "
                "floating-point numbers, or a tree of them"
            ) from error
        raise CannotPrice(
            f"{name} cannot be traced by JAX: {type(error).__name__}: {_first_line(error)}"
        ) from error
    if found.has_aux:
        if not (isinstance(result, tuple) and len(result) == 2):
            raise CannotPrice(f"with has_aux {name} must return a pair: its value, and the rest")
        result = result[0]
    if not _floating(result):
        kinds = (
            ", ".join(sorted({leaf.dtype.name for leaf in jax.tree.leaves(result)})) or "nothing"
        )
        raise CannotPrice(
            f"{name} returns {kinds}, and only floating-point numbers have derivatives: return "
            "the loss or the residuals themselves"
        )


def _first_line(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


@contextlib.contextmanager
def _quiet(printed: list[str]) -> Iterator[None]:
    """Keep what is printed off the screen; the first lines of it go to the list, if it is empty."""
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        yield
    if not printed and heard.getvalue():
        printed.extend(heard.getvalue().splitlines()[:5])
