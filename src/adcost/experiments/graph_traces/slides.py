"""The lecture's three sequences of slides in closed form, written by hand.

With s = w₂ log w₁ and c = 1 + 1/(2√s), for L = s + √s. Nothing here knows of a tape.
"""

import math
from collections.abc import Mapping

SWEEPS = ("forward_w1", "forward_w2", "reverse")


def values(w1: float, w2: float) -> Mapping[str, float]:
    """The value of every node."""
    s = w2 * math.log(w1)
    return {
        "w1": w1,
        "w2": w2,
        "v1": math.log(w1),
        "v2": s,
        "v3": math.sqrt(s),
        "L": s + math.sqrt(s),
    }


def derivatives(sweep: str, w1: float, w2: float) -> Mapping[str, float]:
    """What a sweep finds at every node: ∂(node)/∂w₁, ∂(node)/∂w₂ or ∂L/∂(node)."""
    log, s = math.log(w1), w2 * math.log(w1)
    half = 1 / (2 * math.sqrt(s))
    c = 1 + half
    match sweep:
        case "forward_w1":
            by_v2 = w2 / w1
            return {"w1": 1, "w2": 0, "v1": 1 / w1, "v2": by_v2, "v3": half * by_v2, "L": c * by_v2}
        case "forward_w2":
            return {"w1": 0, "w2": 1, "v1": 0, "v2": log, "v3": half * log, "L": c * log}
        case "reverse":
            return {"L": 1, "v3": 1, "v2": c, "v1": c * w2, "w1": c * w2 / w1, "w2": c * log}
    raise ValueError(f"the slides have no sweep {sweep}; they have {', '.join(SWEEPS)}")
