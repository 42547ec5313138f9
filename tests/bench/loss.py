#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loss: 640x480@25 recorded over relays with a round trip of 20 ms that lose datagrams both ways.

How much of the recording is whole, and how much was sent again for it. All run side by side.
"""
import sys
import time

from benchlib import latest, world
from lib import wait_for
from network import LOSS, RTT, Link, record_over, recorded

SECONDS = 40
NEWEST = 10  # frames that may still be under repair when the recording ends


def report(w, name, share, whole, p):
    rows = recorded(w.path(name))[:-NEWEST]
    expected = rows[-1][1] - rows[0][1] + 1
    last = latest(p)["card"]
    again = last["packets_repaired"] / last["packets"]
    print(f"{name:8} {100 * share:7.0f} {expected:7d} {expected - len(rows):8d} "
          f"{100 * len(rows) / expected:10.2f} {100 * whole:8.1f} {100 * again:9.2f} "
          f"{165 * share + 1:8.2f}", flush=True)


def main():
    with world() as w:
        w.server("card=pattern:640x480@25")
        takes = []
        for seed, (name, (options, share, whole)) in enumerate(LOSS.items(), 1):
            link = Link(w, *RTT, *options, "--seed", str(seed))
            takes.append((name, share, whole, record_over(w, link, name=name)))
        for name, _, _, p in takes:
            wait_for(f"{name}'s recording",
                     lambda: latest(p).get("card", {}).get("recorded_frames"))
        time.sleep(SECONDS)
        for _, _, _, p in takes:
            p.stop()
        print(f"{'network':8} {'% lost':>7} {'frames':>7} {'missing':>8} {'% whole':>10} "
              f"{'at least':>8} {'% again':>9} {'at most':>8}", flush=True)
        for take in takes:
            report(w, *take)


if __name__ == "__main__":
    sys.exit(main())
