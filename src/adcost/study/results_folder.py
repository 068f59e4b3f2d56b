"""Is there a place for the results?"""

import os
import shutil
from pathlib import Path

from adcost.study.plans import ConfigError

LEAST_FREE = 1_000_000
"""Bytes on the disk of the results below which not even the smallest study has room."""


def check_writable(folder: Path) -> None:
    """Refuse a folder, which need not exist yet, that is closed to writing or has no room.

    Raises :class:`ConfigError`.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise ConfigError(f"{there} is a file; results need a folder: remove it, or set results")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError(
            f"{there} cannot be written to (its permissions, or a disk that is read-only), so no "
            "result could be kept and nothing was started: open it, or make `results` a link to a "
            "folder elsewhere (ln -s)"
        )
    if (free := shutil.disk_usage(there).free) < LEAST_FREE:
        raise ConfigError(
            f"the disk of {there} is full ({free // 1000:,} kB are free), so no result could be "
            "kept and nothing was started: free some space, or make `results` a link to a folder "
            "on another disk (ln -s)"
        )
