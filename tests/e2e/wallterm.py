# SPDX-License-Identifier: MIT
"""Walls with terminals that come and go: how they are started, asked, and ended with the test."""
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys

from lib import CAMWALL, ONE_FILE, PATIENCE, Failed, card_numbers, check, files, wait_for

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")
sys.path.insert(0, TOOLS)
from ptyterm import Term  # noqa: E402

FOUR = [f"{name}=pattern:160x120" for name in ("front", "yard", "gate", "hall")]


def environment(w, **more):
    env = {"XDG_STATE_HOME": w.path("state"), "TZ": "UTC", "LANG": "C.UTF-8"}
    for var in "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS":
        before = os.environ.get(var)
        env[var] = (before + ":" if before else "") + f"log_path={w.path('report')}"
    env.update(more)
    return env


def ctl(w, *words, name=None):
    """The exit status and the answer of camwall --ctl."""
    argv = [CAMWALL] + (["-n", name] if name else []) + ["--ctl", *words]
    out = subprocess.run(argv, env=dict(os.environ, **environment(w)), stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, timeout=PATIENCE)
    return out.returncode, json.loads(out.stdout) if out.stdout else out.stderr.decode()


def status(w, name=None):
    code, answer = ctl(w, "status", name=name)
    return answer if code == 0 else None


def log(w):
    with contextlib.suppress(FileNotFoundError):
        with open(w.path("wall.log"), encoding="utf-8") as f:
            return f.read()
    return ""


def term(w, argv, cols=80, rows=24, **env):
    t = Term(argv, cols=cols, rows=rows, env=environment(w, **env))
    w.terms.append(t)
    return t


def start_argv(w, *args):
    return [CAMWALL, "--trust", "first", "--log", w.path("wall.log"), "-d", w.path("rec"),
            *ONE_FILE, *args, w.url()]


def start(w, *args, name=None, **how):
    """A wall with its terminal; it is ended with the test, whatever happens."""
    t = term(w, start_argv(w, *args, *(["-n", name] if name else [])), **how)
    t.see("quit")
    pid = wait_for("the wall", lambda: status(w, name))["pid"]
    w.walls.append(pid)
    check(os.getsid(pid) == pid, "the wall has no session of its own")
    return t


def attach(w, *args, **how):
    return term(w, [CAMWALL, "--attach", *args], **how)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def settle(t):
    """What came after the end of t's process: a wall gives the terminal of a dead one back."""
    t.wait_end()
    t.wait(lambda: t.now is t.main, "the main screen")
    t.pause(0.05)
    t.check_clean()
    check_blocking(t)


def check_blocking(t):
    check(not fcntl.fcntl(t.slave, fcntl.F_GETFL) & os.O_NONBLOCK, "O_NONBLOCK was left behind")


def live(w, n, recorded=0):
    def ready():
        s = status(w)
        return s and len([x for x in s["streams"] if x["state"] == "live" and
                          x["recorded_frames"] >= recorded]) >= n and s
    return wait_for(f"{n} streams with {recorded} frames", ready)


def check_recordings(w, names):
    """Quits the wall; every frame number is in the files."""
    counted = {s["stream"]: s for s in status(w)["streams"]}
    code, answer = ctl(w, "quit")
    check(code == 0 and answer == {"ended": True, "status": 0}, f"quit: {code} {answer}")
    for name in names:
        numbers = [row[1] for path in files(w.path("rec", name)) for row in card_numbers(path)]
        check(not files(w.path("rec", name), ".part"), f"{name} has unfinished files")
        check(len(numbers) >= counted[name]["recorded_frames"] > 0, f"{name}: {len(numbers)}")
        for a, b in zip(numbers, numbers[1:]):
            check(b == a + 1, f"{name}: after frame {a} comes {b}")


def tidy(test):
    """Ends what a test has started and checks that no sanitizer found anything."""
    def run(w):
        w.terms, w.walls = [], []
        try:
            return test(w)
        finally:
            for t in w.terms:
                t.close()
            for pid in w.walls:
                if alive(pid):
                    os.kill(pid, signal.SIGKILL)
            found = [n for n in os.listdir(w.dir) if n.startswith("report")]
            for name in found:
                with open(w.path(name), encoding="utf-8", errors="replace") as f:
                    raise Failed(f.read()[:2000])
    run.__name__ = test.__name__
    return run
