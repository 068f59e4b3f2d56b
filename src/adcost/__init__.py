"""adcost: what a derivative costs, measured, drawn and judged.

``adcost.price(f, *args)`` prices the derivatives of a JAX function, ``adcost.compare`` two of its
versions; both import JAX when they are first asked for.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in ("price", "compare"):
        import importlib

        package = importlib.import_module("adcost.price")
        return package if name == "price" else package.compare
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
