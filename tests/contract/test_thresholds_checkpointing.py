"""Where the borders of `checkpointing`'s claims lie: a fault just beyond, one just within."""

from math import isqrt

import numpy as np
import pytest

from adcost.experiments.checkpointing.claims import judge

from .recorded import recorded
from .synthetic import check_border, put, value

EPS = 2.0**-23
STATE = 64 * 32 * 4


@pytest.fixture(scope="module")
def tables():
    return recorded("checkpointing")


def _chain(value, method, quantity, size):
    return put(value, model="chain", method=method, quantity=quantity, size=size)


def _grows(power, method):
    """Bytes with this exponent between the two longest chains, of 16 and 64 layers."""
    return _chain(lambda rows: 1e5 * rows["size"] ** power, method, "temporary_bytes", [16, 64])


def _works(power):
    """Operations with this exponent; the table has them over those of the chain's value."""
    return _chain(lambda rows: 3 * rows["size"] ** (power - 1), "store_all", "operations", [16, 64])


def _beside(states, method, formula):
    """States by the formula, and so many more at one length; reverse mode keeps three a layer."""

    def held(layers):
        return lambda rows: STATE * rows["size"].map(lambda n: layers(int(n)) + 4.0)

    def change(tables):
        everywhere = [8, 9, 16, 64]
        _chain(held(lambda n: 3 * n), "store_all", "temporary_bytes", everywhere)(tables)
        _chain(held(formula), method, "temporary_bytes", everywhere)(tables)
        _chain(lambda rows: rows.value + states * STATE, method, "temporary_bytes", 9)(tables)

    return change


def _segments(n):
    return 3 * isqrt(n) + -(-n // isqrt(n))


def _halving(n):
    return int(np.ceil(np.log2(n)))


def _times(factor, method, quantity, size, other="store_all"):
    """A quantity over that of another schedule."""

    def change(tables):
        labels = {"model": "chain", "quantity": quantity, "size": size}
        base = value(tables["measurements"], method=other, **labels)
        put(factor * base, method=method, **labels)(tables)

    return change


def _lasts(factor):
    def change(tables):
        for method, seconds in (("store_all", 1e-3), ("segments", factor * 1e-3)):
            put(seconds, "timings", "seconds", point="chain-64", method=method)(tables)

    return change


BORDERS = [
    ("store_all_linear", 0, _grows(1.04, "store_all"), _grows(1.06, "store_all")),
    ("store_all_linear", 0, _grows(0.96, "store_all"), _grows(0.94, "store_all")),
    ("store_all_linear", 1, _beside(0.09, "store_all", lambda n: 3 * n),
     _beside(0.11, "store_all", lambda n: 3 * n)),
    ("store_all_linear", 2, _works(1.04), _works(1.06)),
    ("sqrt_segments", 0, _beside(0.09, "segments", _segments),
     _beside(0.11, "segments", _segments)),
    ("sqrt_segments", 0, _beside(-0.09, "segments", _segments),
     _beside(-0.11, "segments", _segments)),
    ("sqrt_segments", 1, _grows(0.54, "segments"), _grows(0.56, "segments")),
    ("sqrt_segments", 1, _grows(0.46, "segments"), _grows(0.44, "segments")),
    ("recompute_all", 0, _times(1.009, "recompute_all", "temporary_bytes", 64, "recompute_all"),
     _times(1.02, "recompute_all", "temporary_bytes", 64, "recompute_all")),
    # n(n − 1)/2 = 120 layers again, 16 inside derivatives, and 16 of the value's own sweep.
    ("recompute_all", 1, _chain(152, "recompute_all", "evaluated", 16),
     _chain(153, "recompute_all", "evaluated", 16)),
    ("recursive", 0, _beside(0.09, "halving", _halving), _beside(0.11, "halving", _halving)),
    ("recursive", 0, _beside(-0.09, "halving", _halving), _beside(-0.11, "halving", _halving)),
    # (n/2) log₂ n = 32 layers again, 16 inside derivatives, and the value's last.
    ("recursive", 1, _chain(49, "halving", "evaluated", 16),
     _chain(48, "halving", "evaluated", 16)),
    # A third more, within two percent of all; in time within ten.
    ("one_extra_forward", 0, _times(1.353, "segments", "operations", 9),
     _times(1.354, "segments", "operations", 9)),
    ("one_extra_forward", 0, _times(1.314, "segments", "operations", 9),
     _times(1.313, "segments", "operations", 9)),
    ("one_extra_forward_time", 0, _lasts(1.433), _lasts(1.434)),
    ("one_extra_forward_time", 0, _lasts(1.234), _lasts(1.233)),
    *[("same_gradient", 0, _chain(1.99 * 9 * EPS, method, "gradient_error", 9),
       _chain(2.01 * 9 * EPS, method, "gradient_error", 9))
      for method in ("segments", "every_layer", "halving", "revolve", "recompute_all")],
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "place", "within", "beyond"),
    BORDERS,
    ids=[f"{name}-{place}-{k}" for k, (name, place, *_) in enumerate(BORDERS)],
)
def test_evidence_turns_at_its_border(tables, name, place, within, beyond):
    check_border(judge, tables, f"checkpointing.{name}", place, within, beyond)
