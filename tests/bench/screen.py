#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bytes to the terminal and CPU of pictures, beside other programs' in the same run.

The clip is the first argument, else $CAMWALL_CLIP, else one made of the test card. Every program
shows it in 80x24 cells on a pseudo-terminal that swallows everything and answers questions.
"""
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "tools")]
from lib import CAMWALL, World, wait_for  # noqa: E402
from ptyrun import PtyRun, cpu_of  # noqa: E402

COLS, ROWS = 80, 24
SECONDS = float(os.environ.get("CAMWALL_BENCH_SECONDS", "10"))
FULL_COLOR = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TMUX": ""}
FEW_COLORS = {"TERM": "xterm-256color", "COLORTERM": "", "TMUX": ""}


def have(program):
    return shutil.which(program) is not None


def ffmpeg(*args):
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *args], check=True)


def frame_rate(clip):
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                          "stream=avg_frame_rate", "-of", "csv=p=0", clip],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    over, under = re.match(r"(\d+)/(\d+)", out).groups()
    return int(over) / int(under)


def row(name, frame_bytes, cpu, note=""):
    cpu = "" if cpu is None else f"{100 * cpu:8.1f}"
    print(f"{name:44} {frame_bytes:10.0f} {cpu:>8}  {note}", flush=True)
    return frame_bytes


def card_clip(path, rate):
    """The test card in motion, as a file that every program here can play."""
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=size=640x480:rate={rate}:duration=12", "-c:v", "mjpeg",
           "-q:v", "3", path)


def still_clip(clip, path):
    """One picture of the clip with a sensor's noise on it, another in every frame."""
    ffmpeg("-i", clip, "-vf", "select=eq(n\\,0),loop=loop=99:size=1,setpts=N/12.5/TB,"
           "noise=c0s=8:c1s=4:c2s=4:allf=t", "-r", "12.5", "-frames:v", "100", "-c:v", "mjpeg",
           "-q:v", "3", path)


def serve(w, source):
    return w.server(f"clip=file:{source}" if os.path.exists(source) else f"clip={source}")


def console(w, urls, cols, rows, preview, symbols="half", fps=30, *args):
    env = dict(FULL_COLOR if preview == "truecolor" else FEW_COLORS, XDG_STATE_HOME=w.path("s"))
    return PtyRun([CAMWALL, "--trust", "first", "--preview", preview, "--symbols", symbols,
                   "--fps", str(fps), "--state-dir", w.path("console"), *args, *urls],
                  cols, rows, env)


def settle(p, pictures=1):
    """Until pictures have come, and the first whole one has gone out."""
    wait_for("pictures", lambda: p.read_for(0.2) is not None and p.count > 4000 * pictures)
    p.read_for(1.5)


def camwall(name, clip, rate, preview, symbols="half"):
    """One panel whose inside is COLS x ROWS, without figures."""
    w = World()
    try:
        serve(w, clip)
        p = console(w, [w.url("clip")], COLS + 2, ROWS + 4, preview, symbols)
        p.type(b"ii")
        settle(p)
        cpu, began = p.cpu(), time.monotonic()
        count = p.read_for(SECONDS)
        spent = time.monotonic() - began
        cpu = (p.cpu() - cpu) / spent
        p.stop()
        return row(name, count / spent / rate, cpu, f"{count / spent / 1000:.0f} kB/s")
    finally:
        w.close()


def played(argv, env):
    """Bytes a second and CPU of a program that plays a clip at its pace; None: it has ended."""
    p = PtyRun(argv, COLS, ROWS + 1, env)
    p.read_for(1.0)
    cpu, began = p.cpu() if not p.ended else 0, time.monotonic()
    count = p.read_for(SECONDS - 2)
    spent = time.monotonic() - began
    if p.ended:
        return None
    cpu = (p.cpu() - cpu) / spent
    p.stop()
    return count / spent, cpu


def player(name, argv, rate, env):
    found = played(argv, env)
    if not found:
        print(f"{name:44} ended early")
        return None
    return row(name, found[0] / rate, found[1], f"{found[0] / 1000:.0f} kB/s")


def chafa(name, clip, colors, directory):
    """Pictures one by one: it plays no clips."""
    if not have("chafa"):
        return
    ffmpeg("-i", clip, "-frames:v", "20", os.path.join(directory, "chafa-%02d.png"))
    sizes = [len(subprocess.run(["chafa", "-f", "symbols", "-c", colors, "--symbols", "vhalf", "-s",
                                 f"{COLS}x{ROWS}", "--animate", "off",
                                 os.path.join(directory, f"chafa-{i:02d}.png")],
                                stdout=subprocess.PIPE, check=True).stdout)
             for i in range(1, 21)]
    row(name, sum(sizes) / len(sizes), None, "whole pictures")


