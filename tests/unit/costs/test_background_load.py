"""Accounting of others' processor time: against counters set by hand, and a real busy process."""

import subprocess
import sys
import time
from collections import namedtuple

import numpy as np
import pytest

from adcost.costs import background_load
from adcost.costs.background_load import DISTURBED_ABOVE, Usage, Watch, timed_rounds, watch
from adcost.costs.timing import time_interleaved

Times = namedtuple("Times", "user nice system idle iowait irq softirq steal guest guest_nice")
Own = namedtuple("Own", "user system children_user children_system elapsed")


def _moments(monkeypatch, *moments):
    """Let the kernel's counters read as given, moment by moment: (clock, its times, own times)."""
    clocks, times, own = (iter(part) for part in zip(*moments, strict=True))
    monkeypatch.setattr(background_load.time, "perf_counter", lambda: next(clocks))
    monkeypatch.setattr(background_load.psutil, "cpu_times", lambda: Times(*next(times)))
    monkeypatch.setattr(background_load.os, "times", lambda: Own(*next(own)))
    monkeypatch.setattr(background_load.psutil, "cpu_count", lambda: 2)


def test_others_are_the_busy_time_that_is_not_our_own(monkeypatch):
    _moments(
        monkeypatch,
        (0.0, (100, 1, 10, 50, 5, 1, 1, 2, 7, 0), (10, 1, 2, 0, 0)),
        # 13 s of user (guests are in it), 1 of nice, 2 of system, 0.5 + 0.5 of interrupts: 17 busy.
        (10.0, (113, 2, 12, 51, 6, 1.5, 1.5, 3, 9, 0), (18, 2, 4, 1, 0)),
    )
    with watch() as seen:
        pass
    # Own: 8 + 1 + 2 + 1.
    assert seen.whole == Usage(elapsed=10.0, others=5.0, stolen=1.0)
    assert seen.share == pytest.approx((5 + 1) / (2 * 10))
    record = seen.record()
    assert record["disturbed"] and record["others_seconds"] == 5 and record["machine_cores"] == 2


@pytest.mark.parametrize(("busy", "disturbed"), [(0.9, False), (1.1, True)])
def test_the_border_is_a_share_of_the_whole_machine(monkeypatch, busy, disturbed):
    others = 2 * 10 * DISTURBED_ABOVE * busy
    idle = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    _moments(monkeypatch, (0.0, idle, (0,) * 5), (10.0, (others, *idle[1:]), (0,) * 5))
    with watch() as seen:
        pass
    assert seen.record()["disturbed"] is disturbed


def test_timed_rounds_decide_where_they_are_long_enough_for_the_clock():
    quiet, loud = Usage(elapsed=10.0), Usage(elapsed=2.0, others=2.0)
    assert Watch(whole=quiet, rounds=loud).window is loud
    short = Usage(elapsed=0.5, others=0.5)
    assert Watch(whole=quiet, rounds=short).window is quiet
    assert (loud + short) == Usage(elapsed=2.5, others=2.5)


def test_rounds_add_up_and_cost_nothing_where_nobody_watches():
    with timed_rounds():
        pass
    program = {"a": lambda: time.sleep(0.01)}
    with watch() as seen:
        for _ in range(2):
            time_interleaved(program, point="p", rng=np.random.default_rng(0), min_repeats=3)
    assert 0.06 < seen.rounds.elapsed < seen.whole.elapsed


def test_throttling_by_a_containers_quota_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(background_load, "CGROUP", tmp_path)
    cores = background_load.usable_cores()
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert background_load.usable_cores() == min(1.5, cores)
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert background_load.usable_cores() == cores
    (tmp_path / "cpu.stat").write_text("usage_usec 5\nthrottled_usec 1000000\n")
    with watch() as seen:
        (tmp_path / "cpu.stat").write_text("usage_usec 9\nthrottled_usec 3500000\n")
    assert seen.whole.throttled == 2.5


def test_a_process_that_keeps_a_core_busy_is_seen():
    loop = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    other = subprocess.Popen(loop, stdout=subprocess.PIPE)
    try:
        other.stdout.readline()  # It runs.
        with watch() as seen:
            while seen_seconds(other) < 1.0:
                time.sleep(0.02)
    finally:
        other.kill()
        other.wait()
    # Its second at the least, less a tick of the kernel's clock at either end.
    assert seen.whole.others > 0.9


def seen_seconds(process):
    """Processor seconds of a process so far."""
    import psutil

    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system
