# SPDX-License-Identifier: MIT
"""What the benchmarks share: CPU times of processes and threads, newest statistics, a world."""
import collections
import contextlib
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "tools")]
from lib import World  # noqa: E402

TAIL_BYTES = 100 * 1024  # of a statistics file: more than what 50 streams say in a second


@contextlib.contextmanager
def world():
    w = World()
    try:
        yield w
    finally:
        w.close()


def cpu_by_thread(pid):
    """Seconds of CPU by thread's name; threads of one name are added up."""
    total = collections.Counter()
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError):  # it has just ended
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as f:
                ran_ns = int(f.read().split()[0])
            with open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as f:
                total[f.read().strip()] += ran_ns / 1e9
    return total


def cpu(pids):
    return sum(sum(cpu_by_thread(pid).values()) for pid in pids)


def latest(p):
    """The newest statistics of each stream of a console, by name."""
    found = {}
    with contextlib.suppress(FileNotFoundError):
        with open(p.stats_path, "rb") as f:
            f.seek(0, os.SEEK_END)
            f.seek(max(0, f.tell() - TAIL_BYTES))
            for line in f.read().splitlines():
                with contextlib.suppress(ValueError):
                    o = json.loads(line)
                    found[o["stream"]] = o
    return found
