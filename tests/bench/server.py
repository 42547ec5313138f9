#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Server, CPU a client: N headless consoles' streams on one 640x480@25 test card, encrypted.

Prints a line for each N: the server's CPU in percent of a core and per client, the same for the
bare hot path (fanout.c) just after and the ratio of the two, the consoles' CPU, the server's
memory a client, and how many frames were not complete. Arguments: the numbers N, or "full".
"""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from lib import BUILD, World, newest, rss_kb, threads, wait_for, wait_stats  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
FANOUT = os.path.join(BUILD, "tests/bench/fanout")
FULL = [1, 10, 50, 100, 200, 500]
SECONDS = 6


def cpu(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def bare(n, o):
    """Percent of a core that as many clients and fragments take with nothing around them."""
    fragments = max(1, round(o["bitrate"] / 8 / o["fps"] / 1139 + 0.5))
    out = subprocess.run([FANOUT, str(n), str(fragments), str(SECONDS)], stdout=subprocess.PIPE,
                         check=True, timeout=120)
    return float(out.stdout)


def measure(n):
    w = World()
    try:
        server = w.server("pattern:640x480@25", "--max-clients", "1000",
                          "--max-clients-per-address", "1000")
        base_kb = rss_kb(server.pid)
        at_rest = threads(server.pid)
        per_console = 50
        consoles = []
        state = w.path("console")
        w.client(w.url("pattern"), state=state, name="first").stop()  # makes key and trust
        began = time.monotonic()
        for first in range(0, n, per_console):
            streams = [f"s{i}={w.url('pattern')}" for i in range(min(per_console, n - first))]
            p = w.client(*streams, state=state)
            consoles.append((p, len(streams)))
        wait_for("all threads", lambda: threads(server.pid) >= at_rest + n, 120)
        connected = time.monotonic() - began
        for p, count in consoles:
            for i in range(count):
                wait_stats(p, f"stream {i} live",
                           lambda o: o["state"] == "live" and o["frames"] > 0, f"s{i}")
        before = [{i: newest(p, f"s{i}") for i in range(count)} for p, count in consoles]
        pids = [p.pid for p, _ in consoles]
        t0, s0, c0 = time.monotonic(), cpu([server.pid]), cpu(pids)
        time.sleep(SECONDS)
        t1, s1, c1 = time.monotonic(), cpu([server.pid]), cpu(pids)
        incomplete = frames = 0
        for (p, count), old in zip(consoles, before):
            for i in range(count):
                o = newest(p, f"s{i}")
                incomplete += o["frames_incomplete"] - old[i]["frames_incomplete"]
                frames += o["frames"] - old[i]["frames"]
        load = 100 * (s1 - s0) / (t1 - t0)
        memory = (rss_kb(server.pid) - base_kb) / n
        sample = newest(consoles[0][0], "s0")
        for p, _ in consoles:
            p.stop()
        least = bare(n, sample)
        print(f"{n:7d} {load:9.1f} {load / n:11.3f} {least:7.1f} {load / least:6.2f} {100 * (c1 - c0) / (t1 - t0):10.1f} "
              f"{memory:12.0f} {connected:10.1f} {frames:8d} {incomplete:10d}", flush=True)
    finally:
        w.close()


print(f"{'clients':>7} {'server %':>9} {'% a client':>11} {'bare %':>7} {'ratio':>6} "
      f"{'consoles %':>10} "
      f"{'kB a client':>12} {'connect s':>10} {'frames':>8} {'incomplete':>10}")
wanted = FULL if sys.argv[1:] == ["full"] else [int(a) for a in sys.argv[1:]]
for number in wanted or [1, 10, 50]:
    measure(number)
