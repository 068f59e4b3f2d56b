"""Tables of `hutchinson` on which every claim holds: the recorded ones with errors as the laws say.

All blocks and trials have a factor of their own that does not depend on the number of probes.
"""

import numpy as np

from .recorded import recorded

REPEATS = 8
CASES = [
    ("dense", "initial"),
    ("dense", "trained"),
    ("large", "initial"),
    ("large", "trained"),
    ("influence", "fixed"),
]
NETWORKS = CASES[:4]
ABOVE = ("dense", "initial")
"""The network whose exact trace is the cheaper way; of the others the estimate is."""
PAIRS = [(case, "rademacher") for case in CASES] + [
    (("dense", "trained"), "gaussian"),
    (("influence", "fixed"), "gaussian"),
    (("influence", "fixed"), "sphere"),
]


def exact(table, case):
    """The matrix's own numbers: from the dense matrix where there is one, else unit vectors."""
    rows = table[(table.matrix == case[0]) & (table.state == case[1]) & (table.probes == 0)]
    for method in ("dense", "unit_vectors"):
        if (rows.method == method).any():
            found = rows[rows.method == method].set_index("quantity").value
            return {**found, "size": int(rows["size"].iloc[0])}
    raise AssertionError(case)


def law(table, case, distribution):
    """The variance of one probe over the square of the trace."""
    of = exact(table, case)
    one = {
        "rademacher": 2 * (of["frobenius2"] - of["diagonal2"]),
        "gaussian": 2 * of["frobenius2"],
        "sphere": 2 * of["size"] / (of["size"] + 2)
        * (of["frobenius2"] - of["trace"] ** 2 / of["size"]),
    }  # fmt: skip
    return one[distribution] / of["trace"] ** 2


def on_both_sides(table, above=(ABOVE,)):
    """A network's trace is known to 1 % from half as many products as it has parameters.

    Or, of those named, from twice as many.
    """
    for matrix, state in NETWORKS:
        of = exact(table, (matrix, state))
        share = 2 if (matrix, state) in above else 0.5
        wanted = of["diagonal2"] + share * of["size"] * 1e-4 * of["trace"] ** 2 / 2
        rows = (table.matrix == matrix) & (table.state == state)
        table.loc[rows & (table.quantity == "frobenius2"), "value"] = wanted


def make(above=(ABOVE,)):
    tables = recorded("hutchinson")
    table = tables["measurements"]
    on_both_sides(table, above)
    # Symmetric about 1, so that means are exactly those of the law.
    factor = 1 + 1e-4 * (table["repeat"] - (REPEATS - 1) / 2)
    sign = np.sign(table["repeat"] - (REPEATS - 1) / 2)
    for case, distribution in PAIRS:
        of = exact(table, case)
        rows = (table.matrix == case[0]) & (table.state == case[1]) & (table.method == distribution)
        mean, square = (rows & (table.quantity == name) for name in ("mean", "mean_square"))
        table.loc[mean, "value"] = of["trace"] * factor[mean]
        one = law(table, case, distribution) * of["trace"] ** 2
        table.loc[square, "value"] = one / table.probes[square] * factor[square]
    for state in ("initial", "trained"):
        trace = exact(table, ("dense", state))["trace"]
        for method, power in (("hutch_plus_plus", -0.9), ("xtrace", -0.8)):
            rows = (table.state == state) & (table.method == method)
            off = sign[rows] * factor[rows] * table.probes[rows] ** power
            table.loc[rows, "value"] = trace * (1 + off)
    return tables
