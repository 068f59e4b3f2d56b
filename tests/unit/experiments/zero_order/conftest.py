SECTION = {
    "dimensions": [32, 64, 128],
    "sphere_up_to": 128,
    "runs": {"least": 8, "coordinates": 1024},
    "tolerance": {"smooth": 1e-2, "convex": 5e-3, "strongly_convex": 1e-2},
    "condition": 4,
    "epsilon": 1e-3,
    "rate": {"dimension": 32, "runs": 24, "steps": 100},
    "stochastic": {
        "dimensions": [2, 8, 32],
        "budget": 2048,
        "dimension": 8,
        "budgets": [128, 512, 2048],
        "runs": {"least": 16, "coordinates": 2048},
    },
    "estimator": {"dimensions": [2, 4], "draws": 32768},
    "differences": {"dimension": 6, "steps": 10},
    "trajectories": {"condition": 5, "steps": 6, "runs": 2},
}
