"""The steps of the sweep, as multiples of the theory's, and what their methods are called."""

MULTIPLES = tuple(2.0**power for power in range(7, -3, -1))
"""Steps that are simulated, as multiples of the theory's, from the boldest on."""


def method_of(multiple: float) -> str:
    """The method of two-point descent with this multiple of the theory's step."""
    return f"gaussian_times_{multiple:g}"
