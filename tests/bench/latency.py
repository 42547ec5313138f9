#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Capture to screen: from the time that the test card carries to the cell written, on loopback.

A console shows one 640x480@25 card on a pseudo-terminal; each chunk that it writes is kept with the
time it came, and celltime.c finds out afterwards when each picture could be read off the screen.
"""
import os
import statistics
import struct
import subprocess
import time

from benchlib import world
from lib import BUILD, CAMWALL, wait_for
from ptyrun import PtyRun

CELLTIME = os.path.join(BUILD, "tests/bench/celltime")
COLS, ROWS = 216, 81  # of the picture: marks are 4 pixels wide
BORDER_COLS, BORDER_ROWS = 2, 4
SECONDS = 10


class TimedPty(PtyRun):
    """Keeps what the program writes together with when it did."""

    def __init__(self, *args):
        self.log = bytearray()
        super().__init__(*args)

    def answer(self, data):
        self.log += struct.pack("=QQ", time.monotonic_ns() // 1000, len(data)) + data
        super().answer(data)


def show(w, *options):
    """The log of a console that shows the camera."""
    env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": w.path("s")}
    p = TimedPty([CAMWALL, "--trust", "first", "--preview", "truecolor", "--symbols", "half",
                  "--state-dir", w.path("console"), *options, w.url("card")],
                 COLS + BORDER_COLS, ROWS + BORDER_ROWS, env)
    p.type(b"ii")  # no figures: the picture takes all of the screen
    wait_for("pictures", lambda: p.read_for(0.2) is not None and p.count > 4000)
    p.read_for(1.5)
    p.read_for(SECONDS)
    p.stop()
    return p.log


def measure(what, *options):
    with world() as w:
        w.server("card=pattern:640x480@25")
        log = show(w, *options)
    out = subprocess.run([CELLTIME, str(COLS), str(ROWS)], input=log, stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    ms = sorted((int(written) - int(captured)) / 1000
                for _, captured, written in (line.split() for line in out.splitlines()))
    if len(ms) < SECONDS:
        raise SystemExit(f"latency: only {len(ms)} pictures could be read off the screen")
    print(f"{what:28} {len(ms):4} read: median {statistics.median(ms):5.1f} ms, "
          f"95 % {ms[len(ms) * 95 // 100]:5.1f} ms, worst {ms[-1]:5.1f} ms", flush=True)


def main():
    measure("every picture (--fps 30)", "--fps", "30")
    measure("as many as usual")


if __name__ == "__main__":
    main()
