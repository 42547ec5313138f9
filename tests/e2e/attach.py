#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The terminal is an attachment: it comes, goes and breaks, and the wall goes on recording.

CYCLES in the environment says how often a terminal is attached and taken away (40).
"""
import contextlib
import fcntl
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time

from lib import (CAMWALL, PATIENCE, SANITIZED, Failed, card_numbers, check, fds, files, main,
                 rss_kb, threads, wait_for)

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")
sys.path.insert(0, TOOLS)
from ptyterm import Term  # noqa: E402

FOUR = [f"{name}=pattern:160x120" for name in ("front", "yard", "gate", "hall")]
ESCAPES = re.compile(rb"\x1b(\[[0-9;:<=>?]*[ -/]*[@-~]|P[^\x1b]*\x1b\\|[()][A-Z0-9]|.)|[\r\n]")


GROUND = re.compile(rb"[\[;]48;[25];")


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
            "--segment", "1h", *args, w.url()]


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


def recording_survives(w, go_away, hosted=False, shell=False):
    w.server(*FOUR)
    if hosted:
        argv = start_argv(w, "--record")
        if shell:
            argv = ["/bin/sh", "-c", " ".join(argv) + "; true"]
        host = w.start([sys.executable, os.path.join(TOOLS, "ptyhost.py"), *argv], "ptyhost",
                       env=dict(os.environ, **environment(w), TERM="xterm-256color"))
        w.walls.append(wait_for("the wall", lambda: status(w))["pid"])
    else:
        host = start(w, "--record")
    before = live(w, 4, 15)["streams"][0]["recorded_frames"]
    wait_for("the screen", lambda: status(w)["attached"])
    go_away(host)
    wait_for("the screen to go", lambda: not status(w)["attached"])
    live(w, 4, before + 30)
    check_recordings(w, ["front", "yard", "gate", "hall"])


def recording_survives_z(w):
    def press(t):
        t.key("z")
        check(t.wait_end() == 0, "exit status")
        settle(t)
        t.see("the wall goes on")
    recording_survives(w, press)


def recording_survives_a_hang_up(w):
    def hang_up(t):
        t.signal(signal.SIGHUP)
        t.wait_end()
        settle(t)
    recording_survives(w, hang_up)


def recording_survives_kill_9_of_the_attaching_process(w):
    def kill(t):
        t.signal(signal.SIGKILL)
        settle(t)
    recording_survives(w, kill)


def recording_survives_kill_9_of_the_master(w):
    recording_survives(w, lambda host: host.stop(signal.SIGKILL), hosted=True)


def recording_survives_the_exit_of_an_ssh_like_parent(w):
    """A shell between, and a terminal that is closed in good order."""
    recording_survives(w, lambda host: host.stop(signal.SIGTERM), hosted=True, shell=True)


def without_recording_it_ends(w):
    w.server(*FOUR)
    t = start(w)
    t.signal(signal.SIGHUP)
    t.wait_end()
    wait_for("the wall to end", lambda: not alive(w.walls[0]))
    check("nothing records: ending" in log(w), log(w))
    check(not os.listdir(w.path("state", "camwall", "run")), "files of a wall that is gone")


def left_behind_it_ends_with_its_last_recording(w):
    w.server(*FOUR)
    t = start(w, "--record")
    live(w, 4, 5)
    t.signal(signal.SIGKILL)
    wait_for("the screen to go", lambda: not status(w)["attached"])
    check(ctl(w, "record", "off", "front")[0] == 0, "record off")
    check(status(w), "it ended although three streams record")
    check(ctl(w, "record", "off")[0] == 0, "record off")
    wait_for("the wall to end", lambda: not alive(w.walls[0]))


def stay_goes_on(w):
    w.server(*FOUR)
    t = start(w, "--stay")
    t.signal(signal.SIGKILL)
    wait_for("the screen to go", lambda: not status(w)["attached"])
    again = attach(w)
    again.see("4 cameras", "quit")
    again.key("e")
    again.see("the terminal went away")
    again.key("e", "q")
    check(again.wait_end() == 0, "exit status")
    settle(again)
    wait_for("the wall to end", lambda: not alive(w.walls[0]))


def headless_can_be_looked_at(w):
    w.server(*FOUR)
    p = w.client(w.url(), state=w.path("state", "camwall"))
    wait_for("the wall", lambda: status(w, "t1"))
    check(status(w, "t1")["foreground"], "foreground")
    for leave in "z", signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL:
        t = attach(w, "t1")
        t.see("4 cameras", "front")
        if leave == "z":
            t.key(leave)
        else:
            t.signal(leave)
        settle(t)
        check(p.process.poll() is None, f"{leave} ended the headless wall")
    check(p.stop() == 0, p.log())


def signals_end_the_wall_that_was_started(w):
    for sig in signal.SIGINT, signal.SIGTERM:
        w.server(*FOUR)
        t = start(w, "--record")
        live(w, 4, 5)
        t.signal(sig)
        check(t.wait_end() == 0, f"exit status {t.status} after {sig}")
        settle(t)
        check(not alive(w.walls[-1]), "the wall lives on")
    check(len(files(w.path("rec"))) == 8 and not files(w.path("rec"), ".part"),
          str(files(w.path("rec"), "")))


def quit_asks_and_offers_to_detach(w):
    w.server(*FOUR)
    t = start(w, "--record")
    live(w, 4, 5)
    t.key("q")
    t.see("recording", "detach", "stop and quit")
    t.key("z")
    check(t.wait_end() == 0, "exit status")
    settle(t)
    live(w, 4, 20)
    again = attach(w)
    again.see("4 cameras")
    again.key("q")
    again.see("stop and quit")
    again.key("q")
    check(again.wait_end() == 0, f"exit status {again.status}")
    settle(again)
    check(not alive(w.walls[0]), "the wall lives on")


def keys_know_what_the_screen_does_not_show_yet(w):
    """The terminal takes nothing, so what it shows is old: q asks all the same, and r toggles what
    is."""
    w.server(*FOUR)
    t = start(w)
    t.see("4 cameras")
    live(w, 4)
    time.sleep(1)
    check(ctl(w, "record", "on")[0] == 0, "record on")
    live(w, 4, 5)
    t.key("r", "q")
    t.see("3 streams are recording", "stop and quit")
    t.key("q")
    check(t.wait_end() == 0, "exit status")
    settle(t)


def take_over(w):
    w.server(*FOUR)
    first = start(w)
    second = attach(w, cols=120, rows=40, TERM="screen-256color", LANG="C")
    second.see("4 cameras")
    first.see("taken the screen over")
    check(first.wait_end() == 0, "exit status")
    settle(first)
    code, answer = ctl(w, "detach")
    check(code == 0 and answer == {"detached": True}, str(answer))
    second.see("the wall goes on")
    settle(second)
    check(ctl(w, "detach")[1] == {"detached": False}, "detached what was not attached")


def size_follows(w):
    w.server(*FOUR)
    t = start(w)
    t.see("hall")
    for cols, rows in (120, 40), (60, 15), (20, 5), (80, 24):
        t.resize(cols, rows)
        t.signal(signal.SIGWINCH)
        t.wait(lambda: len(t.lines()[0]) > cols - 12, f"a status line of {cols} columns")
    t.see("4 cameras")


def suspended_by_a_shell(w):
    """Ctrl-Z, work in the shell, fg: as with any program."""
    w.server(*FOUR)
    shell = shutil.which("bash")
    if not shell:
        return "no bash"
    t = term(w, [shell, "--norc", "--noprofile", "-i"], PS1="prompt> ")
    t.see("prompt>")
    t.send(" ".join(start_argv(w, "--record")) + "\r")
    t.see("4 cameras", "hall")
    w.walls.append(status(w)["pid"])
    before = live(w, 4, 10)["streams"][0]["recorded_frames"]

    def prompt():  # what is typed before the shell has the terminal may be thrown away
        t.wait(lambda: t.now is t.main, "the main screen")
        t.wait(lambda: t.lines()[t.now[0].cursor.y] == "prompt>", "the prompt")
    for _ in range(3):
        t.send("\x1a")
        prompt()
        t.see("Stopped")
        t.send("echo so $((40 + 2))\r")
        t.see("so 42")
        check_blocking(t)
        t.send("fg\r")
        t.wait(lambda: t.now is not t.main, "the other screen")
        t.see("4 cameras", "hall")
        t.send("\x1a")
        prompt()
        t.send("bg\r")  # it must not take the terminal from the shell
        t.send("echo mine $((1 + 1))\r")
        t.see("mine 2")
        check(t.now is t.main, "drawn in the background")
        t.send("clear; fg\r")
        t.wait(lambda: t.now is not t.main, "the other screen")
        t.see("4 cameras")
    live(w, 4, before + 20)
    t.key("z")
    t.see("the wall goes on")
    check_recordings(w, ["front", "yard", "gate", "hall"])
    t.send("exit\r")
    t.wait_end()


def wall_dies(w):
    """kill -9 of the wall: what is left gives the terminal back and says so."""
    w.server(*FOUR)
    t = start(w)
    t.see("hall")
    os.kill(w.walls[0], signal.SIGKILL)
    check(os.waitstatus_to_exitcode(t.wait_end()) == 1, f"exit status {t.status}")
    t.see("the wall was ended by signal 9")
    settle(t)
    t = start(w)  # and its name is free again
    other = attach(w)
    other.see("4 cameras")
    os.kill(w.walls[1], signal.SIGKILL)
    check(os.waitstatus_to_exitcode(other.wait_end()) == 1, f"exit status {other.status}")
    other.see("the wall died")
    settle(other)


def failures_are_told(w):
    w.server(*FOUR)
    with open(w.path("file"), "w", encoding="ascii"):
        pass
    for args, words, env in (
            (["--record", "-d", w.path("file", "sub")], "cannot record into", {}),
            ([], "cannot place its cursor", {"TERM": "dumb"}),
            (["--stats", "-"], "the screen is on standard output", {})):
        t = term(w, start_argv(w, *args), **env)
        t.see(words)
        check(os.waitstatus_to_exitcode(t.wait_end()) == 1, f"exit status {t.status}: {t.text()}")
        settle(t)
        check(not status(w), "a wall lives on")
    t = attach(w)
    t.see("no wall named 'main' runs, nor any other")
    check(os.waitstatus_to_exitcode(t.wait_end()) == 1, "exit status")


def its_end_is_told_with_its_status(w):
    w.server(*FOUR)
    t = start(w, "--duration", "4s")
    check(t.wait_end() == 0, f"exit status {t.status}: {t.text()}")
    settle(t)
    t = term(w, start_argv(w, "--duration", "4s", f"ghost={w.url('nosuch')}"))
    t.see("ghost", "quit")
    check(os.waitstatus_to_exitcode(t.wait_end()) == 1, f"exit status {t.status}: {t.text()}")
    settle(t)
    t.see("ghost was never live")


def names(w):
    w.server(*FOUR)
    start(w, "--stay", name="front door")
    t = term(w, start_argv(w, "-n", "front door"))
    t.see("a wall runs already under the name front door")
    check(os.waitstatus_to_exitcode(t.wait_end()) == 1, "exit status")
    t = attach(w)
    t.see("no wall named 'main' runs; these do: front_door")
    t = attach(w, "front door")
    t.see("4 cameras")


def name_of_a_second_wall(w):
    w.server(*FOUR)
    start(w)
    t = term(w, start_argv(w))
    t.see("4 cameras")
    w.walls.append(status(w, "main-2")["pid"])
    check(w.walls[0] != w.walls[1], "one wall under two names")
    t.key("z")
    t.see("a wall named 'main' runs already; this one is 'main-2'", '"camwall --attach main-2"')


def raw_screen(w, argv, words, colours, **env):
    """Milliseconds until a program has drawn all words and changed colours for pictures so often."""
    t = term(w, argv, **env)
    began, seen = time.monotonic(), b""
    while time.monotonic() - began < PATIENCE:
        if select.select([t.master], [], [], 1)[0]:
            seen += os.read(t.master, 1 << 20)
        text = ESCAPES.sub(b"", seen).decode(errors="replace")
        if all(word in text for word in words) and len(GROUND.findall(seen)) >= colours:
            return (time.monotonic() - began) * 1000, t
    raise Failed(f"no screen: {text[-500:]}")


def whole_screen_at_once(w):
    """Another terminal, type, size and character set each time."""
    w.server(*FOUR)
    start(w, "--stay").key("z")
    live(w, 4)
    times = []
    for cols, rows, kind, lang in ((80, 24, "xterm-256color", "C.UTF-8"), (200, 50, "tmux", "C"),
                                   (132, 43, "linux", "C.UTF-8"), (60, 20, "vt220", "POSIX"),
                                   (160, 48, "xterm-256color", "C.UTF-8")):
        colours = kind == "xterm-256color"
        ms, t = raw_screen(w, [CAMWALL, "--attach"],
                           ["4 cameras", "front", "yard", "gate", "hall", "quit"],
                           100 if colours else 0, cols=cols, rows=rows, TERM=kind,
                           LANG=lang)
        times.append(ms)
        t.key("z")
        t.wait_end()
    print("# whole screen after " + ", ".join(f"{ms:.0f}" for ms in times) + " ms", flush=True)
    if not SANITIZED:
        check(min(times) <= 300, f"{times} ms")


KINDS = ["xterm-256color", "screen-256color", "linux", "vt100", "tmux-256color", "rxvt"]


def cycle(w, i):
    cols, rows = 40 + i * 7 % 120, 10 + i * 5 % 50
    t = attach(w, cols=cols, rows=rows, TERM=KINDS[i % len(KINDS)],
               LANG="C" if i % 3 == 0 else "C.UTF-8")
    wait_for("the screen", lambda: t.pump(0.01) and t.bytes_seen > 300)
    how = i % 4
    if how == 0:
        t.key("z")
    else:
        t.signal((signal.SIGHUP, signal.SIGTERM, signal.SIGKILL)[how - 1])
    if KINDS[i % len(KINDS)] == "vt100" or KINDS[i % len(KINDS)] == "linux":
        t.wait_end()  # no other screen, so nothing to wait for but its settings
        wait_for("the settings", lambda: t.pump(0.01) or
                 termios.tcgetattr(t.slave) == t.before)
        check_blocking(t)
    else:
        settle(t)
    t.close()
    w.terms.remove(t)


def attach_and_detach_many_times(w):
    """Nothing is left over: no descriptor, no thread, no memory, no flag, no setting."""
    w.server(*FOUR)
    start(w, "--stay").key("z")
    live(w, 4)
    pid = w.walls[0]
    for i in range(8):
        cycle(w, i)
    wait_for("the screen to go", lambda: not status(w)["attached"])
    before = fds(pid), threads(pid), rss_kb(pid)
    for i in range(int(os.environ.get("CYCLES", "40"))):
        cycle(w, i)
        if i % 100 == 99:
            print(f"# {rss_kb(pid)} kB after {i + 1} cycles", flush=True)
    wait_for("the screen to go", lambda: not status(w)["attached"])
    wait_for("descriptors to be as before", lambda: fds(pid) == before[0], 5)
    check(threads(pid) == before[1], f"{threads(pid)} threads, before {before[1]}")
    print(f"# {before[0]} descriptors, {before[1]} threads, {before[2]} kB before, "
          f"{rss_kb(pid)} kB after", flush=True)
    if not SANITIZED:
        check(rss_kb(pid) < before[2] + 4096, f"{before[2]} kB became {rss_kb(pid)} kB")


def inside_tmux(w):
    """tmux between the wall and the terminal, attached and detached by its own means."""
    if not shutil.which("tmux"):
        return "no tmux"
    w.server(*FOUR)
    with open(w.path("tmux.conf"), "w", encoding="ascii") as f:
        f.write("set -g assume-paste-time 0\n")  # keys come faster here than fingers press them
    tmux = ["tmux", "-S", w.path("tmux"), "-f", w.path("tmux.conf")]
    env = dict(os.environ, **environment(w), TERM="xterm-256color")
    subprocess.run([*tmux, "-u", "new-session", "-d", "-x", "80", "-y", "24",
                    " ".join(start_argv(w, "--record"))], env=env, check=True, timeout=PATIENCE)
    try:
        w.walls.append(wait_for("the wall", lambda: status(w))["pid"])
        live(w, 4, 5)
        for cols, rows in (80, 24), (120, 40):
            t = term(w, [shutil.which("tmux"), *tmux[1:], "-u", "attach"], cols=cols, rows=rows)
            t.see("4 cameras", "front", "hall", "quit")
            t.key("e")
            t.see("recording front")
            t.key("esc")
            t.gone("recording front")
            t.send("\x02d")
            t.wait_end()
            check(status(w)["attached"], "tmux went, and the screen with it")
        t = term(w, [shutil.which("tmux"), *tmux[1:], "-u", "attach"])
        t.see("4 cameras")
        t.key("z")
        t.wait_end()
        check_recordings(w, ["front", "yard", "gate", "hall"])
    finally:
        subprocess.run([*tmux, "kill-server"], env=env, stderr=subprocess.DEVNULL, check=False)


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


main([tidy(test) for test in (
    recording_survives_z,
    recording_survives_a_hang_up,
    recording_survives_kill_9_of_the_attaching_process,
    recording_survives_kill_9_of_the_master,
    recording_survives_the_exit_of_an_ssh_like_parent,
    without_recording_it_ends,
    left_behind_it_ends_with_its_last_recording,
    stay_goes_on,
    headless_can_be_looked_at,
    signals_end_the_wall_that_was_started,
    quit_asks_and_offers_to_detach,
    keys_know_what_the_screen_does_not_show_yet,
    take_over,
    size_follows,
    suspended_by_a_shell,
    wall_dies,
    failures_are_told,
    its_end_is_told_with_its_status,
    names,
    name_of_a_second_wall,
    whole_screen_at_once,
    attach_and_detach_many_times,
    inside_tmux)])
