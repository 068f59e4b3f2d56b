"""Numbers as the text of figures and claims writes them."""

import math

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """A number of a figure's text with so many significant digits, as 0.05, −12 or 1.2×10⁻⁵."""
    mantissa, *power = f"{value:.{digits}g}".split("e")
    factor = "×10" + str(int(power[0])).translate(SUPERSCRIPTS) if power else ""
    return mantissa.replace("-", "−") + factor


def fixed(value: float, digits: int = 2) -> str:
    """A number of a figure's text with so many decimals, as 0.50 or −1.30; never −0.00."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def interval(value: float, low: float, high: float) -> str:
    """A number with its interval, as 0.99 [0.97, 1.01]; alone where there is none."""
    if math.isnan(low) and math.isnan(high):
        return fixed(value)
    return f"{fixed(value)} [{fixed(low)}, {fixed(high)}]"
