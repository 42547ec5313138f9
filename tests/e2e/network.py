#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recordings over bad networks: a relay loses, doubles, delays and cuts what passes."""
import os
import re
import signal
import time

from lib import BUILD, ONE_FILE, card_numbers, check, files, main, newest, relay, wait_stats

PANEL = os.path.join(BUILD, "tests/tools/panel")
RTT = ["--delay", "10"]  # milliseconds each way


class Link:
    """A relay before the world's server."""

    def __init__(self, w, *options):
        self.program, self.port = relay(w, *options)

    def output(self):
        with open(self.program.out_path, encoding="ascii") as f:
            return f.read()

    def url(self, camera):
        return f"127.0.0.1:{self.port}/{camera}"

    def rebind(self):
        self.program.process.send_signal(signal.SIGUSR2)

    def counters(self):
        check(self.program.stop() == 0, "the relay's exit status")
        words = self.output().splitlines()[-1].split()
        return dict(zip(words[::2], map(int, words[1::2])))


def recorded(directory):
    """All the rows of a stream's files, each of which begins at 0."""
    rows = []
    for path in files(directory):
        part = card_numbers(path)
        check(part and part[0][0] == 0, f"{path} does not begin at 0")
        rows += part
    return rows


def holes(rows):
    numbers = [r[1] for r in rows]
    check(numbers == sorted(set(numbers)), "frames are out of order or doubled")
    return [(a, b) for a, b in zip(numbers, numbers[1:]) if b != a + 1]


def record_over(w, link, camera="card", name="camwall"):
    return w.client(*ONE_FILE, link.url(camera), record=w.path(name), name=name)


LOSS = {  # options of the relay, share lost, least part of the frames that is whole
    "two": (["--loss", "0.02"], 0.02, 0.999),
    "five": (["--loss", "0.05"], 0.05, 0.999),
    "ten": (["--loss", "0.1"], 0.10, 0.995),
    "bursts": (["--burst", "0.02", "--burst-len", "8"], 0.02, 0.999),
}


def loss_is_repaired(w):
    server = w.server("card=pattern:640x480@25")
    rows = []
    for name, (options, share, whole) in LOSS.items():
        link = Link(w, *RTT, *options, "--seed", "3")
        rows.append((name, share, whole, link, record_over(w, link, name=name)))
    for name, _, _, _, p in rows:
        wait_stats(p, "300 frames", lambda o: o["recorded_frames"] >= 300)
    for name, share, whole, _, p in rows:
        check(p.stop() == 0, p.log())
        last = newest(p)
        found = recorded(w.path(name))[:-10]  # the newest may still have been under repair
        count = found[-1][1] - found[0][1] + 1
        missing = count - len(found)
        check(missing <= (1 - whole) * count, f"{name}: {missing} of {count} are missing")
        check(last["recorded_frames"] == len(found) + 10, f"{name}: {last}")
        check(last["packets_repaired"] > 0, f"{name}: {last}")
        extra = last["packets_repaired"] / last["packets"]
        check(extra <= 1.65 * share + 0.01, f"{name}: {100 * extra:.1f} % sent again")
        print(f"# {name}: {missing} of {count} missing, {100 * extra:.2f} % sent again", flush=True)
    check(server.stop() == 0, "the server's exit status")


def doubled_and_reordered(w):
    w.server("card=pattern:640x480@25")
    link = Link(w, *RTT, "--duplicate", "0.3", "--reorder", "0.2", "--reorder-by", "8")
    p = record_over(w, link)
    wait_stats(p, "150 frames", lambda o: o["recorded_frames"] >= 150)
    check(p.stop() == 0, p.log())
    rows = recorded(w.path("camwall"))[:-10]
    check(not holes(rows), f"{holes(rows)}")
    check(newest(p)["packets_lost"] == 0, f"{newest(p)}")


def cuts_leave_no_hole(w):
    """Cut for 1, 3 and 8 s while recording: every frame number is in the file."""
    w.server("card=pattern:320x240@25")
    takes = []
    for seconds in (1, 3, 8):
        link = Link(w, *RTT, "--cut-after", "3000", "--cut-for", str(1000 * seconds))
        takes.append((seconds, record_over(w, link, name=f"cut{seconds}")))
    for seconds, p in takes:
        # over the cut, and then some: what is fetched comes at the rate of live media
        least = 25 * (3 + seconds + 3)
        wait_stats(p, "frames after the cut", lambda o: o["recorded_frames"] >= least)
        check(p.stop() == 0, p.log())
        rows = recorded(w.path(f"cut{seconds}"))[:-10]
        check(not holes(rows), f"{seconds} s: {holes(rows)}\n{p.log()}")
        last = newest(p)
        check(last["packets_lost"] == 0, f"{seconds} s: {last}")
        check(last["packets_repaired"] > 0, f"{seconds} s: {last}")


