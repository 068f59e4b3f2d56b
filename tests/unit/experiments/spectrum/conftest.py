SHARED = {"architecture": "mlp", "dataset": "digits", "images": 64, "steps": 20}
TRAINING = {"batch": 64, "rate": 0.1, "momentum": 0.9}
SECTION = {
    "subject": "perceptron",
    "networks": {
        "deeper": SHARED
        | {
            "options": {"hidden": [5, 4]},
            "training": TRAINING | {"epochs": 3},
            "checkpoints": [0, 3],
            "probes": 1,
            "dense": False,
        },
        "perceptron": SHARED
        | {
            "options": {"hidden": [4]},
            "training": TRAINING | {"epochs": 30},
            "checkpoints": [0, 2, 30],
            "probes": 3,
            "trainings": 5,
            "dense": True,
        },
    },
    "ghosts": {"steps": 60, "shown": 4},
}
