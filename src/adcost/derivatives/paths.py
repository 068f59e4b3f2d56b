r"""The chain rule written out: a derivative as a sum over the paths of the computational graph.

    ∂v_N/∂x = Σ over paths x → v_N of Π over its edges of ∂(head)/∂(tail)     (Bauer 1974)

Each path is a term. Automatic differentiation uses the same rule, but sums at every node before
it goes on, so it passes each edge once: that is the difference between a formula and an algorithm.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from adcost.jax_versions import Literal


def paths_and_edges(f: Callable[..., Any], *arguments: Any) -> tuple[int, int]:
    """Paths from the arguments to the output, and edges on them, in the graph of ``f``'s jaxpr.

    ``f`` has one output. A jaxpr's equation is a node and each use of a floating-point value an
    edge; an equation that holds another jaxpr (a jitted function, a loop) is one node, so loops
    must be unrolled.
    """
    jaxpr = jax.make_jaxpr(f)(*arguments).jaxpr
    paths = {variable: 1 for variable in jaxpr.invars}
    edges = 0
    for equation in jaxpr.eqns:
        used = [atom for atom in equation.invars if not isinstance(atom, Literal) and atom in paths]
        if not used:
            continue
        edges += len(used)
        total = sum(paths[atom] for atom in used)
        paths |= {
            out: total for out in equation.outvars if jnp.issubdtype(out.aval.dtype, jnp.inexact)
        }
    (output,) = jaxpr.outvars
    return paths.get(output, 0), edges
