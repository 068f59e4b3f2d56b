"""What all figures share."""

import pytest

from adcost.plotting import number


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (2.0, 3, "2"),
        (-0.12345, 3, "−0.123"),
        (1e-7, 3, "1×10⁻⁷"),
        (-1.25e12, 2, "−1.2×10¹²"),
        (0, 3, "0"),
    ],
)
def test_a_number_has_a_real_minus_and_a_power_of_ten(value, digits, text):
    assert number(value, digits) == text
