SECTION = {
    "inputs": 12,
    "outputs": {"linear": [2, 5, 9, 17, 40], "tanh": [2, 9, 15, 40], "max": [1, 4, 40]},
    "block": 16,
    "timing": {
        "runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1, "burst": 2, "long_runs": 3,
    },
    "chains": {
        "hourglass": [12, 5, 2, 5, 12],
        "widening": [2, 4, 8],
        "narrowing": [8, 4, 2],
    },
    "elimination": {"graphs": ["lighthouse", "helmholtz", "speelpenning"], "states": 2000},
}  # fmt: skip
