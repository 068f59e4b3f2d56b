"""Scripts handed over to a real server: output, environment, exit status, and both ends' death."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from adcost import fork_server

SRC = str(Path(fork_server.__file__).parents[1])

BEGIN = f"""
import os, sys
sys.path.insert(0, {SRC!r})
from adcost import fork_server
fork_server.run_in_fork(__file__, wait=True, said="hello", began=os.getpid())
said, began = globals().get("said"), globals().get("began")
"""


def _run_with_server():
    """A process that has started a server, as a run of the workflow does, and says its address."""
    code = (
        f"import sys; sys.path.insert(0, {SRC!r}); from adcost import fork_server; import os;"
        "fork_server.start(); print(os.environ[fork_server.ADDRESS], flush=True);"
        "sys.stdin.read()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def server():
    """The address of a server that has loaded next to nothing, as `start` leaves it."""
    run = _run_with_server()
    yield run.stdout.readline().strip()
    run.stdin.close()
    run.wait()


@pytest.fixture
def script(tmp_path, server):
    def start(body, **environment):
        path = tmp_path / "script.py"
        path.write_text(BEGIN + body)
        env = os.environ | {fork_server.ADDRESS: server} | environment
        return subprocess.Popen(
            [sys.executable, str(path)], cwd=tmp_path, env=env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def test_loading_the_libraries_starts_no_backend_that_a_fork_could_not_use():
    """CUDA's context does not survive a fork. A platform that is not there fails at its start."""
    code = (
        f"import importlib; libraries = {fork_server.LIBRARIES!r}\n"
        "for library in libraries: importlib.import_module(library)\n"
        "print('loaded'); import jax; jax.devices()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"JAX_PLATFORMS": "no_such_platform"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == "loaded\n" and "no_such_platform" in done.stderr


def test_the_fork_has_the_scripts_output_folder_environment_and_names(script, tmp_path):
    body = (
        "print(said, began != os.getpid(), os.getcwd(), os.environ['MINE'], 'jax' in sys.modules)"
    )
    out, err = script(body, MINE="7").communicate(timeout=120)
    assert out.split() == ["hello", "True", str(tmp_path.resolve()), "7", "True"], err


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('told why')", 1, "told why"),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("os.kill(os.getpid(), 9)", 1, "was killed"),
    ],
)
def test_the_exit_status_is_the_forks(script, body, status, said):
    run = script(body)
    _, err = run.communicate(timeout=120)
    assert run.returncode == status and said in err


def test_a_fork_ends_with_its_script_and_takes_its_children_along(script):
    run = script(
        "import subprocess, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(os.getpid(), child.pid, flush=True)\n"
        "time.sleep(600)"
    )
    both = [psutil.Process(int(pid)) for pid in run.stdout.readline().split()]
    run.send_signal(signal.SIGKILL)
    run.wait()
    _, alive = psutil.wait_procs(both, timeout=60)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_the_server_ends_with_its_run_and_leaves_no_file():
    run = _run_with_server()
    folder = Path(run.stdout.readline().rpartition(os.pathsep)[0]).parent
    assert folder.is_dir()
    (process,) = psutil.Process(run.pid).children()
    run.send_signal(signal.SIGKILL)
    run.wait()
    psutil.wait_procs([process], timeout=120)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    while folder.exists():
        time.sleep(0.01)


@pytest.mark.parametrize("address", ["", "/nowhere/socket", "of another environment"])
def test_without_a_server_the_script_goes_on_where_it_is(script, address):
    address = address and f"{address}{os.pathsep}{'/else' if ' ' in address else sys.prefix}"
    run = script("print(said, began)", **{fork_server.ADDRESS: address})
    out, err = run.communicate(timeout=120)
    assert out.split() == ["None", "None"], err


def test_a_server_that_is_still_loading_is_waited_for_only_if_asked(monkeypatch, tmp_path):
    path = tmp_path / "socket"
    monkeypatch.setenv(fork_server.ADDRESS, f"{path}{os.pathsep}{sys.prefix}")
    connected = []
    monkeypatch.setattr(
        fork_server.socket.socket, "connect", lambda *_: connected.append(1) or 1 / 0
    )
    fork_server.run_in_fork("script.py")
    assert not connected
    with pytest.raises(ZeroDivisionError):
        fork_server.run_in_fork("script.py", wait=True)
