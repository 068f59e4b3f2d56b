"""A small Slurm on this machine: a controller and two nodes on the loopback, no accounting.

It needs Debian's slurm-wlm and munge and, since Slurm's tools find their configuration under /etc,
root on a machine that belongs to no cluster.
"""

import os
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from .forked import HANGS

CONFIGURATION = Path("/etc/slurm/slurm.conf")
OURS = "# adcost's tests made this cluster; it ends with them."
SOCKET = Path("/run/munge/munge.socket.2")
NODES = ("one", "two")


def unavailable():
    """Why no Slurm can be started here, or nothing."""
    programs = ("slurmctld", "slurmd", "munged", "sbatch", "srun", "squeue", "scancel")
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    if missing := [program for program in programs if not shutil.which(program, path=path)]:
        return f"Slurm is not installed ({', '.join(missing)}): apt install slurm-wlm munge"
    if os.geteuid():
        return f"only root may write {CONFIGURATION}, where Slurm's tools look"
    if CONFIGURATION.exists() and not CONFIGURATION.read_text("utf-8").startswith(OURS):
        return f"this machine belongs to a cluster ({CONFIGURATION})"
    return ""


@dataclass(frozen=True)
class Job:
    """What Slurm knows of a job."""

    id: str
    state: str
    comment: str
    cores: int
    memory: str
    node: str
    start: float
    end: float


def jobs():
    """Every job of the cluster, in the order of submission; times in seconds."""
    fields = (
        "JobID",
        "State",
        "Comment",
        "NumCPUs",
        "MinMemory",
        "NodeList",
        "StartTime",
        "EndTime",
    )
    wide = ",".join(f"{field}:200" for field in fields)
    said = _output("squeue", "--states=all", "--noheader", f"--Format={wide}")
    rows = [[line[i * 200 : (i + 1) * 200].strip() for i in range(len(fields))]
            for line in said.splitlines()]  # fmt: skip
    found = [Job(*r[:3], int(r[3]), *r[4:6], _seconds(r[6]), _seconds(r[7])) for r in rows]
    return sorted(found, key=lambda job: int(job.id))


def cancel(job):
    """Take a job away from whoever waits for it."""
    subprocess.run(["scancel", job.id], check=True)


def _seconds(date):
    return time.mktime(time.strptime(date, "%Y-%m-%dT%H:%M:%S")) if date[0].isdigit() else 0.0


def _output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def cluster(folder):
    """Start the cluster, its state in ``folder``; stop it and take its configuration away."""
    folder.mkdir()
    CONFIGURATION.parent.mkdir(exist_ok=True)
    CONFIGURATION.write_text(_configuration(folder), "utf-8")
    with ExitStack() as ends:
        ends.callback(CONFIGURATION.unlink)
        if not SOCKET.exists():
            SOCKET.parent.mkdir(exist_ok=True)
            shutil.chown(SOCKET.parent, "munge")
            ends.enter_context(_running(["runuser", "-u", "munge", "--", "munged", "--foreground"]))
            _wait(SOCKET.exists, "munge")
        ends.enter_context(_running(["slurmctld", "-D"]))
        for node in NODES:
            ends.enter_context(_running(["slurmd", "-D", "-N", node]))
        _wait(lambda: _idle() == len(NODES), f"Slurm's nodes (see {folder})")
        ends.callback(subprocess.run, ["scancel", "--user=root"])
        yield


def _idle():
    said = subprocess.run(
        ["sinfo", "--noheader", "--format=%D %T"], capture_output=True, text=True
    ).stdout.split()
    return int(said[0]) if said[1:] == ["idle"] else 0


@contextmanager
def _running(command):
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    process = subprocess.Popen(
        command, env=os.environ | {"PATH": path}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(ready, what, seconds=HANGS):
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not start in {seconds} seconds")
        time.sleep(0.2)


def _configuration(folder):
    host, ports = socket.gethostname().partition(".")[0], _free_ports(1 + len(NODES))
    memory = psutil.virtual_memory().total // 2**20 * 9 // 10
    nodes = "\n".join(
        f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 "
        f"RealMemory={memory // len(NODES)}"
        for node, port in zip(NODES, ports[1:], strict=True)
    )
    return f"""{OURS}
ClusterName=adcost
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
MpiDefault=none
ReturnToService=2
# Finished jobs stay in squeue, which is all there is to ask without accounting.
MinJobAge=86400
KillWait=2
SchedulerParameters=sched_min_interval=100000
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
{nodes}
PartitionName=main Nodes={",".join(NODES)} Default=YES MaxTime=INFINITE State=UP
"""


def _free_ports(count):
    with ExitStack() as open_until_all_are_known:
        sockets = [open_until_all_are_known.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