def timg_of(clip, cols, rows, *args):
    return ["timg", "-ph", f"-g{cols}x{rows}", *args, "--loops=-1", clip]


def mpv_of(clip, cols, rows, *args):
    return ["mpv", "--no-config", "--vo=tct", f"--vo-tct-width={cols}", f"--vo-tct-height={rows}",
            *args, "--no-audio", "--loop", "--really-quiet", clip]


def peers(clip, rate, directory):
    timg = None
    if have("timg"):
        timg = player("timg -ph, true colour", timg_of(clip, COLS, ROWS), rate, FULL_COLOR)
        player("timg -ph, 256 colours", timg_of(clip, COLS, ROWS, "--color8"), rate, FEW_COLORS)
    if have("mpv"):
        player("mpv --vo=tct, true colour", mpv_of(clip, COLS, ROWS), rate, FULL_COLOR)
        player("mpv --vo=tct, 256 colours", mpv_of(clip, COLS, ROWS, "--vo-tct-256"), rate,
               FEW_COLORS)
    chafa("chafa half blocks, true colour", clip, "full", directory)
    chafa("chafa half blocks, 256 colours", clip, "240", directory)
    return timg


def still(clip, directory):
    path = os.path.join(directory, "still.avi")
    still_clip(clip, path)
    ours = camwall("camwall, still and noisy, true colour", path, 12.5, "truecolor")
    full = whole_picture(path)
    print(f"    {100 * ours / full:.2f} % of a whole picture ({full} bytes)")


def whole_picture(path):
    w = World()
    try:
        serve(w, path)
        p = console(w, [w.url("clip")], COLS + 2, ROWS + 4, "truecolor")
        settle(p)
        p.read_for(1)
        before = p.count
        p.type(b"\x0c")  # draws everything anew
        p.read_for(0.25)
        p.stop()
        return p.count - before
    finally:
        w.close()


def wall():
    """16 streams, recorded and previewed, in 160x48: CPU of the whole console."""
    w = World()
    try:
        w.server("pattern:640x480@25")
        urls = [f"s{i}={w.url('pattern')}" for i in range(16)]
        p = console(w, urls, 160, 48, "truecolor", "half", 10, "--record", "--dir", w.path("rec"))
        settle(p, 16)
        cpu, began = p.cpu(), time.monotonic()
        count = p.read_for(SECONDS)
        spent = time.monotonic() - began
        cpu = (p.cpu() - cpu) / spent
        p.stop()
        row("camwall, 16 x 640x480@25 recorded, 160x48", count / spent / 160, cpu,
            f"{count / spent / 1000:.0f} kB/s; bytes a picture of a panel")
    finally:
        w.close()


def sixteen_players(directory):
    """The sum of so many programs that each show one of those panels."""
    clip, cols, rows = os.path.join(directory, "panel.avi"), 38, 9
    card_clip(clip, 25)
    for name, argv in ("timg", timg_of(clip, cols, rows)), ("mpv", mpv_of(clip, cols, rows)):
        found = played(argv, FULL_COLOR) if have(name) else None
        if found:
            row(f"16 x {name}, 640x480@25 in {cols}x{rows}", found[0] / 25, 16 * found[1],
                "nothing received or recorded")


def main():
    if not have("ffmpeg") or not have("ffprobe"):
        print("screen: needs ffmpeg and ffprobe for its clips")
        return
    w = World()
    clip = (sys.argv[1:] or [os.environ.get("CAMWALL_CLIP")])[0]
    if not clip:
        clip = w.path("card.avi")
        card_clip(clip, 12.5)
    try:
        rate = frame_rate(clip)
        print(f"{'80x24':44} {'bytes/frame':>10} {'CPU %':>8}  {rate:.2f} frames a second")
        timg = peers(clip, rate, w.dir)
        ours = camwall("camwall half, true colour", clip, rate, "truecolor")
        if timg:
            print(f"    timg's are {timg / ours:.1f} times that")
        camwall("camwall half, 256 colours", clip, rate, "256")
        camwall("camwall quad, true colour", clip, rate, "truecolor", "quad")
        still(clip, w.dir)
        wall()
        sixteen_players(w.dir)
    finally:
        w.close()


if __name__ == "__main__":
    main()
