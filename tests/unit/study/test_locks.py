"""A lock is removed when its owner is gone, and never before."""

import subprocess
import sys
import time

import pytest

from adcost.study import locks

RUN = "import sys, time; print('at work', flush=True); time.sleep(60)"


@pytest.fixture
def locked(tmp_path):
    """A folder with the locks of a run."""
    (tmp_path / locks.LOCKS).mkdir(parents=True)
    for name in ("0.input.lock", "0.output.lock"):
        (tmp_path / locks.LOCKS / name).write_text("results/report.html\n")
    return tmp_path


@pytest.fixture
def run(locked):
    """A process that looks like Snakemake's, at work in the folder."""
    (locked / "snakemake").write_text(RUN)
    command = [sys.executable, "snakemake", "--cores", "2"]
    process = subprocess.Popen(command, cwd=locked, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "at work\n"
    yield process
    process.kill()
    process.wait()


def names(folder):
    return [path.name for path in (folder / locks.LOCKS).iterdir()]


def test_without_a_lock_there_is_nothing_to_clear(tmp_path):
    assert not locks.clear(tmp_path)


def test_a_lock_without_an_owner_is_removed(locked):
    assert locks.clear(locked)
    assert names(locked) == []


def test_the_lock_of_a_run_at_work_stays(locked, run):
    with pytest.raises(locks.Busy, match=rf"process {run.pid}.*wait for it"):
        locks.clear(locked)
    assert len(names(locked)) == 2


def test_a_run_elsewhere_is_no_owner(locked, run, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / locks.LOCKS).mkdir(parents=True)
    (other / locks.LOCKS / "0.input.lock").write_text("x\n")
    assert locks.clear(other)


def test_after_a_kill_the_lock_is_removed(locked, run):
    run.kill()
    run.wait()
    assert locks.clear(locked) and names(locked) == []


def test_as_a_command_it_says_what_it_did(locked, run):
    command = [sys.executable, "-m", "adcost.study.locks"]
    busy = subprocess.run(command, cwd=locked, capture_output=True, text=True)
    assert busy.returncode == 1 and str(run.pid) in busy.stderr and "Traceback" not in busy.stderr
    run.kill()
    run.wait()
    time.sleep(0.1)
    done = subprocess.run(command, cwd=locked, capture_output=True, text=True)
    assert done.returncode == 0 and "it is removed" in done.stdout


def test_the_lock_of_another_host_stays(locked, monkeypatch):
    monkeypatch.setattr(locks.socket, "gethostname", lambda: "node7")
    locks.note_host(locked)
    monkeypatch.setattr(locks.socket, "gethostname", lambda: "node8")
    with pytest.raises(locks.Busy, match=r"host node7 .*wait for it to end.*--unlock"):
        locks.clear(locked)
    assert len(names(locked)) == 2
    monkeypatch.setattr(locks.socket, "gethostname", lambda: "node7")
    assert locks.clear(locked)
