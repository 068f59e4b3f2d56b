"""Whose is the lock in this folder? `python -m adcost.study.locks` clears one that a kill left.

Snakemake locks the folder that it works in, and a run that was killed leaves its lock. It is told
from the lock of a run that is still at work by looking for that run's process, on the host that the
run has noted: of a folder that several hosts share, the lock may be of another's.
"""

import socket
import sys
from datetime import datetime
from pathlib import Path

import psutil

LOCKS = Path(".snakemake/locks")
HOST = Path(".snakemake/host")
"""Holds the name of the host of the last run."""


class Busy(RuntimeError):
    """Another run is, or may be, at work here; the message names its process or its host."""


def note_host(folder: Path) -> None:
    """Say on which host the run in a folder is, which holds its lock."""
    (folder / HOST).write_text(socket.gethostname(), "utf-8")


def clear(folder: Path) -> bool:
    """Remove the locks of runs that are gone; whether there were any.

    Raises :class:`Busy` if a run is at work in the folder, or was begun on another host.
    """
    locks = [path for path in (folder / LOCKS).glob("*") if path.is_file()]
    if not locks:
        return False
    host = (folder / HOST).read_text("utf-8") if (folder / HOST).is_file() else ""
    if host not in ("", socket.gethostname()):
        raise Busy(
            f"a run on the host {host} has locked {folder}: wait for it to end; if it is gone, "
            "`snakemake --unlock` removes its lock"
        )
    if owner := at_work(folder):
        since = datetime.fromtimestamp(owner.create_time()).strftime("%H:%M")
        raise Busy(
            f"another run has been at work in {folder} since {since} (process {owner.pid}): "
            "wait for it to end, or stop it with Ctrl-C where it runs"
        )
    for path in locks:
        path.unlink(missing_ok=True)
    return True


def at_work(folder: Path) -> psutil.Process | None:
    """A Snakemake process, not this one's parents, whose working directory is the folder."""
    mine = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    for process in psutil.process_iter():
        try:
            names = {Path(part).name for part in process.cmdline()[:3]}
            if process.pid not in mine and "snakemake" in names:
                if Path(process.cwd()) == folder.resolve():
                    return process
        except psutil.Error:
            continue  # It ended meanwhile, or is somebody else's.
    return None


def main() -> None:
    """Clear stale locks of the working directory, or say who is at work and leave."""
    try:
        if clear(Path.cwd()):
            print("The last run was killed and left its lock; it is removed.")
    except Busy as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
