"""What the price list calls derivatives and the ways to them. Imports nothing that computes."""

FUNCTION = "function"
GRADIENT = "gradient"
DIRECTIONAL = "directional derivative"
JACOBIAN = "Jacobian"
ROW = "vector-Jacobian product"
HVP = "Hessian-vector product"
GAUSS_NEWTON = "Gauss–Newton product"
HESSIAN = "Hessian"
TRACE = "trace of the Hessian"
EIGENVALUES = "extreme eigenvalues"

DERIVATIVES = (
    FUNCTION, GRADIENT, DIRECTIONAL, ROW, JACOBIAN, HVP, GAUSS_NEWTON, HESSIAN, TRACE, EIGENVALUES,
)  # fmt: skip
"""All that has a price, in the order in which they are shown."""

EVALUATION = "one evaluation"
REVERSE, FORWARD = "reverse mode", "forward mode"
CENTRAL, ONE_SIDED = "central differences", "forward differences"
ESTIMATED = "estimated to"
"""How the way to a trace by random probes begins; the relative error follows."""
COLUMNS, ROWS, COLOURS = "by columns", "by rows", "by colours"

KEY = f"{FUNCTION}: {EVALUATION}"
"""The program that all prices are ratios to, in a table of timings."""
