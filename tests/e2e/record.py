#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One server, three cameras, five consoles that record: every frame is in the files, once."""
import os
import time

from lib import (ONE_FILE, card_numbers, check, ffprobe_clean, files, main, newest, stats,
                 wait_for, wait_stats)


def contiguous(numbers, what):
    for a, b in zip(numbers, numbers[1:]):
        check(b == a + 1, f"{what}: after frame {a} comes {b}")


def directory_numbers(directory):
    """Frame numbers over all segments of a stream, in the order of their names."""
    numbers, capture = [], []
    for path in files(directory):
        rows = card_numbers(path)
        check(rows, f"{path} is empty")
        check(rows[0][0] == 0, f"{path} begins at {rows[0][0]} us")
        numbers += [r[1] for r in rows]
        capture += [r[2] for r in rows]
    return numbers, capture


def three_cameras_five_consoles(w):
    server = w.server("a=pattern:320x240@25", "b=pattern:160x120@12.5", "c=pattern:640x480@25")
    which = [["a"], ["a", "b", "c"], ["c"], ["b"], ["a", "c"]]
    consoles = []
    for i, cameras in enumerate(which):
        p = w.client("--segment", "2s", *[w.url(c) for c in cameras], record=w.path(f"rec{i}"))
        consoles.append((p, cameras))
    for p, cameras in consoles:
        for camera in cameras:
            wait_stats(p, f"100 frames of {camera}",
                       lambda o: o["recorded_frames"] >= (50 if o["stream"] == "b" else 100),
                       camera)
    for p, _ in consoles:
        p.process.terminate()
    for i, (p, cameras) in enumerate(consoles):
        check(p.wait() == 0, f"console {i} ended with {p.process.returncode}:\n{p.log()}")
        for camera in cameras:
            last = newest(p, camera)
            directory = w.path(f"rec{i}", camera)
            numbers, _ = directory_numbers(directory)
            contiguous(numbers, f"console {i}, camera {camera}")
            check(len(files(directory)) >= 2, f"{directory}: {files(directory)}")
            check(not files(directory, ".part"), f"{directory} has unfinished files")
            check(len(numbers) == last["recorded_frames"],
                  f"{camera}: {len(numbers)} in the files, {last['recorded_frames']} in the "
                  "statistics")
            check(last["packets_lost"] == 0, f"{camera}: {last}")
            check(last["recorder_dropped"] == 0, f"{camera}: {last}")
            for path in files(directory):
                ffprobe_clean(path)
    server.wait_line(r"left c after", count=3)
    check(server.stop() == 0, "the server's exit status")


def times_are_capture_times(w):
    """A frame's time in the file is its time of capture, to within a tick or two."""
    w.server("pattern:160x120@29.97")
    p = w.client(*ONE_FILE, w.url("pattern"), record=w.path("rec"))
    wait_stats(p, "60 frames", lambda o: o["recorded_frames"] >= 60)
    check(p.stop() == 0, p.log())
    (path,) = files(w.path("rec"))
    rows = card_numbers(path)
    for pts, number, capture in rows:
        check(abs(pts - (capture - rows[0][2])) <= 25,
              f"frame {number} at {pts} us, captured {capture - rows[0][2]} us after the first")


def codecs(w):
    w.server("pattern:320x240@25")
    consoles = {}
    for codec in ("copy", "h264", "mpeg4"):
        consoles[codec] = w.client("--codec", codec, *ONE_FILE, w.url("pattern"),
                                   record=w.path(codec))
    for codec, p in consoles.items():
        wait_stats(p, "40 frames", lambda o: o["recorded_frames"] >= 40)
        check(p.stop() == 0, p.log())
        (path,) = files(w.path(codec))
        ffprobe_clean(path)
        contiguous([r[1] for r in card_numbers(path)], codec)


def duration_ends_it(w):
    w.server("pattern:160x120@25")
    p = w.client("--duration", "2s", *ONE_FILE, w.url("pattern"), record=w.path("rec"))
    check(p.wait() == 0, p.log())
    (path,) = files(w.path("rec"))
    rows = card_numbers(path)
    covered = (rows[-1][0] - rows[0][0]) / 1e6
    check(1.8 <= covered <= 2.6, f"{covered} s recorded instead of 2 s")


def duration_without_a_stream_fails(w):
    w.server("pattern:160x120@25")
    p = w.client("--duration", "1s", w.url("nosuch"))
    check(p.wait() == 1, f"exit {p.process.returncode}:\n{p.log()}")


def all_cameras_of_a_server(w):
    w.server("front=pattern:160x120", "yard=pattern:160x120")
    p = w.client(w.url())
    for camera in ("front", "yard"):
        wait_stats(p, f"{camera} live", lambda o: o["state"] == "live" and o["frames"] > 5, camera)
    keys = {"time", "stream", "state", "width", "height", "fps", "bitrate", "frames",
            "frames_incomplete", "packets", "packets_lost", "packets_repaired", "recorded_frames",
            "recorder_dropped", "reconnects", "jitter_ms", "rtt_ms", "latency_ms", "recording",
            "segment"}
    missing = keys - set(stats(p)[-1])
    check(not missing, f"statistics lack {missing}")
    check(p.stop() == 0, p.log())


def kill_9_loses_at_most_a_second(w):
    w.server("pattern:160x120@25")
    p = w.client(*ONE_FILE, w.url("pattern"), record=w.path("rec"))
    last = wait_stats(p, "75 frames", lambda o: o["recorded_frames"] >= 75)
    p.process.kill()
    p.wait()
    (path,) = files(w.path("rec"), ".part")
    numbers = [r[1] for r in card_numbers(path)]
    contiguous(numbers, path)
    check(len(numbers) >= last["recorded_frames"] - 26,
          f"{len(numbers)} frames in the file, {last['recorded_frames']} were recorded")


def server_restart_is_survived(w):
    server = w.server("pattern:160x120@25")
    p = w.client(w.url("pattern"))
    wait_stats(p, "live", lambda o: o["state"] == "live" and o["frames"] > 5)
    before = newest(p)["frames"]
    check(server.stop() == 0, "exit status")
    wait_stats(p, "lost", lambda o: o["state"] == "lost")
    w.server("pattern:160x120@25", listen=f"127.0.0.1:{w.port}")
    o = wait_stats(p, "live again", lambda o: o["state"] == "live" and o["frames"] > before + 5)
    check(o["reconnects"] >= 1, str(o))
    check(p.stop() == 0, p.log())


main([three_cameras_five_consoles, times_are_capture_times, codecs, duration_ends_it,
      duration_without_a_stream_fails, all_cameras_of_a_server, kill_9_loses_at_most_a_second,
      server_restart_is_survived])
