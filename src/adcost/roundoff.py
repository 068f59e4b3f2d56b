"""The unit roundoff of floating-point numbers, without NumPy, so that plans may import it."""

SIGNIFICANT_BITS = {"bfloat16": 8, "float16": 11, "float32": 24, "float64": 53}
"""Bits of the significand, the leading one included (IEEE 754-2019, table 3.5)."""


def unit_roundoff(dtype: str = "float64") -> float:
    """u = 2⁻ᵖ with p `SIGNIFICANT_BITS`: rounding to nearest is off by a relative u at most.

    Half the distance from 1 to the next number (Higham 2002, §2.1). Raises ``KeyError`` for
    another dtype.
    """
    return 2.0 ** -SIGNIFICANT_BITS[dtype]
