"""Where a table was made: commit, changes on top of it, versions, machine, kernels, settings."""

import datetime
import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import psutil

from adcost import processor
from adcost.study.checkout import checkout

PACKAGES = (
    "jax", "jaxlib", "numpy", "pandas", "scipy", "scikit-learn", "sympy", "mpmath", "optax",
    "matfree", "snakemake", "matplotlib", "seaborn",
)  # fmt: skip

MOST_CHANGED = 20
"""As many changed files are named as tell a reader what to ask about."""


def origin() -> dict[str, Any]:
    """Commit, files changed on top of it, versions and machine of this process, and the time.

    ``dirty`` is None, and ``unknown_because`` says why, where git does not tell.
    ``devices`` and ``precision`` are JAX's; ``kernels`` and ``environment`` are those of
    :mod:`adcost.processor`.
    """
    import jax  # Late, since what reads and merges origins has no other use for it.

    from adcost.jax_versions import setting

    code = checkout()
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": code.commit,
        "dirty": code.dirty,
        "changed": list(code.changed[:MOST_CHANGED]),
        "unknown_because": code.unknown_because,
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "machine": {
            **processor.identity(),
            "cores": _cores(),
            "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
            "devices": [f"{d.platform}: {d.device_kind}" for d in jax.devices()],
            "system": platform.system(),
            "python": sys.version.split()[0],
        },
        "kernels": processor.kernels(),
        "environment": processor.environment(),
        "precision": setting("jax_default_matmul_precision") or "default",
    }


def distinct(origins: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each different origin once, the earliest first; ``date`` and ``until`` span its tables.

    Numbers of threads, which each job has its own of, make no difference; all are named.
    """
    merged: dict[str, dict[str, Any]] = {}
    for one in sorted(origins, key=lambda record: record["date"]):
        threads, other = _threads(one.get("environment", {}))
        apart = ("date", "until", "environment")
        same = repr(({k: v for k, v in one.items() if k not in apart}, other))
        last = one.get("until", one["date"])
        known = merged.setdefault(same, {**one, "until": last})
        known["until"] = max(known["until"], last)
        if threads:
            before = known.get("environment", {})
            known["environment"] = {**before, **_joined(before, threads)}
    return list(merged.values())


def _threads(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The variables that say how many threads, and the others."""
    found = {k: v for k, v in environment.items() if processor.THREADS.fullmatch(k)}
    return found, {k: v for k, v in environment.items() if k not in found}


def _joined(known: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """Every value that a variable has had, once."""
    return {
        name: ", ".join(sorted({*known.get(name, value).split(", "), *value.split(", ")}))
        for name, value in found.items()
    }


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
