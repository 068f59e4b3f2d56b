SECTION = {
    "conditions": [1, 1e4, 1e8],
    "size": 6,
    "rows": 9,
    "draws": 2,
    "sizes": [4, 16],
    "recovery": {
        "size": 20, "rank": 2, "observed": 0.6, "strength": 0.3, "steps": 80, "draws": 6,
    },
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
}  # fmt: skip
