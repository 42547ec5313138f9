#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A hundred clients on one camera: each gets every frame, one thread and little memory each."""
from lib import check, fds, main, rss_kb, stats, threads, wait_for

STREAMS = 50     # of a console
FRAMES = 30      # that each stream gets before it is judged
CLIENT_KB = 128  # of the server's memory, at most


def console(w, name):
    url = w.url("card")
    return w.client(*[f"s{i}={url}" for i in range(STREAMS)], state=w.path("console"), name=name)


def streams(p):
    """The newest statistics of each stream."""
    return {o["stream"]: o for o in stats(p)}


def all_live(p):
    now = streams(p)
    return len(now) == STREAMS and all(
        o["state"] == "live" and o["frames"] >= FRAMES for o in now.values())


def nothing_is_lost(p):
    for name, o in streams(p).items():
        for field in "frames_incomplete", "frames_rejected", "packets_lost", "reconnects":
            check(o[field] == 0, f"{p.name}, {name}: {o}")


def a_hundred_clients(w):
    server = w.server("card=pattern:160x120@10", "--history", "1s", "--max-clients", "200",
                      "--max-clients-per-address", "200")
    at_rest, sockets = threads(server.pid), fds(server.pid)
    first = console(w, "first")
    wait_for("50 live streams", lambda: all_live(first), step=0.2)
    kb = rss_kb(server.pid)
    second = console(w, "second")
    wait_for("100 live streams", lambda: all_live(second), step=0.2)
    kb = (rss_kb(server.pid) - kb) / STREAMS
    check(threads(server.pid) == at_rest + 2 * STREAMS, f"{threads(server.pid)} threads")
    check(fds(server.pid) == sockets, f"{fds(server.pid)} descriptors instead of {sockets}")
    check(kb <= CLIENT_KB, f"{kb:.0f} KB a client")
    for p in first, second:
        check(p.stop() == 0, p.log())
        nothing_is_lost(p)
    wait_for("their threads' end", lambda: threads(server.pid) == at_rest)
    check(len(server.lines("closed by client")) == 2 * STREAMS, server.log()[-2000:])
    print(f"# {kb:.0f} KB a client", flush=True)
    check(server.stop() == 0, "the server's exit status")


if __name__ == "__main__":
    main([a_hundred_clients], long=True)
