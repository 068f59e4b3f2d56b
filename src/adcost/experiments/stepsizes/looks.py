"""How the methods of `stepsizes` look in its figures."""

from adcost import palette

OF = {
    "start": "before_learning",
    "constant": "constant_step",
    "matched": "matched_step",
    "polyak": "polyak_step",
    "learned": "learned_steps",
    "chebyshev": "chebyshev_steps",
    "equal": "equal_steps",
    "krylov": "least_possible",
}
"""The methods of the tables, as the palette has them."""

LOOKS = {own: palette.METHODS[method] for own, method in OF.items()}
METHODS = ("constant", "matched", "polyak")


def name(method: str, scaled: float) -> str:
    """A method as a reader calls it, for the constant step βC = ``scaled``."""
    return LOOKS[method].name.format(f"{scaled:g}")
