NUMBERS = [1, 3, 12, 60, 120, 600]

SECTION = {
    "dataset": "digits",
    "training": {"steps": 60, "rate": 0.03},
    "dense": {
        "hidden": [3],
        "images": 64,
        "repeats": 30,
        "chunk": 60,
        "initial": {"rademacher": NUMBERS},
        "trained": {"rademacher": NUMBERS, "gaussian": NUMBERS},
        "diagonal": [3, 12, 60],
        "products": [12, 60, 120],
        "trials": 30,
    },
    "large": {
        "hidden": [8],
        "images": 32,
        "repeats": 30,
        "chunk": 20,
        "probes": {"rademacher": NUMBERS},
    },
    "influence": {
        "size": 20,
        "alpha": 0.3,
        "repeats": 30,
        "chunk": 60,
        "probes": {"rademacher": NUMBERS, "gaussian": NUMBERS, "sphere": NUMBERS},
    },
    "chunks": {
        "sizes": [1, 4],
        "probes": 4,
        "memory_mb": 64,
        "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
    },
}
