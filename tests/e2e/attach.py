#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The terminal is an attachment: it comes, is taken over, changes, and comes again.

CYCLES in the environment says how often a terminal is attached and taken away (40).
"""
import os
import re
import select
import shutil
import signal
import subprocess
import termios
import time

from lib import CAMWALL, PATIENCE, SANITIZED, Failed, check, fds, main, rss_kb, threads, wait_for
from wallterm import (FOUR, attach, check_blocking, check_recordings, ctl, environment, live,
                      settle, start, start_argv, status, term, tidy)

ESCAPES = re.compile(rb"\x1b(\[[0-9;:<=>?]*[ -/]*[@-~]|P[^\x1b]*\x1b\\|[()][A-Z0-9]|.)|[\r\n]")
GROUND = re.compile(rb"[\[;]48;[25];")


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


main([tidy(test) for test in (
    take_over,
    size_follows,
    suspended_by_a_shell,
    failures_are_told,
    names,
    name_of_a_second_wall,
    whole_screen_at_once,
    attach_and_detach_many_times,
    inside_tmux)])
