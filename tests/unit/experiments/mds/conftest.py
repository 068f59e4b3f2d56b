SECTION = {
    "regions": {"europe": [5, 6, 8, 10, 12], "world": [8]},
    "starts": 6,
    "subsets": 40,
    "tolerance": 1e-5,
    "max_evaluations": 50000,
    "slow": {"starts": 3, "max_evaluations": 25000},
    "animate": "europe-10",
}
