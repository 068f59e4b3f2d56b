"""Snakemake in processes forked from one that has imported it.

Importing Snakemake takes most of a dry run, and the tests make hundreds of them. Nothing of the
project is imported before the fork: each process reads the package from its own checkout.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Done:
    """What became of a process, and which of the libraries that only jobs need it loaded."""

    returncode: int
    stdout: str
    stderr: str
    loaded: frozenset[str]


LIBRARIES = frozenset({"jax", "matplotlib", "scipy", "sklearn"})

HANGS = 3600
"""Seconds after which a process hangs; no test fails because a machine is slow or busy."""


def snakemake(folder, *arguments):
    """Run `snakemake` in a folder."""
    server = _server()
    with tempfile.TemporaryDirectory() as said:
        files = [str(Path(said) / name) for name in ("stdout", "stderr", "loaded")]
        asked = {"folder": str(folder), "arguments": arguments, "files": files}
        print(json.dumps(asked), file=server.stdin, flush=True)
        status = json.loads(server.stdout.readline())
        stdout, stderr, loaded = (Path(file).read_text("utf-8") for file in files)
        return Done(status, stdout, stderr, frozenset(loaded.split()))


@cache
def _server():
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    # It ends with this process, whose end of its input is then closed.
    return subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    )


def _serve():
    import snakemake.cli  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _run(asked)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


def _run(asked):
    """Be the process that was asked for, and end."""
    signal.alarm(HANGS)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    *streams, loaded = asked["files"]
    Path(loaded).touch()
    for number, name in enumerate(streams, start=1):
        with open(name, "wb") as file:
            os.dup2(file.fileno(), number)
    os.chdir(asked["folder"])
    sys.path[0] = asked["folder"]
    sys.argv = ["snakemake", *asked["arguments"]]
    status = 1
    try:
        sys.modules["snakemake.cli"].main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        Path(loaded).write_text(" ".join(LIBRARIES & sys.modules.keys()))
        os._exit(status)


if __name__ == "__main__":
    _serve()
