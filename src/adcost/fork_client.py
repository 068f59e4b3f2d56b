"""Run a script in a fork of the server of this run, or by Python where there is no server.

Snakemake starts a job's script with ``python -IS fork_client.py`` (`adcost.fork_server`). Next to
nothing is imported here: a job begins at once.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

ADDRESS = "ADCOST_FORK_SERVER"
"""The variable that tells jobs the server's socket."""


def main(arguments: Sequence[str]) -> None:
    """Run ``arguments``, a script's path, and exit with its status.

    What else Python may be asked for, and all where no server answers, this process becomes.
    """
    address = os.environ.get(ADDRESS)
    if address and len(arguments) == 1:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
        else:
            sys.exit(_in_fork(arguments[0], connection))
    os.execv(sys.executable, [sys.executable, *arguments])


def _in_fork(script: str, connection: socket.socket) -> int | str:
    """Have a script run by the server; its exit status, or why there is none."""
    request = {
        "script": script,
        "folder": os.getcwd(),
        "environment": {key: value for key, value in os.environ.items() if key != ADDRESS},
    }
    status = b""
    with suppress(ConnectionError):
        socket.send_fds(connection, [b"\0"], [1, 2])
        connection.sendall(json.dumps(request).encode() + b"\n")
        status = connection.recv(1)
    return status[0] if status else "the process of this job was killed, perhaps for want of memory"


if __name__ == "__main__":
    # Ctrl-C ends it where it is, without a traceback, unless it is ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    main(sys.argv[1:])
