SECTION = {
    "at": [2.0, 3.0],
    "expressions": [
        {"name": "survey", "function": "adcost.functions.scalars:survey", "at": [2, 5]},
        {
            "name": "rosenbrock",
            "function": "adcost.functions.scalars:rosenbrock",
            "at": [-1.2, 1.0],
        },
    ],
    "dimensions": [2, 4, 8],
    "lengths": [4, 16, 64],
}
