SECTION = {
    "functions": ["logistic", "ricker"],
    "symbolic_depths": [1, 2, 3, 4, 5],
    "depths": [1, 2, 4, 8, 16],
    "memory_depths": [1000, 4000],
    "samples": 15,
    "inputs": [2, 8],
    "timing": {"depths": [1, 2], "samples": 10, "runs": 6, "max_runs": 6, "seconds": 0.0,
               "warmup": 0},
}  # fmt: skip
