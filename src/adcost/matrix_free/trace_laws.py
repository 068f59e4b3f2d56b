r"""How far Hutchinson's estimator is off, from the matrix: no sampling, and no JAX.

For a symmetric A of size d, of any signs, the variance of one probe's vᵀAv is

    rademacher  2(‖A‖²_F − Σ aᵢᵢ²)                  (Hutchinson 1990; Avron & Toledo 2011, table 1)
    gaussian    2‖A‖²_F                             (the same)
    sphere      2d/(d + 2)·(‖A‖²_F − (tr A)²/d)     (radius √d)

The last follows from a Gaussian g = r·v/√d, whose length r is independent of its direction:
E[(gᵀAg)²] = (tr A)² + 2‖A‖²_F = E[r⁴]/d²·E[(vᵀAv)²] with E[r⁴] = d(d + 2). The mean of V probes has
the V-th part.
"""


def variance(
    distribution: str, size: int, trace: float, frobenius2: float, diagonal2: float
) -> float:
    """The variance of vᵀAv from tr A, ‖A‖²_F and Σ aᵢᵢ²; ``ValueError`` for an unknown name."""
    match distribution:
        case "rademacher":
            return 2 * (frobenius2 - diagonal2)
        case "gaussian":
            return 2 * frobenius2
        case "sphere":
            return 2 * size / (size + 2) * (frobenius2 - trace**2 / size)
    raise ValueError(f"no law for probes called {distribution!r}")


def probes_needed(one_probe: float, trace: float, error: float) -> float:
    """The V at which the root-mean-square error is ``error`` times |tr A|.

    ``ValueError`` for a trace of zero, of which no relative error can be asked, and for an error
    that is not positive.
    """
    if trace == 0:
        raise ValueError(
            "the trace is 0, so no number of probes makes the error small beside it; ask for an "
            "absolute error: one_probe / error² probes"
        )
    if not error > 0:
        raise ValueError(f"the error must be positive, not {error}")
    return one_probe / (error * trace) ** 2


def diagonal_error2(frobenius2: float, diagonal2: float) -> float:
    """E‖d̂ − d‖² of one probe of random signs for the diagonal d of A; of V probes the V-th part.

    d̂ᵢ − aᵢᵢ = Σ_{j≠i} aᵢⱼvᵢvⱼ, whose square has the mean Σ_{j≠i} aᵢⱼ²: half the trace's variance.
    """
    return frobenius2 - diagonal2
