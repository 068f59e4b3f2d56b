"""Each number that the report says of `price`, and each price quoted, follows its own rows."""

import pytest

from adcost.experiments.price.claims import numbers
from adcost.experiments.price.prices import quotes

from . import tables_price
from .synthetic import same
from .tables_price import CHECKS, WAYS, timed

FOR = "times faster than"
USES = {
    "flat": [
        (
            "gradient",
            f"reverse mode: 5.0 [5.0, 5.0] {FOR} forward mode on this CPU, the count agrees.",
        ),
        (
            "Hessian-vector product",
            f"reverse over reverse: 1.5 [1.5, 1.5] {FOR} forward over "
            "reverse on this CPU, though by count forward over reverse does the least.",
        ),
        ("Hessian", "nothing was timed; by count by colours does the least."),
        (
            "trace of the Hessian",
            f"estimated to 0.1: about 7.1 {FOR} estimated to 0.01 on this CPU, the count agrees.",
        ),
    ],
    "steep": [
        (
            "gradient",
            f"reverse mode: 3.0 [3.0, 3.0] {FOR} forward mode on this CPU, though by "
            "count forward mode does the least.",
        ),
        (
            "Hessian-vector product",
            f"forward over reverse: 1.1 [1.1, 1.1] {FOR} reverse over "
            "reverse on this CPU, though by count reverse over reverse does the least.",
        ),
    ],
}


def _function(name, line, size, operations, kept, verdict):
    return {
        "verbatim": {
            "name": name,
            "file": f"{name}.py",
            "inputs": ["w: float32[12]"],
            "outputs": ["float32[]"],
        },
        "verdict": verdict,
        "line": line,
        "size": size,
        "operations": operations,
        "kept_bytes": kept,
        "seconds": WAYS[name][0][3],
        "uses": [{"derivative": way, "sentence": said} for way, said in USES[name]],
        "traps": [
            {
                "verbatim": {"place": "steep.py:3"},
                "name": "read by index",
                "sentence": "Each entry costs an array.",
                "rewrite": "Use a scan.",
            }
        ]
        if name == "steep"
        else [],
        "checks": [
            {
                "check": check,
                "passed": passed,
                "sentence": f"{name[:1].upper()}{name[1:]}, {check}.",
            }
            for check, passed in CHECKS[name]
        ],
        "notes": [f"{name[:1].upper()}{name[1:]} has a note."],
    }


def test_every_number_is_that_of_its_function():
    flat = "The cheap gradient holds here: 3.5 evaluations by count (3.0 [3.0, 3.0] by time)."
    steep = (
        "It does not: 27.0 evaluations by count (4.0 [4.0, 4.0] by time), of which 20.0 are line 2 "
        "(steep.py: y = w * w)."
    )
    expected = [
        {"verbatim": {"name": "broken"}, "failure": "The arguments have no real number."},
        _function("flat", 11, 12, 1000, 720, flat),
        _function("steep", 23, 34, 400, 144, steep),
    ]
    same(numbers(tables_price.make()), {"functions": expected})


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        (
            "flat",
            12,
            {
                "gradient": tables_price.REVERSE,
                "directional derivative": ("directional derivative", "central differences"),
                "Hessian times a vector": ("Hessian-vector product", "forward over reverse"),
                "Hessian": ("Hessian", "by colours"),
                "largest eigenvalue": ("extreme eigenvalues", "Lanczos"),
                "gradient by central differences": ("gradient", "central differences"),
                "trace of the Hessian, to 1 %": ("trace of the Hessian", "estimated to 0.01"),
            },
        ),
        (
            "steep",
            34,
            {
                "gradient": ("gradient", "central differences"),
                "Hessian times a vector": ("Hessian-vector product", "reverse over reverse"),
                "gradient by central differences": ("gradient", "central differences"),
            },
        ),
    ],
)
def test_the_price_quoted_is_that_of_the_way_with_the_fewest_operations(name, size, expected):
    count = {way[:2]: way[2] for way in WAYS[name]}
    found = [quote for quote in quotes(tables_price.make()) if quote.subject == name]
    assert [quote.derivative for quote in found] == list(expected)
    for quote, way in zip(found, expected.values(), strict=True):
        assert (quote.size, quote.counted) == (size, count[way])
        nan = float("nan")
        value, low, high = (*timed(name).get(way, ()), nan, nan, nan)[:3]
        at = quote.timed
        assert [at.value, at.low, at.high] == pytest.approx([value, low, high], nan_ok=True)
