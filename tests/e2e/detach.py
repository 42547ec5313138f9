#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The terminal goes, in good order or not: the wall goes on recording, or ends and leaves all well.
"""
import os
import signal
import sys
import time

from lib import check, files, main, wait_for
from wallterm import (FOUR, TOOLS, alive, attach, check_recordings, ctl, environment, live, log,
                      settle, start, start_argv, status, term, tidy)


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


def wall_dies(w):
    """kill -9 of the wall: what is left gives the terminal back and says so."""
    def kill(wall, t, words):
        os.kill(wall, signal.SIGKILL)
        check(os.waitstatus_to_exitcode(t.wait_end()) == 1, f"exit status {t.status}")
        t.see(words)
        settle(t)
    w.server(*FOUR)
    t = start(w)
    t.see("hall")
    kill(w.walls[0], t, "the wall was ended by signal 9")
    start(w)  # and its name is free again
    other = attach(w)
    other.see("4 cameras")
    kill(w.walls[1], other, "the wall died")


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
    wall_dies,
    its_end_is_told_with_its_status)])
