"""What tells processors apart for arithmetic: which one, its vector extensions, the kernels chosen.

Two processors may round a sum differently although their names are the same: libraries choose
their kernels by the extensions found, and order and fuse operations accordingly.
"""

import os
import platform
import re
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")

IDENTITY = {
    "vendor": ("vendor_id", "CPU implementer"),
    "family": ("cpu family", "CPU architecture"),
    "model": ("model", "CPU part"),
    "stepping": ("stepping", "CPU revision"),
}
"""What identifies a processor, by the names that Linux gives it on x86 and on ARM."""

EXTENSION = re.compile(
    r"(?:avx|amx|sse|ssse|fma|f16c|asimd|neon|sve|bf16|i8mm)\w*|sme(?:_\w+|2\w*)?"
)
"""Extensions with instructions on floating-point numbers, in Linux's names."""

NUMERIC = re.compile(
    r"(?:TF_)?XLA_FLAGS|JAX_(?!COMPILATION_CACHE|PERSISTENT_CACHE|ENABLE_COMPILATION_CACHE|LOG|PLATFORMS)\w+"
    r"|(?:OPENBLAS|GOTO|OMP|MKL|BLIS|VECLIB|NPY|NVIDIA|CUBLAS)_\w+|GLIBC_TUNABLES"
)
"""Environment variables that change numbers, or how many threads compute them.

Not ``JAX_PLATFORMS``, which jobs set themselves: the devices tell what came of it.
"""

THREADS = re.compile(r"\w+_(?:NUM|MAXIMUM)_THREADS")
"""Those that Snakemake sets for each job, to the job's own number of cores."""


def identity(cpuinfo: Path = CPUINFO) -> dict[str, str]:
    """Name, vendor, family, model, stepping and vector extensions; what the system tells of them.

    From Linux's ``/proc/cpuinfo``; elsewhere the name only.
    """
    try:
        lines = cpuinfo.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return {"cpu": platform.processor() or platform.machine()}
    # The processors of one machine are taken to be alike; the first is asked.
    facts: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    found = {"cpu": facts.get("model name") or platform.machine()}
    for key, names in IDENTITY.items():
        if value := next((facts[name] for name in names if name in facts), ""):
            found[key] = value
    flags = (facts.get("flags") or facts.get("Features", "")).split()
    found["extensions"] = " ".join(sorted(filter(EXTENSION.fullmatch, flags)))
    return found


def environment() -> dict[str, str]:
    """The variables of this process that change numbers, as they are set."""
    return {name: os.environ[name] for name in sorted(os.environ) if NUMERIC.fullmatch(name)}


def kernels() -> dict[str, str]:
    """Which kernels the libraries chose on this processor, under these variables.

    ``blas`` of NumPy and SciPy as threadpoolctl tells it, ``numpy`` its sets of vector extensions
    in use, ``xla`` the vector extensions that XLA compiles for (nothing on a GPU).
    """
    import numpy as np
    import scipy.linalg  # noqa: F401  brings its own BLAS, which is to be seen
    import threadpoolctl

    blas = {
        f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip()
        for pool in threadpoolctl.threadpool_info()
        if pool["user_api"] == "blas"
    }
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return {"blas": ", ".join(sorted(blas)), "numpy": " ".join(found), "xla": _xla_extensions()}


def _xla_extensions() -> str:
    """From a compiled program, which names its target's features as LLVM does: ``+avx2,-avx512f``.

    So it heeds ``--xla_cpu_max_isa``.
    """
    import jax

    program = jax.jit(lambda x: x + 1).lower(jax.ShapeDtypeStruct((), "float32")).compile()
    executable: Any = program.runtime_executable()  # of PJRT, which is not typed
    features = re.search(rb"(?:[+-][\w.-]+,){8,}[+-][\w.-]+", executable.serialize())
    names = features[0].decode("ascii").split(",") if features else []
    return " ".join(sorted(n[1:] for n in names if n[0] == "+" and EXTENSION.match(n[1:])))
