"""What the package uses of JAX beyond its documented interface, and what differs by version.

Tried with JAX 0.10.2, 0.11.2 and 0.12.0.1 (`make matrix`). All else that the package uses is in
JAX's reference (``jax.jit``, ``Traced.jaxpr``, ``Compiled.memory_analysis`` …). Each entry has a
test of its own in ``tests/unit/test_jax_versions.py``; a test there also finds what another module
takes from the modules below. After an update, what fails says which entry it is:

- *Types of a jaxpr* (``jax.extend.core``, ``jax.core``). If one moves, import it from where
  ``grep "class <name>" jax/_src/core.py`` says that it is exported.
- *Fields of a jaxpr*: ``eqns``, ``invars``, ``outvars``, ``constvars``, ``primitive.name``,
  ``params``, ``aval``, ``val``. They are read in ``costs.count``, ``derivatives.tape.trace``,
  ``derivatives.paths`` and ``experiments.feedforward.measure``; a renamed one is a property here.
- *Names of primitives*: ``costs.count.primitives`` for counting, where a test walks JAX's own list
  and prints those that are new; ``derivatives.tape.operations`` for the tape.
- *Parameters of primitives*: those of calls, loops and branches are read below; those of single
  operations in ``costs.count.arithmetic`` and ``costs.count.factorisations``. To see a version's:
  ``print(jax.make_jaxpr(f)(x).eqns[0].params)``.
- *Derivative rules*: what JAX's derivative of an activation multiplies is stated below (`TANH`).
- ``jax.interpreters.partial_eval``: `without_dead_code`.
  ``jax.extend.source_info_util``: `user_line`.
- *Fields of the compiler's answers*: `held_bytes`, `computed_flops`; ``memory_stats`` of a GPU's
  allocator in ``experiments.transformer_memory.resident``; the target's features in the bytes of a
  program, in ``processor``.
- *Options of XLA*: `compile_options` drops those that a version lacks, `quick_flags` those of
  `QUICKLY`. The flags that
  ``experiments.transformer_memory.resident`` gives a process by ``XLA_FLAGS`` end it if they are
  unknown: then take the flag's new name from XLA's ``debug_options_flags.cc``.
- ``jax.config.values``: `setting`; ``platforms``, which is imported here, reads it by itself.
- ``jax.experimental.compilation_cache``: `forget_compiled`. ``jax.experimental.io_callback`` is
  documented.
- *Names of events* of ``jax.monitoring``, in ``workflow/scripts/job.py``: they only name what a
  job's log says that compiling took.
"""

from adcost.jax_versions.compiled import (
    QUICKLY,
    compile_options,
    computed_flops,
    forget_compiled,
    held_bytes,
    quick_flags,
    setting,
)
from adcost.jax_versions.control_flow import (
    Scan,
    While,
    branches,
    called,
    carries,
    linear_solve,
    manual_devices,
    scan,
    while_loop,
)
from adcost.jax_versions.jaxprs import (
    TANH,
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Literal,
    ShapedArray,
    Slope,
    Var,
    array,
    bound,
    held,
    inner_jaxprs,
    is_traced,
    jaxpr_as_fun,
    opened,
    programs,
    used,
    without_dead_code,
)
from adcost.jax_versions.source import (
    Frame,
    frames,
    function,
    scopes,
    site,
    transposed,
    user_line,
    written_in_jax,
)

__all__ = [
    "QUICKLY",
    "TANH",
    "ClosedJaxpr",
    "Frame",
    "Jaxpr",
    "JaxprEqn",
    "Literal",
    "Scan",
    "ShapedArray",
    "Slope",
    "Var",
    "While",
    "array",
    "bound",
    "branches",
    "called",
    "carries",
    "compile_options",
    "computed_flops",
    "forget_compiled",
    "frames",
    "function",
    "held",
    "held_bytes",
    "inner_jaxprs",
    "is_traced",
    "jaxpr_as_fun",
    "linear_solve",
    "manual_devices",
    "opened",
    "programs",
    "quick_flags",
    "scan",
    "scopes",
    "setting",
    "site",
    "transposed",
    "used",
    "user_line",
    "while_loop",
    "without_dead_code",
    "written_in_jax",
]
