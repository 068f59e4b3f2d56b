"""A process that has loaded the libraries, from which each job of a run is forked.

Loading JAX, pandas, SciPy and matplotlib takes longer than most jobs work with them. A run of the
workflow on one machine starts one server (:func:`start`), and its scripts with
:mod:`adcost.fork_client` instead of Python: a fork of the server runs a script, with the client's
folder, environment, output and exit status. Nothing of this package is imported before the fork, so
that an edit is seen, and no backend of JAX is started. On a cluster, and in a conda environment of
its own, a script is run by Python.

Over a Unix socket the client sends its standard output and error as file descriptors and a line of
JSON, and the fork answers with one byte, its exit status. If one of them ends, so does the other.
"""

import importlib
import json
import os
import runpy
import selectors
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

LIBRARIES = """
    snakemake.iocontainers snakemake.logging numpy pandas jax jax.numpy scipy.stats scipy.optimize
    scipy.special sklearn.datasets optax matplotlib.pyplot seaborn yaml psutil
""".split()

CLIENT = Path(__file__).with_name("fork_client.py")


def start(python: str = sys.executable) -> str:
    """Start the server of this run with an interpreter; it ends when this process does.

    Its address goes into the environment of this process, and so to its jobs; where there is one
    already, runs share that server. Returns the command that runs a script, whose path follows it,
    in a fork.
    """
    # Here, since the server itself imports nothing of this.
    from adcost.fork_client import ADDRESS
    from adcost.study import shell_settings

    # Of the client's imports none is of an installed package or of this one (-I, -S).
    command = f"{shlex.quote(python)} -IS {shlex.quote(str(CLIENT))}"
    if Path(os.environ.get(ADDRESS, "")).is_socket():
        return command
    # A short name: the path of a socket has 108 bytes at most.
    path = Path(tempfile.mkdtemp(prefix="adcost-")) / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        # Here, so that no job finds it missing; one that comes early waits for the libraries.
        listener.bind(str(path))
        listener.listen(64)
        # The pipe tells the server of this process' end. Ctrl-C is for the scripts, not for a
        # session apart. This package's folder, where the file lies, stays off its path (-P).
        subprocess.Popen(
            [python, "-P", __file__, str(path), str(listener.fileno())],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[listener.fileno()],
            env=shell_settings.without(os.environ) | {"MPLBACKEND": "agg"},
        )
    os.environ[ADDRESS] = str(path)
    return command


# --- the server ---------------------------------------------------------------------------------


def serve(path: str, descriptor: int) -> None:
    """Load the libraries and fork a process for each connection until standard input ends.

    ``descriptor`` is that of the listening socket at ``path``.
    """
    try:
        with socket.socket(fileno=descriptor) as listener, selectors.DefaultSelector() as selector:
            before = dict(os.environ)
            for library in LIBRARIES:
                with suppress(ImportError):
                    importlib.import_module(library)
            # What loading has set, such as how much XLA logs, a job does not have from its client.
            added = {name: os.environ[name] for name in os.environ if name not in before}
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
            # JAX warns of forks, which are harmful after it has started its threads; it has not.
            warnings.filterwarnings("ignore", message=r"(?s).*fork\(\)")
            selector.register(listener, selectors.EVENT_READ)
            selector.register(sys.stdin, selectors.EVENT_READ)
            while all(key.fileobj is listener for key, _ in selector.select()):
                connection, _ = listener.accept()
                if not os.fork():
                    selector.close()
                    listener.close()
                    _be_the_job(connection, added)
                connection.close()
    finally:
        shutil.rmtree(Path(path).parent, ignore_errors=True)


def _be_the_job(connection: socket.socket, libraries: Mapping[str, str]) -> None:
    """Run what the connection asks for, answer with its status, and end this process.

    ``libraries``: what they have added to the environment; the client's own settings go first.
    """
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _, descriptors, *_ = socket.recv_fds(connection, 1, 2)
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        for number, descriptor in enumerate(descriptors, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        # Anew: those of the server may have been files, in which one can seek, and these be pipes.
        sys.stdout = _stream(1, sys.stdout)
        sys.stderr = _stream(2, sys.stderr, buffering=1)
        with connection.makefile(encoding="ascii") as lines:
            request = json.loads(lines.readline())
        # A group of its own, with what it starts.
        os.setpgid(0, 0)
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update({**libraries, **request["environment"]})
        script = request["script"]
        sys.path.insert(0, str(Path(script).parent.resolve()))
        sys.argv = [script]
        runpy.run_path(script)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            connection.sendall(bytes([status & 255]))
        os._exit(status & 255)


def _stream(descriptor: int, like: TextIO, buffering: int = -1) -> TextIO:
    """A text file that writes to a descriptor and encodes as ``like``."""
    return open(descriptor, "w", buffering, like.encoding, like.errors, closefd=False)


def _end_with(connection: socket.socket) -> None:
    """End this process and all that it started as soon as the script at the other end is gone."""
    with suppress(OSError):
        connection.recv(1)  # It says no more: this returns at its end.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
