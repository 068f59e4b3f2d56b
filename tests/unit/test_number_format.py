"""Numbers in the text of figures and claims."""

import pytest

from adcost.number_format import fixed, interval, number


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


def test_decimals_have_a_minus_sign_and_no_negative_zero():
    assert fixed(-1.304) == "−1.30" and fixed(-0.001) == "0.00"
    assert fixed(12.5, 0) == "12" and fixed(-0.0005, 3) == "−0.001"
    assert interval(0.5, -0.25, 1) == "0.50 [−0.25, 1.00]"
