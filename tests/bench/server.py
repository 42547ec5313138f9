#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Server, CPU a client: N streams of headless consoles on one 640x480@25 test card, encrypted.

A line for each N: how long the connects took; the server's CPU in percent of a core and a client;
the same for the bare hot path (fanout.c) just after, and the ratio of the two for each frame sent;
the consoles' CPU; pictures a second and client; frames that were not complete; what the server's
memory grew by for each client after the first. Then the straight line through the server's CPU.
Arguments: the Ns.
"""
import os
import subprocess
import sys
import time

from benchlib import cpu, latest, world
from lib import BUILD, rss_kb, wait_for

FANOUT = os.path.join(BUILD, "tests/bench/fanout")
CLIENTS = [1, 10, 50, 100, 200, 500]
STREAMS = 50  # of a console
SECONDS = 4
FPS = 25
SETTLE_SECONDS = 3   # until the server has all frames that it keeps
RECORD_BYTES = 1139  # of a frame, in a datagram of 1200
LOOK_SECONDS = 0.25  # how often to look whether all is well: looking takes CPU itself


def start_consoles(w, n):
    url = w.url("pattern")
    return [w.client(*[f"s{i}={url}" for i in range(min(STREAMS, n - first))],
                     state=w.path("console"))
            for first in range(0, n, STREAMS)]


def connect(w, server, n):
    """n streams more, all of them live; the consoles, and seconds until the server had them all."""
    def connected():
        return len(server.lines(" connected to "))
    goal, began = connected() + n, time.monotonic()
    consoles = start_consoles(w, n)
    wait_for(f"{n} connects", lambda: connected() >= goal, 120, step=0.05)
    seconds = time.monotonic() - began
    wait_for(f"{n} live streams", lambda: n == sum(
        o["state"] == "live" and o["frames"] > 0 for p in consoles for o in latest(p).values()),
             step=LOOK_SECONDS)
    return consoles, seconds


def total(consoles, field):
    return sum(o[field] for p in consoles for o in latest(p).values())


class Watch:
    """What happens between its making and its end()."""
    FIELDS = "frames", "frames_incomplete"

    def __init__(self, server, consoles):
        self.server, self.consoles = server, consoles
        self.before = self.now()

    def now(self):
        return [time.monotonic(), cpu([self.server.pid]), cpu([p.pid for p in self.consoles]),
                *(total(self.consoles, f) for f in self.FIELDS)]

    def end(self):
        """Server's and consoles' CPU in percent, frames a second, frames not complete."""
        seconds, server, consoles, frames, lost = (
            b - a for a, b in zip(self.before, self.now()))
        return 100 * server / seconds, 100 * consoles / seconds, frames / seconds, lost


def bare(n, frame_bytes):
    """Percent of a core that as many clients and fragments take with nothing around them, and what
    they get for it: frames a second and client."""
    fragments = -(-frame_bytes // RECORD_BYTES)
    out = subprocess.run([FANOUT, str(n), str(fragments), str(SECONDS)], stdout=subprocess.PIPE,
                         check=True, timeout=120)
    return [float(x) for x in out.stdout.split()]


def measure(n):
    with world() as w:
        server = w.server(f"pattern:640x480@{FPS}", "--history", "1s", "--max-clients", "1000",
                          "--max-clients-per-address", "1000")
        consoles, seconds = connect(w, server, 1)
        memory = 0
        if n > 1:
            time.sleep(SETTLE_SECONDS)
            one_kb = rss_kb(server.pid)
            more, seconds = connect(w, server, n - 1)
            consoles += more
        time.sleep(1)
        watch = Watch(server, consoles)
        time.sleep(SECONDS)
        load, clients_load, rate, lost = watch.end()
        if n > 1:
            memory = (rss_kb(server.pid) - one_kb) / (n - 1)
        sample = latest(consoles[0])["s0"]
        for p in consoles:
            p.process.terminate()
        for p in consoles:
            p.wait()
    least, least_rate = bare(n, round(sample["bitrate"] / 8 / sample["fps"]))
    ratio = load / rate / (least / (n * least_rate))
    print(f"{n:7d} {seconds:9.1f} {load:9.1f} {load / n:11.3f} {least:7.1f} {ratio:6.2f} "
          f"{clients_load:10.1f} {rate / n:8.1f} {lost:5d} {memory:12.0f}", flush=True)
    return n, load


def straight_line(points):
    """The line through (clients, CPU) and how far the worst point is off, of the greatest CPU."""
    count = len(points)
    mean_n, mean_cpu = (sum(p[k] for p in points) / count for k in (0, 1))
    slope = (sum((n - mean_n) * (load - mean_cpu) for n, load in points) /
             sum((n - mean_n) ** 2 for n, _ in points))
    start = mean_cpu - slope * mean_n
    worst = max(abs(load - start - slope * n) for n, load in points)
    most = max(load for _, load in points)
    print(f"{start:.1f} % and {slope:.3f} % a client; furthest off that line: {worst:.1f} %, "
          f"{100 * worst / most:.0f} % of the greatest")


def main():
    print(f"{'clients':>7} {'connect s':>9} {'server %':>9} {'% a client':>11} {'bare %':>7} "
          f"{'ratio':>6} {'consoles %':>10} {'frames/s':>8} {'lost':>5} {'kB a client':>12}",
          flush=True)
    points = [measure(n) for n in [int(a) for a in sys.argv[1:]] or CLIENTS]
    if len(points) > 2:
        straight_line(points)


if __name__ == "__main__":
    main()
