"""What a shell sets for JAX and matplotlib reaches no job, and a user's matplotlibrc no figure."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HOSTILE = {
    "MPLBACKEND": "module://no_such.backend",
    "JAX_ENABLE_X64": "1",
    "JAX_DEFAULT_PRNG_IMPL": "rbg",
    "IMAGEIO_FFMPEG_EXE": "no_such_program",
    # A locale of ASCII that stays one.
    "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
}  # fmt: skip

JOB = f"""
import sys
sys.path.insert(0, {str(ROOT / "workflow/scripts")!r})
import job, jax, jax.numpy as jnp, os
print("\\u2264", jnp.ones(1).dtype, jax.config.jax_default_prng_impl)
assert "IMAGEIO_FFMPEG_EXE" not in os.environ
import matplotlib.pyplot as plt
from adcost import plotting
with plotting.style():
    figure, axis = plt.subplots()
    axis.plot([1, 2, 3], label="x")
    axis.set(xlabel="n", title="t")
    axis.legend()
    plotting.save(figure, ".", "figure")
"""


def _drawn(folder, settings):
    folder.mkdir()
    if settings:
        (folder / "matplotlibrc").write_text("text.usetex: True\nxtick.labelsize: 18\n")
    done = subprocess.run(
        [sys.executable, "-c", JOB], cwd=folder, env=os.environ | settings,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, (folder / "figure.svg").read_bytes()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return _drawn(tmp_path_factory.mktemp("plain") / "job", {})


def test_numbers_and_figures_follow_nothing_of_the_shell(plain, tmp_path):
    said, figure = _drawn(tmp_path / "job", HOSTILE)
    assert said == "\\u2264 float32 threefry2x32\n"
    assert plain[0] == "≤ float32 threefry2x32\n"
    assert figure == plain[1]


@pytest.mark.parametrize(("platform", "visible"), [("cpu", "cpu"), ("cuda", "cuda,cpu")])
def test_a_gpu_is_seen_with_the_cpu_beside_it_here_and_in_what_the_job_starts(
    platform, visible, tmp_path
):
    run = (
        f"import os, sys; sys.path.insert(0, {str(ROOT / 'workflow/scripts')!r}); import job;"
        f"job._configure_jax({platform!r}, 'default'); import jax;"
        "print(os.environ['JAX_PLATFORMS'], jax.config.jax_platforms,"
        "os.environ['XLA_PYTHON_CLIENT_PREALLOCATE'])"
    )
    done = subprocess.run([sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split() == [visible, visible, "false"], done.stderr


@pytest.mark.parametrize("optimise", [True, False])
def test_a_job_compiles_as_its_parameters_say_beside_the_flags_of_the_shell(optimise, tmp_path):
    run = (
        f"import os, sys; sys.path.insert(0, {str(ROOT / 'workflow/scripts')!r}); import job;"
        f"job._configure_jax('cpu', optimise={optimise}); import jax;"
        "print(jax.jit(lambda x: 2 * x)(3)); print(os.environ['XLA_FLAGS'])"
    )
    own = "--xla_cpu_enable_fast_math=false"
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=tmp_path, env=os.environ | {"XLA_FLAGS": own},
        capture_output=True, text=True,
    )  # fmt: skip
    result, flags = done.stdout.splitlines()
    assert result == "6" and flags.startswith(own)
    assert ("--xla_backend_optimization_level=0" in flags) is not optimise


def test_ctrl_c_ends_a_job_without_a_traceback_unless_it_is_ignored():
    run = (
        f"import os, signal, sys; sys.path.insert(0, {str(ROOT / 'workflow/scripts')!r});"
        "import job; os.kill(os.getpid(), signal.SIGINT); print('still here')"
    )
    for action, said in ((signal.SIG_DFL, ""), (signal.SIG_IGN, "still here\n")):
        done = subprocess.run(
            [sys.executable, "-c", run], capture_output=True, text=True,
            preexec_fn=lambda action=action: signal.signal(signal.SIGINT, action),
        )  # fmt: skip
        assert (done.returncode == 0, done.stdout, done.stderr) == (bool(said), said, "")
