#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recordings as evidence: full disks, two consoles in one directory, holes, rates, retention, the
command for finished files."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

from films import check_contiguous, check_films, recover
from lib import ONE_FILE, card_numbers, check, duration, files, main, newest, wait_for, wait_stats


class Disk:
    """A small disk of its own, or none where we may not mount."""

    def __init__(self, path, megabytes):
        os.mkdir(path)
        self.path, self.ballast = path, os.path.join(path, "ballast")
        self.mounted = shutil.which("mount") and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "camwall-test", path],
            stderr=subprocess.DEVNULL).returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], check=True)

    def fill(self, leave):
        """Leaves that many bytes free, or a little less."""
        with open(self.ballast, "ab", buffering=0) as f:
            while True:
                st = os.statvfs(self.path)
                more = st.f_bavail * st.f_frsize - leave
                try:
                    if more <= 0 or f.write(bytes(min(more, 1 << 20))) == 0:
                        return
                except OSError:
                    return

    def free(self):
        os.unlink(self.ballast)


def full_disk(w, leave):
    server = w.server("pattern:320x240@25")
    with Disk(w.path("disk"), 24) as disk:
        if not disk.mounted:
            return "no disk can be mounted here"
        rec = os.path.join(disk.path, "rec")
        p = w.client("--segment", "2s", w.url("pattern"), record=rec)
        wait_for("three files", lambda: len(files(rec)) >= 3)
        before = {path: os.stat(path).st_size for path in files(rec)}
        disk.fill(leave)
        o = wait_stats(p, "disk full", lambda o: o["recorder"] == "disk-full")
        check(o["recording"] and o["recorder_error"] and o["state"] == "live", str(o))
        p.wait_line(r"recording of pattern stands still: ")
        for part in files(rec, ".part"):
            check(card_numbers(part), f"{part} is not readable")
        o = wait_stats(p, "frames to go on", lambda n: n["frames"] >= o["frames"] + 50)
        check(o["recorder"] == "disk-full", str(o))
        disk.free()
        wait_stats(p, "recording to go on", lambda n: n["recorder"] == "running" and
                   n["recorded_frames"] > o["recorded_frames"] + 50)
        p.wait_line(r"recording of pattern goes on")
        check(p.stop() == 0, p.log())
        o = newest(p)
        check(o["frames_incomplete"] == 0 and o["packets_lost"] == 0, f"the view stuttered: {o}")
        recover(w, rec)
        check(not files(rec, ".part"), f"left: {files(rec, '.part')}")
        for path, size in before.items():
            check(os.stat(path).st_size == size, f"{path} changed")
        rows = check_films(files(rec))
        check(all(b[1] > a[1] for a, b in zip(rows, rows[1:])), "frames doubled")
        lost = rows[-1][1] - rows[0][1] + 1 - len(rows)
        check(0 < lost <= o["recorder_dropped"] + 1, f"{lost} are missing, told of: {o}")
    check(server.stop() == 0, "the server's exit status")
    return None


def disk_full_at_the_reserve(w):
    return full_disk(w, 100 * 1024)


def disk_full_to_the_last_byte(w):
    return full_disk(w, 0)


def old_files_make_room(w):
    """With --keep-free a disk too small for it all never gets full."""
    w.server("pattern:320x240@25")
    with Disk(w.path("disk"), 16) as disk:
        if not disk.mounted:
            return "no disk can be mounted here"
        p = w.client("--segment", "2s", "--keep-free", "10M", w.url("pattern"),
                     record=os.path.join(disk.path, "rec"))
        p.wait_line(r"deleted .*the disk is too full", count=3)
        check(p.stop() == 0, p.log())
        check(not p.lines("stands still"), p.log())
        check(newest(p)["recorder_dropped"] == 0, str(newest(p)))
        check_contiguous(check_films(files(disk.path)), disk.path)
    return None


