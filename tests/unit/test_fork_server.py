"""Scripts handed over to a real server: output, environment, exit status, and both ends' death."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from adcost import fork_server
from adcost.fork_client import ADDRESS

SRC = str(Path(fork_server.__file__).parents[1])


def _run_with_server(stderr=None):
    """A process that has started a server, as a run of the workflow does, and says its address."""
    code = (
        f"import sys; sys.path.insert(0, {SRC!r}); from adcost import fork_server; import os;"
        f"command = fork_server.start(); print(os.environ[{ADDRESS!r}], flush=True);"
        "print(command, flush=True);"
        "sys.stdin.read()"
    )
    # Without what JAX has set in this process.
    env = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True, env=env,
    )  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server, and the command that runs a script in a fork of it.

    Its run says what it says into a file, as under ``2> log``; the scripts into pipes.
    """
    with open(tmp_path_factory.mktemp("server") / "log", "w") as log:
        run = _run_with_server(log)
    yield run.stdout.readline().strip(), shlex.split(run.stdout.readline())
    run.stdin.close()
    run.wait()


@pytest.fixture
def script(tmp_path, server):
    """A function: runs the text of a script as Snakemake does."""

    def start(body, **environment):
        (tmp_path / "beside.py").write_text("SAID = 'hello'\n")
        (tmp_path / "script.py").write_text("import os, sys\n" + body)
        address, command = server
        env = os.environ | {ADDRESS: address, "PATH": "/nowhere"} | environment
        return subprocess.Popen(
            [*command, "script.py"], cwd=tmp_path, env=env,
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


WHERE = """
from beside import SAID
name = os.path.basename(__file__)
print(SAID, name, sys.argv, os.getcwd(), os.environ["MINE"], "jax" in sys.modules, sep=chr(10))
"""


def test_the_fork_has_the_scripts_output_folder_environment_and_path(script, tmp_path):
    out, err = script(WHERE, MINE="7 é").communicate(timeout=120)
    said = ["hello", "script.py", "['script.py']", str(tmp_path.resolve()), "7 é", "True"]
    assert out.splitlines() == said, err


def test_the_forks_streams_are_its_own(script):
    body = "for f in sys.stdout, sys.stderr: f.reconfigure(errors='replace'); f.write('à')"
    assert script(body).communicate() == ("à", "à")


def test_runs_share_a_server_whose_address_they_are_given(server, monkeypatch):
    address, command = server
    monkeypatch.setenv(ADDRESS, address)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert shlex.split(fork_server.start()) == command
    monkeypatch.setenv(ADDRESS, address + "-that-is-gone")
    with pytest.raises(TypeError):
        fork_server.start()


@pytest.mark.parametrize("own", [None, "0"])
def test_what_libraries_set_when_loaded_is_set_in_a_fork_too(script, monkeypatch, own):
    """JAX keeps XLA from logging what only its developers read, by a variable."""
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    given = {} if own is None else {"TF_CPP_MIN_LOG_LEVEL": own}
    run = script("print(os.environ['TF_CPP_MIN_LOG_LEVEL'])", **given)
    assert run.communicate()[0].strip() == (own or "1")


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
    folder = Path(run.stdout.readline().strip()).parent
    assert folder.is_dir()
    (process,) = psutil.Process(run.pid).children()
    run.send_signal(signal.SIGKILL)
    run.wait()
    psutil.wait_procs([process], timeout=120)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    while folder.exists():
        time.sleep(0.01)


@pytest.mark.parametrize("address", ["", "/nowhere/socket"])
def test_without_a_server_python_runs_the_script(script, address):
    run = script(WHERE, **{ADDRESS: address, "MINE": "7"})
    out, err = run.communicate(timeout=120)
    assert out.split()[:3] == ["hello", "script.py", "['script.py']"], err
    assert out.split()[-1] == "False"


def test_what_is_no_script_is_for_python(server):
    address, command = server
    run = [*command, "-c", "import jax, sys; print(sys.prefix, sys.argv)", "script.py"]
    done = subprocess.run(run, env=os.environ | {ADDRESS: address}, capture_output=True, text=True)
    assert done.stdout == f"{sys.prefix} ['-c', 'script.py']\n", done.stderr
