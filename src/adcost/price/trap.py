"""What is said of a trap, whatever finds it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trap:
    """A known trap of differentiation that a function is in."""

    name: str
    """What it is called, as in ``an element read by index``."""
    file: str
    line: int
    """The line of the user's source; "" and 0 where JAX does not know it."""
    price: str
    """What it costs, with its unit."""
    sentence: str
    """What the line does: a predicate without a full stop."""
    rewrite: str
    """How to write it instead, with the same value."""