def two_consoles_in_one_directory(w):
    w.server("pattern:160x120@25")
    rec = w.path("rec")
    consoles = [w.client("--segment", "2s", w.url("pattern"), record=rec) for _ in range(2)]
    for p in consoles:
        wait_stats(p, "120 frames", lambda o: o["recorded_frames"] >= 120)
    for p in consoles:
        check(p.stop() == 0, p.log())
    names = [line.split(" to ")[1] for p in consoles for line in p.lines(r"recording pattern to ")]
    check(len(names) == len(set(names)) == len(files(rec)), f"{names} became {files(rec)}")
    check(not files(rec, ".part"), str(files(rec, ".part")))
    check_films(files(rec))
    for p in consoles:
        mine = [line.split(" ")[3].rstrip(":") for line in p.lines(r" finished /")]
        rows = [row for path in sorted(mine, key=lambda f: card_numbers(f)[0][2])
                for row in card_numbers(path)]
        check_contiguous(rows, p.name)
        check(len(rows) == newest(p)["recorded_frames"], f"{len(rows)} in the files of {p.name}")


def hole_is_a_hole_in_time(w):
    """The camera's machine stands still for three seconds."""
    server = w.server("pattern:160x120@25")
    p = w.client(*ONE_FILE, w.url("pattern"), record=w.path("rec"))
    wait_stats(p, "50 frames", lambda o: o["recorded_frames"] >= 50)
    server.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        wait_for("three seconds", lambda: time.monotonic() > began + 3)
    finally:
        server.process.send_signal(signal.SIGCONT)
    frames = newest(p)["recorded_frames"]
    wait_stats(p, "50 frames more", lambda o: o["recorded_frames"] >= frames + 50)
    check(p.stop() == 0, p.log())
    rows = check_films(files(w.path("rec")))
    hole = max(b[2] - a[2] for a, b in zip(rows, rows[1:]))
    check(hole >= 2500000, f"the greatest hole is {hole} us")
    for path in files(w.path("rec")):
        own = card_numbers(path)
        for pts, number, capture in own:
            check(abs(pts - (capture - own[0][2])) <= 25, f"{path}: frame {number} at {pts} us")
    check(p.lines(r"hole of [23]\.\d s|began anew"), p.log())


def every_rate(w):
    rates = {"slow": "12.5", "pal": "25", "ntsc": "29.97"}
    w.server(*[f"{name}=pattern:160x120@{rate}" for name, rate in rates.items()])
    rec = w.path("rec")
    p = w.client("--segment", "2s", *[w.url(name) for name in rates], record=rec)
    for name in rates:
        wait_stats(p, f"60 frames of {name}", lambda o: o["recorded_frames"] >= 60, name)
    check(p.stop() == 0, p.log())
    for name, rate in rates.items():
        paths = files(os.path.join(rec, name))
        check_contiguous(check_films(paths), name)
        films = sorted(((path, card_numbers(path)) for path in paths), key=lambda f: f[1][0][2])
        for (path, own), (_, following) in zip(films, films[1:]):
            gap = (following[0][2] - own[0][2]) / 1e6 - duration(path)
            check(abs(gap) < 0.001, f"{path} ends {gap:.4f} s before the next begins")
        check(len(paths) >= 2, f"{rate}: {paths}")


def irregular_rate(w):
    """A card with two of seven pictures taken out, here and there, at its own pace."""
    if not shutil.which("ffmpeg"):
        return "ffmpeg is not installed"
    w.server("pattern:160x120@25", name="first")
    p = w.client(*ONE_FILE, w.url("pattern"), record=w.path("even"))
    wait_stats(p, "60 frames", lambda o: o["recorded_frames"] >= 60)
    check(p.stop() == 0, p.log())
    uneven = w.path("uneven.mkv")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", files(w.path("even"))[0], "-vf",
                    "select='not(eq(mod(n*n\\,7)\\,2))'", "-vsync", "vfr", "-c:v", "mjpeg", "-q:v",
                    "2", uneven], check=True, timeout=60)
    w.server(f"uneven={uneven}")
    p = w.client(*ONE_FILE, w.url("uneven"), record=w.path("rec"))
    wait_stats(p, "40 frames", lambda o: o["recorded_frames"] >= 40)
    check(p.stop() == 0, p.log())
    (path,) = files(w.path("rec"))
    rows = card_numbers(path)
    steps = [(b[0] - a[0], b[2] - a[2]) for a, b in zip(rows, rows[1:]) if b[1] > a[1]]
    check(len({round(step[0] / 40000) for step in steps}) > 1, f"an even rate: {steps}")
    for shown, captured in steps:
        check(abs(shown - captured) <= 1100, f"{shown} us in the file, {captured} us apart")
    covered = (rows[-1][0] - rows[0][0]) / 1e6
    check(0 < duration(path) - covered <= 0.121, f"{duration(path)} s for {covered} s")
    return None


