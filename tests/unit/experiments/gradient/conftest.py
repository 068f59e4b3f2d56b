SECTION = {
    "functions": {
        "sum_of_squares": {
            "dimensions": [20, 40, 80, 320, 1280],
            "reverse_up_to": 320,
            "all_methods_up_to": 80,
        },
        "mds": {"dimensions": [32, 64, 100], "reverse_up_to": 100, "all_methods_up_to": 100},
    },
    "tape": {"dimensions": [10, 20, 50, 100]},
    "writing": {"dimensions": [40, 80, 160], "nested": 20},
    "examples": 8,
    "batch": 16,
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
}
