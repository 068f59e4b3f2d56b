"""JAX's primitives by what they cost: which are free, which are arithmetic, and of which kind.

`UNCOUNTED` says of which primitives no count can be given, and why. A test walks JAX's own list.
"""

from collections.abc import Iterable, Mapping

import jax.numpy as jnp

from adcost.jax_versions import Literal, Var


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOVING = _names("""
    all_gather all_gather_invariant all_gather_reduced all_to_all pbroadcast pbroadcast_dynamic
    ppermute precv psend ragged_all_to_all
    broadcast broadcast_in_dim broadcast_to bitcast_convert_type collapse complex
    concatenate convert_element_type copy copy_p dynamic_slice dynamic_update_slice empty
    expand_dims from_edtype gather imag iota pad real reshape rev slice split squeeze stack tile
    to_edtype transpose unstack
""")
"""Moves or converts data, between devices too."""

MARKS = _names("""
    after_all axis_index create_linear create_token dce_sink debug_callback debug_print device_put
    empty2 empty_ref free_ref freeze get layout_constraint name new_ref optimization_barrier
    pcast pin pvary preduced reduced_vary_cast reduced_vary_cast_p relayout reshard
    shard_alike sharding_constraint stop_gradient swap tie unpin unreachable vary_unreduced_cast
    vary_unreduced_cast_p xla_metadata_value zeros_like
""")
"""Says something to JAX or XLA, or holds a place: most are put there by JAX in derivatives."""

RANDOM_BITS = _names("""
    iota_2x32_shape philox2x32 philox4x32 random_bits random_clone random_fold_in random_seed
    random_split random_unwrap random_wrap rng_bit_generator threefry2x32 threefry4x32
""")

CONTROL = _names("""
    and clz dim_as_value dimension_size lu_pivots_to_permutation mulhi not or platform_index
    population_count reduce_and reduce_or reduce_xor shape_assertion shift_left
    shift_right_arithmetic shift_right_logical xor
""")
"""Has integers and booleans only."""

FREE = MOVING | MARKS | RANDOM_BITS | CONTROL

ELEMENTWISE: Mapping[str, frozenset[str]] = {
    "multiplications": _names("div mul square"),
    "additions": _names("add add_any sub"),
    "elementwise": _names("""
        abs ceil clamp conj eq eq_to floor ge gt is_finite le le_to lt lt_to max min ne neg
        nextafter reduce_precision rem round select_n sign
    """),
    "transcendental": _names("""
        acos acosh asin asinh atan atan2 atanh bessel_i0e bessel_i1e cbrt cos cosh digamma erf
        erf_inv erfc exp exp2 expm1 igamma igamma_grad_a igammac lgamma log log1p log2 logistic
        polygamma pow random_gamma_grad regularized_incomplete_beta rsqrt sin sinh sqrt tan tanh
        zeta
    """),
}
"""One operation for each number of the result."""

REPEATED: Mapping[str, frozenset[str]] = {
    "additions": _names("""
        accum_grad_in_ref addupdate cumsum reduce_sum reduce_window_sum scatter-add scatter-sub
    """),
    "multiplications": _names("cumprod reduce_prod scatter-mul"),
    # select_and_gather_add is the tangent of max-pooling: it finds the largest in each window.
    "elementwise": _names("""
        argmax argmin cummax cummin reduce_max reduce_min reduce_window_max reduce_window_min
        scatter-max scatter-min select_and_gather_add sort
    """),
}
"""One operation for each pair of numbers that is made into one, or compared."""

OWN_JAXPR = _names("reduce reduce_window scatter select_and_scatter")
"""The same with a function of the user's for the operation."""

CALLS = _names("""
    call checkpoint closed_call composite compute_on core_call custom_jvp_call custom_jvp_call_jaxpr
    custom_linear_solve custom_partitioning custom_vjp_call custom_vmap_call eval_jaxpr jaxpr_call
    jit linear_call pjit remat remat2 remat_opt run_state shard_map xla_metadata_call
""")
LOOPS = _names("cond scan while")

_ELSEWHERE = "it is computed outside of what JAX sees"
_TOGETHER = "what several devices do together depends on the algorithm between them"
_DRAWN = "how often it draws depends on the random bits"
UNCOUNTED: Mapping[str, str] = {
    **dict.fromkeys(
        """pure_callback io_callback buffer_callback ffi_call custom_call call_exported
        tpu_custom_call pallas_call""".split(),
        _ELSEWHERE,
    ),
    **dict.fromkeys(
        """pmax pmin psum psum_invariant reduce_scatter scan_count unreduced_pmax unreduced_pmin
        unreduced_psum unreduced_reduce_scatter""".split(),
        _TOGETHER,
    ),
    "random_gamma": _DRAWN,
    "approx_top_k": "how much it compares depends on the device and the recall that it aims at",
    "cholesky_update": "the textbook says O(n²) and no more",
    "eig": "with eigenvectors of a matrix that is not symmetric the textbook gives no count",
    "stage": "it is a program within a program, whose runs JAX does not tell",
}


def kind_of(name: str, table: Mapping[str, Iterable[str]]) -> str | None:
    """The kind of operation under which a table has a primitive."""
    return next((kind for kind, names in table.items() if name in names), None)


def floating(*atoms: Literal | Var) -> bool:
    """Whether there is a real or complex number of any precision among the arrays."""
    dtypes = (getattr(atom.aval, "dtype", None) for atom in atoms)  # a token has none
    return any(dtype is not None and jnp.issubdtype(dtype, jnp.inexact) for dtype in dtypes)
