"""How much of the machine others used while something was timed.

Seconds are those of the program alone only if nothing else computes. The kernel keeps the processor
time that all processes used, and of this process its own; the difference is what others used,
here as a share of what the machine's cores offer in the same time:

    share = (busy − own + stolen + throttled) / (cores · elapsed)

``stolen`` is what a hypervisor gave to other guests (it is no busy time of this one), ``throttled``
the time for which a container's quota kept this process waiting.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

DISTURBED_ABOVE = 0.05
"""The share of the machine from which on a timing counts as disturbed: on two cores a tenth of one.

A system at rest, with the workflow's own process waiting, stays near 0.01.
"""

SHORTEST_WINDOW = 1.0
"""Seconds of timed rounds below which the kernel's clock of 10 ms is too coarse for a share."""

CGROUP = Path("/sys/fs/cgroup")
"""Where Linux tells a container's quota and how long it was throttled (cgroup v2)."""

IDLE = ("idle", "iowait", "steal", "guest", "guest_nice")  # user and nice hold the guests' time


@dataclass
class Usage:
    """Processor seconds over a window: elapsed, and used by whom."""

    elapsed: float = 0.0
    others: float = 0.0
    stolen: float = 0.0
    throttled: float = 0.0

    def __add__(self, more: "Usage") -> "Usage":
        """Two windows, one after the other."""
        return Usage(
            self.elapsed + more.elapsed,
            self.others + more.others,
            self.stolen + more.stolen,
            self.throttled + more.throttled,
        )

    def share(self, cores: int) -> float:
        """What others took of ``cores`` in the window, at least 0."""
        lost = self.others + self.stolen + self.throttled
        return max(0.0, lost / (cores * self.elapsed)) if self.elapsed else 0.0


@dataclass
class Watch:
    """What was seen while a point was measured: all of it, and its timed rounds."""

    whole: Usage = field(default_factory=Usage)
    rounds: Usage = field(default_factory=Usage)
    megahertz: list[float] = field(default_factory=list)

    @property
    def window(self) -> Usage:
        """The timed rounds, or where they are too short for the clock, the whole point."""
        return self.rounds if self.rounds.elapsed >= SHORTEST_WINDOW else self.whole

    @property
    def share(self) -> float:
        """What others used of the machine in :attr:`window`."""
        return self.window.share(psutil.cpu_count() or 1)

    def __str__(self) -> str:
        """One line for a job's log: on what it ran, and what others took."""
        return (
            f"on {usable_cores():g} of {psutil.cpu_count()} cores; others used {self.share:.1%} of "
            f"the machine in {self.window.elapsed:.1f} s"
        )

    def record(self) -> dict[str, Any]:
        """All of it for a table's metadata; seconds of processor time, and the window's length."""
        window = self.window
        return {
            "share": round(self.share, 4),
            "disturbed": self.share > DISTURBED_ABOVE,
            "seconds": round(window.elapsed, 3),
            "others_seconds": round(window.others, 3),
            "stolen_seconds": round(window.stolen, 3),
            "throttled_seconds": round(window.throttled, 3),
            "megahertz": [min(self.megahertz), max(self.megahertz)] if self.megahertz else [],
            "machine_cores": psutil.cpu_count() or 1,
            "usable_cores": usable_cores(),
        }


_active: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watch() -> Iterator[Watch]:
    """Watch the machine for the length of the block; what is timed in it adds its rounds."""
    seen = Watch()
    token = _active.set(seen)
    before = _Clocks()
    try:
        yield seen
    finally:
        _active.reset(token)
        seen.whole = _Clocks().since(before)
        seen.megahertz += _megahertz()


@contextmanager
def timed_rounds() -> Iterator[None]:
    """Count the block as timed rounds of the watch around it, if there is one."""
    seen = _active.get()
    if seen is None:
        yield
        return
    seen.megahertz += _megahertz()
    before = _Clocks()
    try:
        yield
    finally:
        seen.rounds += _Clocks().since(before)


def usable_cores() -> float:
    """The cores that this process may compute on: its affinity, and a container's quota."""
    everywhere = not hasattr(os, "sched_getaffinity")  # macOS has none
    cores = (psutil.cpu_count() or 1) if everywhere else len(os.sched_getaffinity(0))
    try:
        quota, period = (CGROUP / "cpu.max").read_text("utf-8").split()
        return min(float(cores), int(quota) / int(period))
    except (OSError, ValueError):  # None is set, or the system does not tell.
        return float(cores)


class _Clocks:
    """The kernel's counters now."""

    def __init__(self) -> None:
        self.now = time.perf_counter()
        times = psutil.cpu_times()._asdict()
        self.busy = sum(seconds for name, seconds in times.items() if name not in IDLE)
        self.stolen = times.get("steal", 0.0)
        own = os.times()
        self.own = own.user + own.system + own.children_user + own.children_system
        self.throttled = _throttled()

    def since(self, before: "_Clocks") -> Usage:
        """The window between two moments."""
        return Usage(
            elapsed=self.now - before.now,
            others=(self.busy - before.busy) - (self.own - before.own),
            stolen=self.stolen - before.stolen,
            throttled=self.throttled - before.throttled,
        )


def _throttled() -> float:
    try:
        lines = (CGROUP / "cpu.stat").read_text("utf-8").splitlines()
        return int(dict(line.split() for line in lines)["throttled_usec"]) / 1e6
    except (OSError, ValueError, KeyError):
        return 0.0


def _megahertz() -> list[float]:
    try:
        frequency = psutil.cpu_freq()
    except (OSError, NotImplementedError):  # virtual machines and containers may not tell it
        frequency = None
    return [round(frequency.current)] if frequency and frequency.current else []
