SECTION = {
    "networks": [
        {"name": "small", "sizes": [5, 4, 3], "batch": 2, "activations": ["tanh", "gelu"]},
        {"name": "one-input", "sizes": [3, 2], "batch": 1, "activations": ["logistic"]},
    ],
    "shapes_of": "small",
    "widths": {"width": [4, 16, 64, 256], "layers": 3, "batch": 8, "activation": "tanh"},
}
