#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The console on real servers: what people see and what their keys do."""
import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from ptyterm import Term  # noqa: E402
from lib import (CAMWALL, ONE_FILE, World, card_numbers, check,  # noqa: E402
                 ffprobe_clean, files, main)


class Console(Term):
    def __init__(self, w, *args, cols=100, rows=30, trust="first"):
        self.directory = w.path("rec")
        super().__init__([CAMWALL, "--state-dir", w.path("console"), "--trust", trust, "-d",
                          self.directory, "--prerecord", "0", *ONE_FILE, *args],
                         cols=cols, rows=rows,
                         env={"XDG_STATE_HOME": w.path("state"), "TZ": "UTC"})

    def state_of(self, state):
        return any(re.search(r"\b" + state + r"\b", line) for line in self.lines()[1:])

    def colours(self):
        return {cell[1] for row in self.cells(1) for cell in row if cell[0] == "▀"}

    def live(self):
        self.wait(lambda: self.state_of("live"), "a live panel")

    def quit(self):
        self.key("q")
        self.wait_end()
        self.check_clean()


def with_console(w, *args, **more):
    c = Console(w, *args, **more)
    w.terms = getattr(w, "terms", []) + [c]
    return c


def closing(test):
    """Terminals end with their test."""
    def wrapped(w):
        try:
            return test(w)
        finally:
            for c in getattr(w, "terms", []):
                c.close()
    wrapped.__name__ = test.__name__
    return wrapped


@closing
def pictures_and_figures(w):
    w.server("front=pattern:320x240@25", "yard=pattern:160x120@10")
    c = with_console(w, w.url())
    c.see("front", "yard", "320×240", "160×120", "2 live")
    c.wait(lambda: len(c.colours()) > 30, "a picture of many colours")
    c.key("l")
    c.see("25.", "10.")
    c.key("?")
    c.see("record this stream")
    c.quit()


@closing
def record_and_snapshot_by_key(w):
    w.server("front=pattern:320x240@25")
    c = with_console(w, w.url("front"))
    c.live()
    c.key("s")
    c.see("snapshot")
    c.wait(lambda: files(c.directory, ".jpg"), "a snapshot")
    check(len(card_numbers(files(c.directory, ".jpg")[0])) == 1, "no test card in the snapshot")
    c.key("r")
    c.see("1 ● rec", "00:00:02")
    c.key("r")
    c.gone("1 ● rec")
    c.wait(lambda: files(c.directory), "a finished file")
    c.key("e")
    c.see("recording front to", "finished ")
    c.quit()
    (path,) = files(c.directory)
    ffprobe_clean(path)
    numbers = [r[1] for r in card_numbers(path)]
    check(numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"frames {numbers}")
    check(len(numbers) >= 25, f"{len(numbers)} frames in two seconds")


@closing
def quitting_while_recording_asks(w):
    w.server("front=pattern:160x120@25")
    c = with_console(w, w.url("front"))
    c.live()
    c.key("R")
    c.see("1 ● rec")
    c.key("q")
    c.see("recording", "quit")
    c.key("esc")
    c.see("1 ● rec")
    c.key("q")
    c.see("quit")
    c.key("y")
    c.wait_end()
    c.check_clean()
    check(files(c.directory) and not files(c.directory, ".part"), str(files(w.dir, "")))


@closing
def an_unknown_key_is_asked_about(w):
    server = w.server("front=pattern:160x120@25")
    fingerprint = re.search(r"SHA256:\S+", server.wait_line("is up with key")).group(0)
    c = with_console(w, w.url("front"), trust="ask")
    c.see(fingerprint, "not known")
    check(not os.path.exists(w.path("console", "known_servers")), "remembered without being asked")
    c.resize(60, 20)
    c.see(fingerprint)
    c.key("y")
    c.live()
    with open(w.path("console", "known_servers"), encoding="utf-8") as f:
        check(fingerprint in f.read(), "not remembered")
    c.quit()


@closing
def a_refused_console_is_told_what_to_do(w):
    w.server("front=pattern:160x120@25", open_to_all=False)
    c = with_console(w, w.url("front"), cols=120)
    c.see("refused", "authorized_clients", "SHA256:")
    c.quit()


@closing
def keys_work_while_servers_hang(w):
    server = w.server("front=pattern:160x120@25")
    c = with_console(w, w.url("front"))
    c.live()
    server.process.send_signal(signal.SIGSTOP)
    c.wait(lambda: c.state_of("stale") or c.state_of("lost"), "the hanging server to be noticed")
    c.key("e")
    c.see("events")
    c.key("esc")
    server.process.send_signal(signal.SIGCONT)
    c.live()
    c.quit()


@closing
def streams_are_added_and_removed(w):
    w.server("front=pattern:160x120@25", "yard=pattern:160x120@25")
    c = with_console(w)
    c.see("0 cameras")
    c.key("a")
    c.send(w.url("front"))
    c.key("enter")
    c.see("1 live")
    c.key("a")
    c.send(w.url("yard"))
    c.key("enter")
    c.see("2 live")
    c.key("d")
    c.see("yard")
    c.key("y")
    c.see("1 camera")
    c.quit()


@closing
def a_signal_leaves_the_terminal_as_it_was(w):
    w.server("front=pattern:160x120@25")
    for how in (signal.SIGTERM, signal.SIGINT):
        c = with_console(w, w.url("front"))
        c.live()
        c.signal(how)
        c.wait_end()
        c.check_clean()
        check(os.WIFEXITED(c.status) and os.WEXITSTATUS(c.status) == 0, f"status {c.status}")


main([pictures_and_figures, record_and_snapshot_by_key, quitting_while_recording_asks,
      an_unknown_key_is_asked_about, a_refused_console_is_told_what_to_do,
      keys_work_while_servers_hang, streams_are_added_and_removed,
      a_signal_leaves_the_terminal_as_it_was])
