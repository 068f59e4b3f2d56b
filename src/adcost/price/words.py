"""Numbers as people read them, in a tag's sentences and tables."""

import math
import re
from collections.abc import Sequence

AS_WRITTEN = "as it is written"
"""What the row of a function is called that gets no checkpoint beside its own."""
FRONTIER = "nothing else holds less, by 5 % or more, without doing more"

PREFIXES = ("", "k", "M", "G", "T", "P", "E")


def size(number: float) -> str:
    """Bytes: ``4.1 kB``."""
    return f"{prefixed(number)}B"


def prefixed(number: float) -> str:
    """Three digits and a prefix: ``12.3 k``."""
    if not math.isfinite(number):
        return "– "
    power = 0
    while abs(number) >= 999.5 and power < len(PREFIXES) - 1:
        number, power = number / 1000, power + 1
    digits = f"{number:.3g}" if power or number % 1 else f"{number:.0f}"
    return f"{digits} {PREFIXES[power]}"


def number(value: float) -> str:
    """A ratio: a digit after the point below 100, none above; from a million on with a prefix."""
    if not math.isfinite(value):
        return "–"
    if value >= 1e6:
        return prefixed(value).strip()
    if value >= 99.5:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 0.95 or value == 0 else f"{value:.2g}"


def seconds(value: float) -> str:
    """A time: ``42 µs``."""
    if not math.isfinite(value):
        return "–"
    if value >= 999.5:
        return f"{value:,.0f} s"
    for unit, length in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if value >= 0.9995 * length:
            return f"{value / length:.3g} {unit}"
    return "0 s"


def interval(value: float, low: float, high: float) -> str:
    """A measured ratio with its interval, if there is one."""
    if not math.isfinite(value):
        return "–"
    if not math.isfinite(low):
        return number(value)
    return f"{number(value)} [{number(low)}, {number(high)}]"


def short(where: str) -> str:
    """A place in the source, ``file:line (function)``, without the folders of its file."""
    return re.sub(r"[^\s:]*/", "", where) if where else "an unknown line"


def listed(names: Sequence[str], last: str) -> str:
    """``a, b and c``, where ``last`` is "and"."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def counted(ratio: float, exact: bool, function_exact: bool) -> str:
    """A counted ratio with a mark where something was not counted.

    ``≥`` of what is a lower bound. Where the function's own count is one, the ratio is no bound,
    and has ``~``.
    """
    if not math.isfinite(ratio) or exact:
        return number(ratio)
    return f"{'≥' if function_exact else '~'} {number(ratio)}"


def evaluations(value: float) -> str:
    """``2.9 evaluations``."""
    return f"{number(value)} evaluation{'' if number(value) == '1.0' else 's'}"


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
