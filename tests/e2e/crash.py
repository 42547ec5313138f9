#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Consoles killed at random moments of recording: what they leave is made whole.

CAMWALL_ROUNDS=100 kills that many that copy and a fifth as many for each encoder; CAMWALL_SEED
makes the moments the same again.
"""
import os
import random
import re
import shutil
import time

from films import check_contiguous, check_films, recover
from lib import ONE_FILE, SANITIZED, Failed, check, files, main, wait_for, wait_stats

ROUNDS = int(os.environ.get("CAMWALL_ROUNDS", "6"))
SEED = int(os.environ.get("CAMWALL_SEED", str(os.getpid())))
AT_ONCE = 5
SEGMENT_S = 2
LOST_S = 1.0  # what may be missing
SLACK_S = 1.5 if SANITIZED else 0.25  # from capture into the recorder, on a busy machine


class Victim:
    def __init__(self, w, directory, name, codec):
        self.directory = os.path.join(directory, name)
        self.console = w.client("--codec", codec, "--segment", f"{SEGMENT_S}s",
                                f"{name}={w.url('pattern')}", record=directory, name=name)
        self.began = self.due = self.killed = None

    def is_dead(self, rng):
        if self.console.process.poll() is not None:
            raise Failed(f"{self.directory}: ended by itself:\n{self.console.log()}")
        if self.due is None and self.console.lines(r"recording \S+ to "):
            self.began = time.monotonic()
            self.due = self.began + rng.uniform(0, 2.2 * SEGMENT_S)
        if self.due is None or time.monotonic() < self.due:
            return False
        self.console.process.kill()
        self.killed = time.monotonic()
        self.console.wait()
        return True

    def check(self):
        """The seconds that are missing at the end."""
        for part in files(self.directory, ".part"):
            with open(part, "rb") as f:
                check(b"moof" not in f.read(), f"{part} was left")
        rows = check_films(files(self.directory))
        check_contiguous(rows, self.directory)
        missing = self.killed - (rows[-1][2] / 1e6 if rows else self.began)
        check(missing <= LOST_S + SLACK_S, f"{self.directory}: {missing:.3f} s are missing")
        return missing


def kill_at_random(w, directories, codec, rounds):
    """Victims take the directories in turn."""
    rng = random.Random(SEED)
    alive, dead = [], []

    def turn():
        while len(alive) < AT_ONCE and len(alive) + len(dead) < rounds:
            n = len(alive) + len(dead)
            directory = directories[n % len(directories)]
            alive.append(Victim(w, directory, f"{codec}-{n}", codec))
        for victim in [v for v in alive if v.is_dead(rng)]:
            alive.remove(victim)
            dead.append(victim)
        return len(dead) == rounds
    wait_for(f"{rounds} consoles to be killed (seed {SEED})", turn, 60 + 10 * rounds)
    return dead


def by_hand(w, directories):
    for directory in directories:
        recover(w, directory)


def with_frames(directory):
    """Leftovers of others than the console that is named pattern that have something to finish."""
    found = []
    for part in files(directory, ".part"):
        with open(part, "rb") as f:
            if "/pattern/" not in part and b"moof" in f.read():
                found.append(part)
    return found


def by_restart(w, directories):
    """The next console in that directory finishes them, while it records itself from the start.
    Somebody killed at the very beginning of a file leaves nothing to finish."""
    (directory,) = directories
    before = with_frames(directory)
    p = w.client(*ONE_FILE, w.url("pattern"), record=directory)
    wait_stats(p, "25 frames", lambda o: o["recorded_frames"] >= 25)
    wait_for("leftovers to be finished", lambda: not with_frames(directory))
    check(p.stop() == 0, p.log())
    check(len(p.lines(r"recovered .*\d frames")) == len(before), p.log())


def killed(w, codec, rounds, heal):
    if not shutil.which("ffprobe"):
        return "ffprobe is not installed"
    w.server("pattern:160x120@25")
    directories = [w.path(f"rec{i}") for i in range(rounds if heal is by_hand else 1)]
    dead = kill_at_random(w, directories, codec, rounds)
    left = sum(len(files(directory, ".part")) for directory in directories)
    heal(w, directories)
    worst = max(v.check() for v in dead)
    print(f"# {rounds} killed, {left} leftovers, at most {worst:.3f} s missing", flush=True)
    return None


def copy_recovered_by_hand(w):
    return killed(w, "copy", max(ROUNDS // 2, 1), by_hand)


def copy_recovered_by_a_restart(w):
    return killed(w, "copy", max(ROUNDS - ROUNDS // 2, 1), by_restart)


def h264(w):
    return killed(w, "h264", max(ROUNDS // 5, 2), by_hand)


def mpeg4(w):
    return killed(w, "mpeg4", max(ROUNDS // 5, 2), by_restart)


def recovery_leaves_alone_what_it_must(w):
    """Files that are written, files of others, files that are damaged."""
    w.server("pattern:160x120@25")
    directory = w.path("rec")
    p = w.client(*ONE_FILE, w.url("pattern"), record=directory)
    wait_stats(p, "30 frames", lambda o: o["recorded_frames"] >= 30)
    foreign = os.path.join(directory, "pattern", "film.mp4.part")
    with open(foreign, "wb") as f:
        f.write(b"not ours" * 100)
    summary = recover(w, directory)
    check(re.match(r"0 recovered.*; 1 still written.*; 1 not made by camwall", summary), summary)
    wait_stats(p, "60 frames", lambda o: o["recorded_frames"] >= 60)
    check(p.stop() == 0, p.log())
    with open(foreign, "rb") as f:
        check(f.read() == b"not ours" * 100, "a foreign file was touched")
    check_contiguous(check_films(files(directory)), directory)
    nowhere = w.start([w.programs[-1].process.args[0], "--recover", w.path("nowhere")], "recover")
    check(nowhere.wait() == 1 and nowhere.lines("nowhere: no such file"), nowhere.log())


main([copy_recovered_by_hand, copy_recovered_by_a_restart, h264, mpeg4,
      recovery_leaves_alone_what_it_must], long=True)
