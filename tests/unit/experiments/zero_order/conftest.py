SECTION = {
    "dimensions": [32, 40, 48, 56, 64],
    "sphere_up_to": 64,
    "runs": {"least": 8, "coordinates": 512},
    "tolerance": {"smooth": 1e-2, "convex": 5e-3, "strongly_convex": 1e-2},
    "condition": 4,
    "epsilon": 1e-3,
    "rate": {"dimension": 32, "runs": 12, "steps": 100},
    "stochastic": {
        "dimensions": [32, 48, 64],
        "budget": 4096,
        "dimension": 32,
        "budgets": [1024, 2048, 4096],
        "runs": {"least": 8, "coordinates": 256},
    },
    "estimator": {"dimensions": [2, 4], "draws": 32768},
    "differences": {"dimension": 6, "steps": 10},
    "trajectories": {"condition": 5, "steps": 6, "runs": 2},
}
