#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sources: files in a loop, sources that fail, nothing captured for nobody."""
import os
import shutil
import signal
import subprocess

from lib import ONE_FILE, card_numbers, check, files, main, newest, wait_for, wait_stats


def clip(w, name, seconds=2, rate=12.5):
    """A small MJPEG-free clip, made with the ffmpeg program."""
    path = w.path(name)
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
                    f"testsrc=size=160x120:rate={rate}", "-t", str(seconds), "-c:v", "mpeg4", path],
                   check=True, stdin=subprocess.DEVNULL, timeout=60)
    return path


def file_in_a_loop(w):
    """A 12.5 fps clip of two seconds: recorded times rise by 80 ms, over the seam too."""
    if not shutil.which("ffmpeg"):
        return "ffmpeg is not installed"
    w.server(clip(w, "clip.mp4"))
    p = w.client(w.url("clip"), *ONE_FILE, record=w.path("rec"))
    wait_stats(p, "75 frames", lambda o: o["recorded_frames"] >= 75)
    check(p.stop() == 0, p.log())
    (path,) = files(w.path("rec"))
    out = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of",
                          "csv=p=0", path], stdout=subprocess.PIPE, timeout=60)
    times = [float(x.split(",")[0]) for x in out.stdout.decode().split()]
    for a, b in zip(times, times[1:]):
        check(abs(b - a - 0.08) < 0.001, f"{b - a:.4f} s between frames at {a:.3f}")
    check(newest(p)["packets_lost"] == 0, str(newest(p)))
    return None


def missing_file_is_offline_until_it_appears(w):
    if not shutil.which("ffmpeg"):
        return "ffmpeg is not installed"
    path = w.path("later.mp4")
    server = w.server(f"cam={path}")
    p = w.client(w.url("cam"))
    wait_stats(p, "offline", lambda o: o["state"] == "offline")
    server.wait_line(r"camera cam is offline: .*No such file")
    os.rename(clip(w, "made.mp4"), path)
    wait_stats(p, "live", lambda o: o["state"] == "live" and o["frames"] > 3)
    return None


def reload_keeps_everybody(w):
    log = w.path("server.log")
    server = w.server("pattern:160x120@25", "--log", log)
    p = w.client(w.url("pattern"))
    wait_stats(p, "live", lambda o: o["state"] == "live" and o["frames"] > 10)
    os.rename(log, log + ".1")
    server.process.send_signal(signal.SIGHUP)
    server.wait_line(r"configuration read again")
    wait_for("the log to be made again", lambda: os.path.exists(log))
    frames = newest(p)["frames"]
    o = wait_stats(p, "more frames", lambda o: o["frames"] > frames + 25)
    check(o["reconnects"] == 0 and o["frames_incomplete"] == 0, str(o))


def first_frame_comes_soon_after_a_rest(w):
    """The test card is not drawn for nobody, and is there when somebody comes."""
    server = w.server("pattern:160x120@25")
    server.wait_line(r"camera pattern: 160x120 at 25 fps")
    for _ in range(2):
        p = w.client(w.url("pattern"), *ONE_FILE, record=w.path("rec"))
        wait_stats(p, "frames", lambda o: o["recorded_frames"] >= 10)
        check(p.stop() == 0, p.log())
    for path in files(w.path("rec")):
        check(card_numbers(path), path)


main([file_in_a_loop, missing_file_is_offline_until_it_appears, reload_keeps_everybody,
      first_frame_comes_soon_after_a_rest])
