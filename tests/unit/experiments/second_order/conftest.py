"""The small section of the configuration that the tests use."""

SECTION = {
    "calls": 300,
    "operations": 1e8,
    "dense_up_to": 32,
    "pairs": 10,
    "step": {"adam": 0.1, "factor": 4},
    "starts": {"most": 2, "coordinates": 64},
    "convex": {"dimensions": [16, 64], "conditions": [10], "tolerance": 1e-3, "timed": [16]},
    "logistic": {
        "sets": [{"dataset": "breast_cancer", "degree": 1}],
        "samples": 50,
        "ridge": 1e-2,
        "tolerance": 1e-2,
        "timed": [],
    },
    "network": {"widths": [1], "samples": 20, "tolerance": 0.5, "timed": []},
    "storage": {"dimensions": [64, 256]},
    "memory_gb": 16,
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.1, "warmup": 1},
}
