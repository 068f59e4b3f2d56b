"""Where results come from: commit, configuration, versions, machine, settings of the compiler."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import psutil

from adcost.study import digest

PACKAGES = ("jax", "jaxlib", "numpy", "pandas", "scipy", "scikit-learn", "snakemake", "matplotlib")


def provenance(config: Mapping[str, Any]) -> dict[str, Any]:
    """The record beside every report; ``config`` is the merged configuration of the run."""
    status = _git("status", "--porcelain")
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD") or "unknown",
        "dirty": bool(status),
        "config": dict(config),
        "config_digest": digest(config),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "machine": {
            "cpu": _cpu(),
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else
            os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
            "devices": [f"{d.platform}: {d.device_kind}" for d in jax.devices()],
            "system": platform.system(),
            "python": sys.version.split()[0],
        },
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
        "precision": str(jax.config.jax_default_matmul_precision or "default"),
    }  # fmt: skip


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
