"""What Snakemake would meet with a traceback: `python -m adcost.study.preflight`.

`make` runs it first, with the files that it will give as ``--configfile``: each is read as strictly
as the study's own, the folder that Snakemake keeps its cache in is tried, and a lock that a killed
run left behind is removed (`adcost.study.locks`).
"""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from adcost import strict_yaml
from adcost.study import locks


class NotReady(RuntimeError):
    """Something that Snakemake needs is not there; the message says what to do."""


def check_files(files: Iterable[str]) -> None:
    """Read files of the configuration; raise :class:`NotReady` with file and line."""
    for file in files:
        try:
            strict_yaml.read_mapping(Path(file))
        except strict_yaml.YamlError as error:
            raise NotReady(f"the configuration cannot be read: {error}") from None


def check_cache() -> None:
    """Try the folder in which Snakemake keeps its cache; :class:`NotReady` if it is closed.

    It is in ``XDG_CACHE_HOME``, or else in ``~/.cache``, which a service may not have.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "snakemake"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotReady(
            f"Snakemake cannot keep its cache in {folder} ({error.strerror}): set XDG_CACHE_HOME "
            "to a folder that can be written to, as in `XDG_CACHE_HOME=/tmp/cache make`"
        ) from None


def main() -> None:
    """Check everything, or say what is wrong and leave."""
    try:
        check_files(sys.argv[1:])
        check_cache()
    except NotReady as error:
        sys.exit(str(error))
    locks.main()


if __name__ == "__main__":
    main()
