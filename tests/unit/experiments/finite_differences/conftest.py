SECTION = {
    "epsilon": {"smallest": 1e-14, "largest": 1.0, "per_decade": 5},
    "curves": ["exponential", "reciprocal"],
    "sets": 8,
    "points": 150,
    "dimensions": [1, 3, 10],
}
