"""The small section of the configuration that the tests use."""

SECTION = {
    "sizes": [16, 25, 64],
    "dense": 25,
    "drawn": 16,
    "search": 100_000,
    "random": {"size": 48, "entries": [1, 3, 12], "draws": 6},
    "time": {
        "sizes": [16, 64],
        "burst": 2,
        "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
    },
}
