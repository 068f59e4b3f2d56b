"""A disk that is full or closed to writing: said in words, and nothing is lost.

Each test mounts a small disk over the results, in a namespace of its own that ends with it.
"""

import subprocess
import sys

import pytest

from .forked import HANGS

MOUNTS = ["unshare", "--mount"]
RUN = f"{sys.executable} -m snakemake --cores 2"


def _can_mount():
    try:
        command = [*MOUNTS, "mount", "-t", "tmpfs", "none", "/mnt"]
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.skipif(not _can_mount(), reason="mounting a small disk needs Linux's root")


def _with_disk(study, mount, script):
    """Run a shell script in the checkout, with a disk mounted there."""
    (study.folder / "results").mkdir(exist_ok=True)
    done = subprocess.run(
        [*MOUNTS, "sh", "-c", f"{mount} && {script}"],
        cwd=study.folder, capture_output=True, text=True, timeout=HANGS,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "mount",
    [
        "mount -t tmpfs -o ro none results",
        "mount --bind . . && mount -o remount,ro,bind . && cd ../study",
    ],
    ids=["results", "the checkout"],
)
def test_a_folder_that_is_closed_to_writing_is_refused_in_words(fresh, mount):
    status, said = _with_disk(fresh, mount, RUN)
    assert status != 0 and "Traceback" not in said
    assert "results cannot be written to" in said and "nothing was started" in said
    assert "Job stats" not in said


@pytest.mark.parametrize("folder", ["results", ".snakemake"])
def test_a_full_disk_is_refused_in_words(fresh, folder):
    (fresh.folder / ".snakemake").mkdir(exist_ok=True)
    mount = f"mount -t tmpfs -o size=500k none {folder}"
    status, said = _with_disk(fresh, mount, f"cat /dev/zero > {folder}/filler; {RUN}")
    # Where Snakemake's own log has no room, its logger adds tracebacks.
    assert status != 0 and ("Traceback" not in said or folder == ".snakemake")
    assert f"the disk of {folder} is full (0 kB are free)" in said and "Job stats" not in said


def test_a_disk_that_fills_while_the_study_runs_loses_nothing(fresh):
    fresh.configure(lambda config: config.update(experiments=["finite_differences"]))
    small = "mount -t tmpfs -o size=4m none results"
    tables = "results/finite_differences/measurements.csv"
    # There is room for the tables and the figures, not for the report; then there is.
    script = f"""
        {RUN} {tables} || exit 3
        cp -r results ../before
        head -c 1640k /dev/zero > results/filler
        {RUN} && exit 4
        rm results/filler
        cp -r results ../full
        umount results
        cp -r ../full/. results
        {RUN} || exit 5
    """
    status, said = _with_disk(fresh, small, script)
    assert status == 0, said
    assert "report: the disk is full; free some space and run again: what is finished" in said
    before, full = fresh.folder.parent / "before", fresh.folder.parent / "full"
    assert not (full / "report.html").exists() and not (full / "report.pdf").exists()
    assert not [path for path in full.rglob(".*") if path.is_file()]  # what was half written
    for path in before.rglob("*.csv*"):
        name = path.relative_to(before)
        assert path.read_bytes() == (full / name).read_bytes()
        assert path.read_bytes() == (fresh.results / name).read_bytes()
    assert (fresh.results / "report.html").exists()
