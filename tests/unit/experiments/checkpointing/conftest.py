"""The small section of the configuration that the tests use."""

SECTION = {
    "lengths": [8, 9, 16, 64],
    "width": 32,
    "batch": 64,
    "quadratic_up_to": 16,
    "frontier": {"length": 16, "snapshots": [1, 8]},
    "animate": 6,
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
}
