#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client gets what its path takes, and no client's path is another's business."""
import os
import signal

from lib import (BUILD, PATIENCE, card_numbers, check, files, main, newest, relay, stats, wait_for,
                 wait_stats)

PANELS = os.path.join(BUILD, "tests/tools/panels")
PANEL = os.path.join(BUILD, "tests/tools/panel")
FPS = 25
STEADY = 8  # statistics, one a second


def live(w, port=None, *args):
    p = w.client(f"127.0.0.1:{port}" if port else w.url(), *args)
    wait_stats(p, "live", lambda o: o["state"] == "live" and o["fps"] > 0.8 * FPS)
    return p


def rate_of(p):
    """Bits a second of a stream that is not limited, with what a datagram adds to its payload."""
    wait_for("some seconds at full rate",
             lambda: len([o for o in stats(p) if o["fps"] > 0.9 * FPS]) >= 3)
    return newest(p)["bitrate"] * 1.06


def took(p, calm, since, what, most):
    """How long it was not calm; a busy machine is a narrow path too. Rates are those of 2 s."""
    seconds = len(stats(p)) - len(calm) - since - 2
    print(f"# {what} after {max(seconds, 0)} s: {[o['fps'] for o in calm]} frames a second",
          flush=True)
    check(seconds <= most or os.getloadavg()[0] > os.cpu_count(), f"{what} after {seconds} s")


def steady(p, since, most=FPS + 5):
    """The last STEADY statistics if the rate kept still in them and next to nothing was lost."""
    last = stats(p)[max(since, len(stats(p)) - STEADY - 1):]
    if len(last) <= STEADY:
        return None
    whole = last[-1]["frames"] - last[0]["frames"]
    torn = last[-1]["frames_incomplete"] - last[0]["frames_incomplete"]
    rates = [o["fps"] for o in last[1:]]
    calm = max(rates) - min(rates) <= 0.2 * FPS
    calm = calm and max(rates) <= most
    return last if whole > STEADY and torn < 0.01 * (whole + torn) and calm else None


def half_the_rate(w):
    """Half as much as the stream needs: fewer frames, whole ones; then all of them again."""
    w.server("pattern:640x480@25")
    rate = rate_of(live(w))
    way, port = relay(w, "--rate", f"1e12,{rate / 2:.0f}")
    way.process.send_signal(signal.SIGHUP)  # wide at first
    p = live(w, port)
    way.process.send_signal(signal.SIGHUP)
    since = len(stats(p))
    wait_stats(p, "fewer frames", lambda o: 0 < o["fps"] < 0.6 * FPS)
    calm = wait_for("a steady picture", lambda: steady(p, since, 0.6 * FPS))
    took(p, calm, since, "steady", 5)
    check(all(o["tier"] == 0 for o in calm), "the full size was asked for and not sent")
    check(calm[-1]["fps"] > 0.2 * FPS, f"{calm[-1]['fps']} frames a second")
    way.process.send_signal(signal.SIGHUP)
    since = len(stats(p))
    wait_stats(p, "all frames again", lambda o: o["fps"] > 0.9 * FPS)
    back = len(stats(p))
    took(p, wait_for("all frames, steadily", lambda: steady(p, back)), since, "back", 30)


def recording_has_whole_frames(w):
    """What a narrow path leaves of a recording are whole frames of full size, none missing."""
    w.server("pattern:640x480@25")
    rate = rate_of(live(w))
    _, port = relay(w, "--rate", f"1e12,{rate / 2:.0f}")
    p = w.client(f"127.0.0.1:{port}", record=w.path("rec"))
    wait_stats(p, "fewer frames", lambda o: o["recorded_frames"] > 20 and 0 < o["fps"] < 0.6 * FPS)
    since = len(stats(p))
    calm = wait_for("a steady picture", lambda: steady(p, since))
    gained = calm[-1]["recorded_frames"] - calm[0]["recorded_frames"]
    check(gained > 0.1 * FPS * STEADY, f"{gained} frames recorded")
    check(p.stop() == 0, p.log())


def what_was_before_the_key_comes_late_but_whole(w):
    """The history has to do with a part of what the path takes, and takes longer than it reaches."""
    w.server("card=pattern:640x480@25", "--history", "3s")
    rate = rate_of(live(w))
    _, port = relay(w, "--rate", f"1e12,{rate / 2:.0f}")
    directory = w.path("panel")
    os.mkdir(directory)
    p = w.start([PANEL, f"127.0.0.1:{port}/card", directory, "1500", "80"], "panel")
    check(p.wait(2 * PATIENCE) == 0, p.log())
    with open(p.out_path, encoding="ascii") as f:
        said = dict(line.split() for line in f.read().splitlines())
    (path,) = files(directory)
    rows = card_numbers(path)
    steps = [b[1] - a[1] for a, b in zip(rows, rows[1:])]
    print(f"# frame after frame: {steps}", flush=True)
    if p.lines("trying from another port"):  # another session does not have what the first one held
        return "the machine stood still for a second"
    before = int(said["key"]) - rows[0][2]
    check(abs(before - 1500000) <= 45000, f"it begins {before} us before the key")
    check(all(s == 1 for s in steps[:37]), "a frame before the key is missing")
    check(max(steps) <= FPS, "frames are missing that nobody left out")
    check(not p.lines("has a hole"), p.log())


def panels(w, name, width, height, urls):
    directory = w.path(name)
    os.mkdir(directory)
    return w.start([PANELS, str(width), str(height), "25", directory, *urls], name)


def packets_a_frame(p, tier):
    """Of all its panels together."""
    check(p.wait() == 0, p.log())
    with open(p.out_path, encoding="ascii") as f:
        rows = [[int(x) for x in line.split()] for line in f]
    check(all(row[0] == tier for row in rows), f"{rows}")
    return sum(packets / frames for _, packets, frames in rows)


def small_panels_take_little(w):
    """Panels of 40x12 cells on 1920x1080: a tenth of the bytes of as many full streams at most."""
    n = 16
    names = [f"card{i}" for i in range(n)]
    w.server(*[f"{name}=pattern:1920x1080@5" for name in names])
    urls = [w.url(name) for name in names]
    small = panels(w, "small", 40, 24, urls)
    full = panels(w, "full", 0, 0, urls[:1])
    least = packets_a_frame(full, 0) * n
    most = packets_a_frame(small, 3)
    print(f"# {n} panels take {most:.0f} packets a frame, full streams {least:.0f}: "
          f"1/{least / most:.0f}", flush=True)
    check(most <= least / 10, f"{most} of {least}")


def a_slow_client_is_alone(w):
    """One client is behind a thin path and one stands still; a third one loses nothing."""
    server = w.server("pattern:640x480@25")
    p = live(w)
    _, port = relay(w, "--rate", f"1e12,{rate_of(p) / 4:.0f}")
    thin = w.client(f"127.0.0.1:{port}")
    wait_stats(thin, "few frames", lambda o: o["frames"] > 10 and 0 < o["fps"] < 0.5 * FPS)
    stopped = live(w)
    stopped.process.send_signal(signal.SIGSTOP)
    before = newest(p)
    server.wait_line(r"left pattern after \S+: timed out")
    after = newest(p)
    stopped.process.send_signal(signal.SIGCONT)
    check(after["frames_incomplete"] == before["frames_incomplete"], f"{before} {after}")
    check(after["frames"] - before["frames"] > 5 * FPS, f"{before} {after}")


if __name__ == "__main__":
    main([small_panels_take_little, half_the_rate, recording_has_whole_frames,
          what_was_before_the_key_comes_late_but_whole, a_slow_client_is_alone], long=True)
