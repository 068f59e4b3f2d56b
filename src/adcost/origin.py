"""Where a table was made: commit, changes on top of it, versions, machine, compiler's settings."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("jax", "jaxlib", "numpy", "pandas", "scipy", "scikit-learn", "snakemake", "matplotlib")

MOST_CHANGED = 20
"""As many changed files are named as tell a reader what to ask about."""


def origin() -> dict[str, Any]:
    """Commit, files changed on top of it, versions and machine of this process, and the time.

    ``devices`` and ``precision`` are JAX's.
    """
    import jax  # Late, since what reads and merges origins has no other use for it.

    changed = _changed()
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD").strip() or "unknown",
        "dirty": bool(changed),
        "changed": changed[:MOST_CHANGED],
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "machine": {
            "cpu": _cpu(),
            "cores": _cores(),
            "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
            "devices": [f"{d.platform}: {d.device_kind}" for d in jax.devices()],
            "system": platform.system(),
            "python": sys.version.split()[0],
        },
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
        "precision": jax.config.values["jax_default_matmul_precision"] or "default",
    }


def distinct(origins: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each different origin once, the earliest first; ``date`` and ``until`` span its tables."""
    merged: dict[str, dict[str, Any]] = {}
    for one in sorted(origins, key=lambda record: record["date"]):
        same = repr({k: v for k, v in one.items() if k not in ("date", "until")})
        last = one.get("until", one["date"])
        known = merged.setdefault(same, {**one, "until": last})
        known["until"] = max(known["until"], last)
    return list(merged.values())


def _changed() -> list[str]:
    """Files that differ from the commit, and files that git does not know."""
    # No lock: jobs run side by side.
    status = _git("--no-optional-locks", "status", "--porcelain", "--no-renames")
    return sorted(line[3:] for line in status.splitlines())


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