def a_long_cut_is_a_hole_of_true_length(w):
    """Longer than the server's history: what is gone is one hole in time, and the log says so. The
    recording is stopped while what is not gone is still on its way."""
    w.server("card=pattern:320x240@25", "--always", "--history", "10s")
    link = Link(w, *RTT, "--cut-after", "3000", "--cut-for", "30000")
    p = record_over(w, link)
    wait_stats(p, "frames after the cut", lambda o: o["reconnects"] >= 1 and
               o["state"] == "live" and o["recorded_frames"] >= 100)
    check(p.stop() == 0, p.log())
    rows = recorded(w.path("camwall"))
    long = [h for h in holes(rows) if h[1] - h[0] > 25]  # a busy machine's camera may lose a few
    check(len(long) == 1, f"{holes(rows)}\n{p.log()}")
    for pts, number, capture in rows:
        there = capture - rows[0][2]
        check(abs(pts - there) <= 40000, f"frame {number} at {pts} us, captured at {there} us")
    ((before, after),) = long
    gone = (after - before - 1) / 25
    print(f"# {gone:.2f} s are missing", flush=True)
    check(17 <= gone <= 27, f"{gone:.1f} s are missing")
    said = re.search(r"recording of card has a hole of ([\d.]+) s", p.log())
    check(said and abs(float(said.group(1)) - gone) <= 0.1, p.log())


def a_second_signal_ends_at_once(w):
    """The first one lets a recording have what is still on its way; who is in a hurry says it twice."""
    w.server("card=pattern:320x240@25", "--always", "--history", "20s")
    link = Link(w, *RTT, "--cut-after", "3000", "--cut-for", "8000")
    p = record_over(w, link)
    p.wait_line("card: live", count=2)
    p.process.send_signal(signal.SIGTERM)
    p.wait_line("waiting for pictures")
    began = time.monotonic()
    check(p.stop() == 0, p.log())
    took = time.monotonic() - began
    print(f"# over {took * 1000:.0f} ms after the second signal", flush=True)
    check(took < 2, f"over {took:.1f} s after the second signal")
    check(recorded(w.path("camwall")), "there is a file, and it is whole")


def an_address_changes(w):
    """As after a NAT's restart: back within 3 s, no hole, and the log tells it."""
    w.server("card=pattern:320x240@25")
    link = Link(w, *RTT)
    p = record_over(w, link)
    wait_stats(p, "50 frames", lambda o: o["recorded_frames"] >= 50)
    link.rebind()
    began = time.monotonic()
    p.wait_line("trying from another port")
    p.wait_line(r"card: live", count=2)
    took = time.monotonic() - began
    print(f"# back after {took:.1f} s", flush=True)
    check(took < 8, f"back after {took:.1f} s")  # 3 s on a machine that is not busy
    there = newest(p)["recorded_frames"]
    wait_stats(p, "100 more frames", lambda o: o["recorded_frames"] >= there + 100)
    check(p.stop() == 0, p.log())
    rows = recorded(w.path("camwall"))[:-10]
    check(not holes(rows), f"{holes(rows)}\n{p.log()}")
    check(newest(p)["reconnects"] == 1, f"{newest(p)}")


def is_the_frame_asked_for(still, said, recording):
    """The newest one when it was asked for, as the card in it tells, and bit for bit the same as in
    the recording, which was made in another way."""
    check(0 <= int(said["number"]) - int(said["asked"]) <= 25, f"{said}")
    ((_, number, captured),) = card_numbers(still)
    check(captured == int(said["captured"]), f"captured {captured}, not {said['captured']}")
    with open(still, "rb") as f, open(recording, "rb") as g:
        check(f.read() in g.read(), f"card {number} is another one in the recording")


def a_recording_begins_before_the_key(w):
    """Five seconds earlier, at full size, though the panel had the smallest; so is a snapshot."""
    w.server("card=pattern:640x480@25")
    link = Link(w, *RTT, "--loss", "0.05")
    directory = w.path("panel")
    os.mkdir(directory)
    p = w.start([PANEL, link.url("card"), directory, "5000"], "panel")
    check(p.wait() == 0, p.log())
    with open(p.out_path, encoding="ascii") as f:
        said = dict(line.split() for line in f.read().splitlines())
    check(said["small"] == "80x60", f"{said}")
    check(said["still"] == "640x480", f"{said}")
    (path,) = files(directory)
    is_the_frame_asked_for(os.path.join(directory, "still.jpg"), said, path)
    rows = card_numbers(path)  # the card's numbers can be read at full size only
    check(not holes(rows), f"{holes(rows)}\n{p.log()}")
    before = int(said["key"]) - rows[0][2]
    check(abs(before - 5000000) <= 45000, f"it begins {before} us before the key")
    after = rows[-1][2] - int(said["end"])
    check(-250000 < after < 100000, f"it ends {after} us after it should")


TESTS = [loss_is_repaired, doubled_and_reordered, cuts_leave_no_hole,
         a_long_cut_is_a_hole_of_true_length, a_second_signal_ends_at_once, an_address_changes,
         a_recording_begins_before_the_key]
if __name__ == "__main__":
    main(TESTS, long=True)
