#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The latency that a console shows, against the time that is drawn into the test card.

Server and console have the same clock here, so the true latency is known. Where the kernel allows
it, the server's clock is another one, many hours ahead."""
import os
import subprocess

from lib import BUILD, CAMWALLD, check, main, relay, wait_for

LATENCY = os.path.join(BUILD, "tests/tools/latency")
AHEAD_S = 100000
OTHER_CLOCK = ["unshare", "--user", "--map-root-user", "--time", "--monotonic", str(AHEAD_S),
               "--fork", "--kill-child"]
WEIGHT = 16  # of the past in what is shown
JUDGED = 50  # frames
FRAMES = 1500


def other_clock():
    """The words before a program for which it is AHEAD_S later."""
    try:
        tried = subprocess.run(OTHER_CLOCK + ["true"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=20)
        return OTHER_CLOCK if tried.returncode == 0 else []
    except OSError:
        return []


def server(w):
    """A server of another clock; how many milliseconds that is ahead of ours."""
    prefix = other_clock()
    w.server("card=pattern:320x240@25", program=prefix + [CAMWALLD])
    print(f"# the server's clock is {'another one' if prefix else 'ours'}", flush=True)
    return 1000.0 * AHEAD_S if prefix else 0.0


class Watcher:
    def __init__(self, w, port, ahead_ms):
        directory = w.path(f"latency-{port}")
        os.mkdir(directory)
        self.ahead_ms = ahead_ms
        self.program = w.start([LATENCY, f"127.0.0.1:{port}/card", directory, str(FRAMES)],
                               "latency")

    def samples(self):
        """(true, shown - true) of each frame, in milliseconds; true is smoothed like shown."""
        found = []
        true = None
        with open(self.program.out_path, encoding="ascii") as f:
            lines = [line.split() for line in f.read().split("\n")[:-1]]
        for taken, shown in lines:
            if shown == "nan":
                continue
            now = int(taken) / 1000 + self.ahead_ms
            true = now if true is None else true + (now - true) / WEIGHT
            found.append((true, float(shown) - true))
        return found

    def judge(self, good):
        """Waits until as many frames in a row are good."""
        def last():
            check(self.program.process.poll() is None, self.program.log())
            s = self.samples()[-JUDGED:]
            return s if len(s) == JUDGED and all(good(*x) for x in s) else None
        try:
            s = wait_for(f"{JUDGED} frames whose latency is right", last)
        finally:
            print("# true latency and error, ms: " +
                  " ".join(f"{t:.1f}{e:+.2f}" for t, e in self.samples()[-3:]), flush=True)
        check(self.program.stop() < 0, "the watcher ended by itself")
        return s


def on_loopback_to_2_ms(w):
    ahead_ms = server(w)
    Watcher(w, w.port, ahead_ms).judge(lambda true, error: abs(error) <= 2)


def elsewhere_to_half_the_asymmetry(w):
    """20 ms one way and 60 the other: half of the difference cannot be known."""
    ahead_ms = server(w)
    _, port = relay(w, "--delay", "20,60")
    samples = Watcher(w, port, ahead_ms).judge(lambda true, error: abs(error) <= 20 + 2)
    check(min(true for true, _ in samples) >= 60, "the relay does not delay")
    _, port = relay(w, "--delay", "60,20")
    samples = Watcher(w, port, ahead_ms).judge(lambda true, error: abs(error) <= 20 + 2)
    check(min(true for true, _ in samples) >= 20, "the relay does not delay")


if __name__ == "__main__":
    main([on_loopback_to_2_ms, elsewhere_to_half_the_asymmetry])
