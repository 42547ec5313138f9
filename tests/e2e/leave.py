#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every way a client leaves is a line in the log, and leaves nothing behind in the server."""
import json
import signal

from lib import check, fds, main, threads, wait_for, wait_stats

STAMP = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d client 127\.0\.0\.1:\d+ unknown "
TOTALS = r"; \d+ frames, \d+(\.\d+)? [kMG]?B, \d+\.\d\d % lost, \d+ repaired$"


def live(w, *args, frames=5):
    p = w.client(w.url("pattern"), *args)
    wait_stats(p, "live", lambda o: o["state"] == "live" and o["frames"] > frames)
    return p


def goodbye(w):
    server = w.server("pattern:160x120")
    p = live(w, frames=30)
    server.wait_line(STAMP + r"SHA256:\S{43} connected to pattern$")
    check(p.stop() == 0, p.log())
    server.wait_line(STAMP + r"left pattern after \d\d:\d\d:\d\d: closed by client" + TOTALS)


def kill_9(w):
    server = w.server("pattern:160x120")
    p = live(w, frames=30)
    p.process.kill()
    server.wait_line(STAMP + r"left pattern after \S+: unreachable" + TOTALS)


def frozen_client_times_out(w):
    """A client that is alive but silent loses its lease after ten seconds."""
    server = w.server("pattern:160x120")
    p = live(w, frames=30)
    p.process.send_signal(signal.SIGSTOP)
    server.wait_line(STAMP + r"left pattern after \S+: timed out")
    p.process.send_signal(signal.SIGCONT)
    wait_stats(p, "live again", lambda o: o["reconnects"] >= 1 and o["state"] == "live")


def server_stops(w):
    server = w.server("pattern:160x120")
    clients = [live(w) for _ in range(3)]
    check(server.stop() == 0, server.log())
    check(len(server.lines(STAMP + r"left pattern after \S+: server stopping")) == 3, server.log())
    for p in clients:
        wait_stats(p, "lost", lambda o: o["state"] == "lost")


def json_log(w):
    path = w.path("log.json")
    server = w.server("pattern:160x120", "--log", path, "--log-format", "json")
    check(live(w).stop() == 0, "exit status")

    def left():
        with open(path, encoding="utf-8") as f:
            events = [json.loads(line) for line in f.read().splitlines()]
        return [e for e in events if e.get("event") == "left"]
    (event,) = wait_for("a left event", left)
    for key in ("time", "level", "message", "client", "name", "fingerprint", "camera", "reason",
                "seconds", "frames", "frames_dropped", "bytes", "packets", "packets_lost",
                "packets_repaired"):
        check(key in event, f"{key} is not in {event}")
    check(event["reason"] == "closed by client" and event["camera"] == "pattern", str(event))
    check(server.stop() == 0, "exit status")


def nothing_is_left_behind(w):
    """Clients come and go; threads and descriptors of the server are as before."""
    server = w.server("pattern:160x120@5", "--max-clients", "600")
    server.wait_line(r"camera pattern: ")
    at_rest = threads(server.pid)
    live(w).stop()
    server.wait_line(r"left pattern", count=1)
    wait_for("the first client's thread to end", lambda: threads(server.pid) == at_rest)
    before = fds(server.pid)
    for _ in range(6):
        p = w.client(*[f"c{i}={w.url('pattern')}" for i in range(10)])
        wait_stats(p, "ten streams live", lambda o: o["state"] == "live", "c9")
        check(p.stop() == 0, p.log())
    server.wait_line(r"left pattern", count=61)
    wait_for("the threads to end", lambda: threads(server.pid) == at_rest)
    check(fds(server.pid) == before, f"{fds(server.pid)} descriptors, before {before}")


main([goodbye, kill_9, frozen_client_times_out, server_stops, json_log, nothing_is_left_behind])
