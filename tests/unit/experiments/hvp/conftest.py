SECTION = {
    "layers": [20, 40, 80],
    "width": 3,
    "dtype": "float32",
    "initialisation": "signal_preserving",
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
    "float64_layers": [2, 4, 8],
    "homework_init": {"layers": [10, 100, 1000], "width": 3, "draws": 9},
    "homework_code": {"layers": [2, 4, 8], "width": 3},
    "nested": {"operations": ["sqrt", "reciprocal", "erf"], "times": 20},
    "large": {"layers": 3, "width": 20},
}
