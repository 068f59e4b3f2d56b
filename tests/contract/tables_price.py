"""Tables of `price`: two functions with prices, no two of which are alike, and one without."""

import json

import pandas as pd
from contract.synthetic import rounds

REVERSE = ("gradient", "reverse mode")
WAYS = {
    # derivative, method, evaluations by count, seconds; the fastest way is not the one with the
    # fewest operations.
    "flat": [
        ("function", "one evaluation", 1, 2e-6),
        (*REVERSE, 3.5, 6e-6),
        ("gradient", "forward mode", 13, 3e-5),
        ("gradient", "central differences", 24, 5e-5),
        ("directional derivative", "forward mode", 2.5, 3e-6),
        ("directional derivative", "central differences", 2, 4e-6),
        ("Hessian-vector product", "forward over reverse", 8, 9e-6),
        ("Hessian-vector product", "reverse over reverse", 9, 6e-6),
        ("Hessian", "by columns", 90, None),
        ("Hessian", "by colours", 30, None),
        ("trace of the Hessian", "by columns", 91, 1e-4),
        ("trace of the Hessian", "estimated to 0.01", 40, 5e-5),
        ("trace of the Hessian", "estimated to 0.1", 4, 7e-6),
        ("extreme eigenvalues", "Lanczos", 120, 2e-4),
    ],
    "steep": [
        ("function", "one evaluation", 1, 5e-6),
        (*REVERSE, 27, 2e-5),
        ("gradient", "forward mode", 7, 6e-5),
        ("gradient", "central differences", 6, 8e-5),
        ("Hessian-vector product", "forward over reverse", 55, 1.1e-4),
        ("Hessian-vector product", "reverse over reverse", 54, 1.2e-4),
    ],
}
WITHOUT_INTERVAL = ("directional derivative", "central differences")
OPERATIONS = {"flat": 1000, "steep": 400}
SOURCE = "def {name}(w):\n    y = w * w\n    z = sin(y)\n\n    return sum(z)\n"
LINES = {  # line, operations of the function, of value and gradient, bytes kept
    "flat": [(2, 300, 900, 480), (3, 600, 1700, 240), (5, 100, 900, 0)],
    "steep": [(2, 100, 8000, 0), (3, 250, 2000, 96), (5, 50, 800, 48)],
}
MEMORY = {  # target, policy, evaluations by count, temporary bytes, all bytes, best
    "flat": [
        ("none", "none", 3.5, 7e6, 9e6, True),
        ("scan 3", "dots saveable", 3.9, 5e6, 8e6, True),
        ("whole", "nothing saveable", 4.5, 6e6, 8.5e6, False),
        ("whole", "a policy that fails", None, None, None, False),
    ],
    "steep": [
        ("none", "none", 27, 4e6, 5e6, True),
        ("whole", "nothing saveable", 29, 1e6, 3e6, True),
    ],
}
CHECKS = {
    "flat": [("modes agree", True), ("against differences", True), ("second", None)],
    "steep": [("modes agree", True), ("against differences", True)],
}
FAILURE = "the arguments have no real number"


def make():
    """``measurements``, ``parts``, ``timings`` and ``points``, on which `flat` is reproduced."""
    tables = [_of(name) for name in WAYS]
    broken = pd.DataFrame(
        [("broken", "failure", json.dumps(FAILURE))], columns=["point", "part", "content"]
    )
    joined = {
        key: pd.concat([table[key] for table in tables], ignore_index=True) for key in tables[0]
    }
    joined["parts"] = pd.concat([joined["parts"], broken], ignore_index=True)
    return joined | {"points": pd.DataFrame({"point": [*WAYS, "broken"]})}


def timed(name):
    """Evaluations by time with the ends of the interval, by derivative and method."""
    unit = WAYS[name][0][3]
    found = {}
    for place, (derivative, method, _, seconds) in enumerate(WAYS[name]):
        if seconds is not None:
            ratio = seconds / unit
            whole = (derivative, method) != WITHOUT_INTERVAL
            ends = (ratio * (0.99 - place / 1e3), ratio * (1.01 + place / 1e3)) if whole else ()
            found[derivative, method] = ratio, *ends
    return found


def _of(name):
    counted, times = [], []
    evaluations = timed(name)
    for derivative, method, count, seconds in WAYS[name]:
        own = {
            "operations": count * OPERATIONS[name],
            "exact": 1.0,
            "counted": count,
            "temporary_bytes": 8 * count,
            "total_bytes": 9 * count,
        }
        counted += [(name, derivative, method, *row) for row in own.items()]
        if seconds is not None:
            quantities = ("timed", "timed_low", "timed_high")
            own = {
                "compile_seconds": 10 * seconds,
                "seconds": seconds,
                "seconds_low": 0.9 * seconds,
                "seconds_high": 1.2 * seconds,
            }
            own |= zip(quantities, evaluations[derivative, method], strict=False)
            times += [
                (name, f"{derivative}: {method}", quantity, "price", 0, 0, value)
                for quantity, value in own.items()
            ]
    medians = {f"{derivative}: {method}": s for derivative, method, _, s in WAYS[name] if s}
    repeats = rounds({"point": name}, medians).rename(columns={"seconds": "value"})
    repeats = repeats.assign(quantity="seconds", group="first", order=0)
    columns = ["point", "method", "quantity", "group", "repeat", "order", "value"]
    parts = [(name, part, json.dumps(content)) for part, content in _parts(name).items()]
    return {
        "measurements": pd.DataFrame(
            counted, columns=["point", "derivative", "method", "quantity", "value"]
        ),
        "parts": pd.DataFrame(parts, columns=["point", "part", "content"]),
        "timings": pd.concat([repeats[columns], pd.DataFrame(times, columns=columns)]),
    }


def _parts(name):
    text = SOURCE.format(name=name)
    lines = [
        {
            "file": f"{name}.py",
            "line": line,
            "function": name,
            "executions": 1,
            "tangent": value,
            "source": text.splitlines()[line - 1],
            "value": value,
            "forward": value,
            "reverse": gradient - value,
            "gradient": gradient,
            "kept_bytes": kept,
        }
        for line, value, gradient, kept in LINES[name]
    ]
    columns = ("target", "policy", "counted", "temporary_bytes", "total_bytes", "frontier")
    trap = {
        "name": "read by index",
        "file": f"{name}.py",
        "line": 3,
        "sentence": "each entry costs an array",
        "rewrite": "use a scan",
    }
    return {
        "function": {
            "file": f"{name}.py",
            "line": {"flat": 11, "steep": 23}[name],
            "platform": "cpu",
            "inputs": [{"argument": "w", "type": "float32[12]"}],
            "scalar": True,
            "exact": True,
            "outputs": [{"output": "", "type": "float32[]"}],
            "size": {"flat": 12, "steep": 34}[name],
            "operations": {"total": OPERATIONS[name]},
            "kept_bytes": {"flat": 720, "steep": 144}[name],
        },
        "lines": lines,
        "sources": {f"{name}.py": text},
        "memory": [dict(zip(columns, row, strict=True)) for row in MEMORY[name]],
        "traps": [trap] if name == "steep" else [],
        "checks": [
            {"check": check, "passed": passed, "sentence": f"{name}, {check}."}
            for check, passed in CHECKS[name]
        ],
        "uncounted": [],
        "notes": [f"{name} has a note"],
        "options": {"tolerance": 0.01},
        "price notes": [],
    }