def oldest_go_first(w):
    """Age, then size; what camwall did not make stays."""
    w.server("pattern:160x120@25")
    rec = w.path("rec")
    p = w.client("--segment", "2s", w.url("pattern"), record=rec)
    wait_for("five files", lambda: len(files(rec)) >= 5)
    check(p.stop() == 0, p.log())
    paths = sorted(files(rec), key=lambda path: card_numbers(path)[0][2])
    old = os.stat(paths[0]).st_mtime - 7200
    os.utime(paths[0], (old, old))
    foreign, link = os.path.join(rec, "pattern", "foreign.mp4"), os.path.join(rec, "link.mp4")
    with open(foreign, "wb") as f:
        f.write(b"\0\0\0\x10ftypisom\0\0\0\0" * 1000)
    os.utime(foreign, (old, old))
    shutil.copy2(paths[0], w.path("elsewhere.mp4"))
    os.symlink(w.path("elsewhere.mp4"), link)
    room = sum(os.stat(path).st_size for path in paths[2:])
    p = w.client("--keep-age", "1h", "--keep-size", str(room), "-d", rec, w.url("pattern"))
    p.wait_line(rf"deleted {re.escape(paths[0])} \(too old\)")
    p.wait_line(rf"deleted {re.escape(paths[1])} \(all are too large\)")
    check(p.stop() == 0, p.log())
    check(sorted(files(rec)) == sorted(paths[2:] + [foreign, link]), str(files(rec)))
    check(os.path.exists(w.path("elsewhere.mp4")), "deleted through a link")
    check(len(p.lines(r" deleted ")) == 2, p.log())


HOOK = """#!/bin/sh
[ $# -eq 0 ] || exit 3
printf '{"file":"%s","stream":"%s","start":"%s","seconds":%s,"frames":%s,"bytes":%s}\\n' \\
    "$CAMWALL_FILE" "$CAMWALL_STREAM" "$CAMWALL_START" "$CAMWALL_SECONDS" "$CAMWALL_FRAMES" \\
    "$CAMWALL_BYTES" >> "$HOOK_OUT"
"""


def command_for_every_finished_file(w):
    w.server("pattern:160x120@25")
    hook, out, rec = w.path("hook.sh"), w.path("hook.out"), w.path("rec")
    with open(hook, "w", encoding="ascii") as f:
        f.write(HOOK)
    os.chmod(hook, 0o700)
    w.env["HOOK_OUT"] = out
    p = w.client("--segment", "2s", "--on-segment", hook, f"a b={w.url('pattern')}", record=rec)
    wait_for("three files", lambda: len(files(rec)) >= 3)
    check(p.stop() == 0, p.log())

    def told():
        with open(out, encoding="utf-8") as f:
            return {o["file"]: o for o in map(json.loads, f.read().splitlines())}
    wait_for("the last to be told", lambda: len(told()) == len(files(rec)))
    for path in files(rec):
        o = told()[path]
        check(o["stream"] == "a b" and o["bytes"] == os.stat(path).st_size, str(o))
        check(o["frames"] == len(card_numbers(path)), str(o))
        check(abs(o["seconds"] - duration(path)) < 0.002 and o["start"].startswith("20"), str(o))
    bad = w.client("--segment", "2s", "--on-segment", "/bin/false", w.url("pattern"),
                   record=w.path("bad"))
    bad.wait_line(r"/bin/false.*(exit|status|failed)")
    check(bad.stop() == 0, bad.log())


def names_by_template(w):
    w.server("pattern:160x120@25")
    p = w.client("--name-template", "{stream}_%Y", "--segment", "2s", w.url("pattern"),
                 record=w.path("rec"))
    wait_for("two files", lambda: len(files(w.path("rec"))) >= 2)
    check(p.stop() == 0, p.log())
    for path in files(w.path("rec")):
        check(os.path.basename(path).startswith("pattern_20"), path)


main([disk_full_at_the_reserve, disk_full_to_the_last_byte, old_files_make_room,
      two_consoles_in_one_directory, hole_is_a_hole_in_time, every_rate, irregular_rate,
      oldest_go_first, command_for_every_finished_file, names_by_template], long=True)
