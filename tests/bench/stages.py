#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPU a frame by stage: what the threads of a server and of a console with a screen take.

One 640x480@25 test card, recorded, and shown in 80x24 cells. Sending and receiving are of one
client; the others are done once for all.
"""
import collections
import time

from benchlib import cpu_by_thread, world
from lib import CAMWALL, wait_for
from ptyrun import PtyRun, marked

COLS, ROWS = 80, 24
SECONDS = 10
STAGES = [  # thread's name begins so
    ("capture", "capture", "the server draws the card"),
    ("encode", "encoder", "JPEG, hand out"),
    ("send", "session", "fragments, encryption, system calls"),
    ("listen", "listener", "the console's reports"),
    ("receive", "rx-", "system calls, decryption, reassembly"),
    ("record", "recorder", "copied into the file"),
    ("decode", "preview", "and turned into cells"),
    ("draw", "ui", "the screen, the terminal's bytes"),
]


def by_stage(pids):
    total = collections.Counter()
    for pid in pids:
        for thread, seconds in cpu_by_thread(pid).items():
            stage = next((s for s, name, _ in STAGES if thread.startswith(name)), "rest")
            total[stage] += seconds
    return total


def main():
    with world() as w:
        server = w.server("card=pattern:640x480@25")
        env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": w.path("s")}
        p = PtyRun([CAMWALL, "--trust", "first", "--preview", "truecolor", "--symbols", "half",
                    "--record", "-d", w.path("rec"), "--state-dir", w.path("console"),
                    w.url("card")], COLS + 2, ROWS + 4, env)
        p.type(b"ii")
        wait_for("pictures", lambda: p.read_for(0.2) is not None and p.count > 4000)
        p.read_for(1.5)
        pids = [server.pid, *marked(p.mark)]
        before, began = by_stage(pids), time.monotonic()
        p.read_for(SECONDS)
        frames = 25 * (time.monotonic() - began)
        spent = by_stage(pids)
        spent.subtract(before)
        p.stop()
    for stage, _, what in [*STAGES, ("rest", "", "figures, statistics, housekeeping")]:
        print(f"{stage:8} {1e6 * spent[stage] / frames:8.0f} us a frame   {what}")
    print(f"{'all':8} {1e6 * sum(spent.values()) / frames:8.0f} us a frame")


if __name__ == "__main__":
    main()
