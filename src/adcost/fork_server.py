"""A process that has loaded the libraries, from which each job of a run is forked.

Loading JAX, pandas, SciPy and matplotlib takes longer than most jobs work with them. A run of the
workflow on one machine starts one server (:func:`start`); a job's script hands itself over
(:func:`run_in_fork`) and a fork of the server runs it, with the script's environment, output and
exit status. Nothing of this package is imported before the fork, so that an edit is seen, and no
backend of JAX is started. Where there is no server (on a cluster, in a conda environment of its
own), the script runs where it is.

Over a Unix socket the script sends its standard output and error as file descriptors and a pickled
request, and the fork answers with one byte, its exit status. If one of them ends, so does the
other.
"""

import importlib
import os
import pickle
import runpy
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

LIBRARIES = """
    snakemake.iocontainers snakemake.logging numpy pandas jax jax.numpy scipy.stats scipy.optimize
    scipy.special sklearn.datasets optax matplotlib.pyplot seaborn yaml psutil
""".split()

ADDRESS = "ADCOST_FORK_SERVER"
"""The variable that tells jobs the server's socket, and the environment it has loaded."""

LENGTH = struct.Struct("!Q")


# --- the run and its jobs -----------------------------------------------------------------------


def start(python: str = sys.executable) -> None:
    """Start the server of this run with an interpreter; it ends when this process does.

    Its address goes into the environment of this process, and so to its jobs.
    """
    from adcost.study import (
        shell_settings,  # Here, since the server itself imports nothing of this.
    )

    # A short name: the path of a socket has 108 bytes at most.
    path = Path(tempfile.mkdtemp(prefix="adcost-")) / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        # Here, so that no job finds it missing.
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
    os.environ[ADDRESS] = f"{path}{os.pathsep}{sys.prefix}"


def run_in_fork(script: str, wait: bool = False, **names: Any) -> None:
    """Run a script that begins with this call in a fork of the server, and exit with its status.

    ``names`` are its globals there. Returns, so that the script goes on in this process, if there
    is no server, if it has loaded another environment's libraries, or if it is still loading;
    unless it shall ``wait`` for that.
    """
    path, _, prefix = os.environ.get(ADDRESS, "").rpartition(os.pathsep)
    if not path or prefix != sys.prefix or not (wait or _ready(path).exists()):
        return
    request = {
        "script": script,
        "names": names,
        "folder": os.getcwd(),
        "environment": {key: value for key, value in os.environ.items() if key != ADDRESS},
        "path": sys.path,
    }
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
    except OSError:
        return
    with connection:
        sys.stdout.flush()
        sys.stderr.flush()
        socket.send_fds(connection, [b"\0"], [1, 2])
        content = pickle.dumps(request)
        connection.sendall(LENGTH.pack(len(content)) + content)
        status = connection.recv(1)
    if not status:
        sys.exit("the process of this job was killed, perhaps for want of memory")
    sys.exit(status[0])


def _ready(path: str) -> Path:
    return Path(f"{path}.ready")


# --- the server ---------------------------------------------------------------------------------


def serve(path: str, descriptor: int) -> None:
    """Load the libraries and fork a process for each connection until standard input ends.

    ``descriptor`` is that of the listening socket at ``path``.
    """
    try:
        with socket.socket(fileno=descriptor) as listener, selectors.DefaultSelector() as selector:
            for library in LIBRARIES:
                with suppress(ImportError):
                    importlib.import_module(library)
            _ready(path).touch()
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
                    _be_the_job(connection)
                connection.close()
    finally:
        shutil.rmtree(Path(path).parent, ignore_errors=True)


def _be_the_job(connection: socket.socket) -> None:
    """Run what the connection asks for, answer with its status, and end this process."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _, descriptors, *_ = socket.recv_fds(connection, 1, 2)
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        for number, descriptor in enumerate(descriptors, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        (length,) = LENGTH.unpack(_receive(connection, LENGTH.size))
        request = pickle.loads(_receive(connection, length))
        # A group of its own, with what it starts.
        os.setpgid(0, 0)
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.path[:] = request["path"]
        sys.argv = [request["script"]]
        runpy.run_path(request["script"], request["names"])
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


def _receive(connection: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        part = connection.recv(min(length - len(content), 1 << 20))
        if not part:
            raise EOFError("the script ended before its request was whole")
        content += part
    return bytes(content)


def _end_with(connection: socket.socket) -> None:
    """End this process and all that it started as soon as the script at the other end is gone."""
    with suppress(OSError):
        connection.recv(1)  # It says no more: this returns at its end.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
