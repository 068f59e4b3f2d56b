"""The price tag of a JAX function: what its derivatives cost, which way is cheapest, and why.

``adcost.price(f, *args)`` returns a `Tag`; so the package itself can be called, as
`adcost.price.run.price`, whose docstring tells the arguments. ``adcost.compare(before, after)``
holds two tags against each other.
"""

import sys
from types import ModuleType
from typing import Any

from adcost.price.tag import Tag, compare

__all__ = ["Tag", "compare"]


class _Callable(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Tag:
        from adcost.price.run import price

        return price(*args, **options)


sys.modules[__name__].__class__ = _Callable
