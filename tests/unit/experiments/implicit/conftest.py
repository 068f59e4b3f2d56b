"""The small section of the configuration that the tests use."""

SECTION = {
    "steps": [16, 1024],
    "converged": 1024,
    "tolerances": [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10],
    "adjoint_tolerance": 1e-14,
    "ridge": {"penalty": 0.05},
    "step_sizes": {"dimension": 20, "horizon": 4, "largest": 0.1},
    "layer": {"width": 6, "examples": 4, "gain": 0.95},
    "singular": {
        "images": 10,
        "steps": 2000,
        "penalties": [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 0],
    },
}
