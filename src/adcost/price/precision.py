"""float64 that is silently float32: where a function is given it, holds it or asks for it."""

import contextlib
import inspect
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from adcost import jax_versions as versions
from adcost.jax_versions import Frame
from adcost.price import attribution
from adcost.price.attribution import is_library
from adcost.price.subject import Subject
from adcost.price.trap import Trap

NARROWED = "float64 held as float32"


def narrowed(s: Subject) -> Iterator[Trap]:
    """Numbers that are float64 where they come from, and float32 in JAX."""
    if versions.setting("jax_enable_x64"):
        return
    mend = (
        "compute in float64, jax.config.update('jax_enable_x64', True) before the first array is "
        "made, or say float32 where the numbers come from, so that it is seen"
    )

    def trap(frame: Frame, what: str) -> Trap:
        return Trap(
            NARROWED,
            frame.file,
            frame.line,
            "9 of 16 digits",
            f"{what} and JAX computes with float32, of 7 digits, without saying so",
            mend,
        )

    if s.narrowed:
        yield trap(_definition(s.f), f"is given float64 ({', '.join(s.narrowed)}),")
    held = [name for name, value in _captured(s.f).items() if _is_wide(value)]
    if held and _wide_constants(s, held):
        yield trap(_definition(s.f), f"uses float64 arrays of NumPy's ({', '.join(held)}),")
    for frame in dict.fromkeys(_asked(s)):
        yield trap(frame, "asks for float64,")


def _is_wide(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype in (np.float64, np.complex128)


def _wide_constants(s: Subject, held: Sequence[str]) -> bool:
    """Whether the program would hold float64 arrays if JAX could: none were converted before."""
    with jax.enable_x64(True), _copied(s.f, held):
        program = jax.make_jaxpr(lambda x, rest: s.traced_anew(x, rest))(*s.shapes())
        _, values = versions.opened(program)
    return any(getattr(value, "dtype", None) in (np.float64, np.complex128) for value in values)


@contextlib.contextmanager
def _copied(f: Callable[..., Any], names: Sequence[str]) -> Iterator[None]:
    """Within, ``f`` uses copies of these arrays: JAX remembers those that it has made float32."""
    function: Any = inspect.unwrap(f)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    before = {name: value for name, value in _captured(f).items() if name in names}

    def put(values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if name in cells:
                cells[name].cell_contents = value
            else:
                function.__globals__[name] = value

    put({name: value.copy() for name, value in before.items()})
    try:
        yield
    finally:
        put(before)


def _captured(f: Callable[..., Any]) -> dict[str, Any]:
    """What a Python function uses of its surroundings, by name."""
    try:
        found = inspect.getclosurevars(inspect.unwrap(f))
    except TypeError:
        return {}
    return {**found.globals, **found.nonlocals}


def _definition(f: Callable[..., Any]) -> Frame:
    code = getattr(inspect.unwrap(f), "__code__", None)
    return (
        Frame(code.co_filename, code.co_firstlineno, code.co_name) if code else attribution.NOWHERE
    )


def _asked(s: Subject) -> list[Frame]:
    """The lines that ask for float64 by name, about which JAX warns."""
    found: list[Frame] = []

    def heard(message: Warning | str, *_: Any, **__: Any) -> None:
        if "float64" not in str(message) or "not available" not in str(message):
            return
        for call in reversed(traceback.extract_stack()[:-1]):  # the last is this function
            if attribution.is_pricing(call.filename):
                return
            if not is_library(call.filename):
                found.append(Frame(call.filename, call.lineno or 0, call.name))
                return

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = heard
        jax.make_jaxpr(lambda x, rest: s.traced_anew(x, rest))(*s.shapes())
    return found
