# SPDX-License-Identifier: MIT
"""What a recording must be, whatever happened while it was made."""
import subprocess

from lib import CAMWALL, PATIENCE, card_numbers, check, duration, ffprobe_clean


def recover(w, directory, *args):
    """camwall --recover; returns its summary."""
    p = w.start([CAMWALL, "--recover", directory, *args], "recover")
    check(p.wait() == 0, f"--recover ended with {p.process.returncode}:\n{p.log()}")
    with open(p.out_path, encoding="utf-8") as f:
        return f.read()


def counted_frames(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries",
                          "stream=nb_read_frames", "-of", "csv=p=0", path],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE * 2)
    return int(out.stdout.decode().strip().rstrip(","))


def check_duration(path, rows):
    """As long as the time it covers, to within a frame; the last lasts as the one before it."""
    if len(rows) < 2:
        return
    frame = (rows[-1][2] - rows[-2][2]) / 1e6
    covered = (rows[-1][2] - rows[0][2]) / 1e6 + frame
    check(abs(duration(path) - covered) <= frame + 0.001,
          f"{path} lasts {duration(path):.3f} s and covers {covered:.3f} s")


def check_seeks(path, rows):
    """From the middle on, half of the pictures come."""
    middle = rows[len(rows) // 2][0] / 1e6
    out = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-ss", f"{middle:.6f}", "-i", path,
                          "-frames:v", "1", "-f", "image2pipe", "-c:v", "mjpeg", "-"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    check(out.stdout[:2] == b"\xff\xd8" and not out.stderr, f"{path} does not seek: {out.stderr}")


def check_films(paths):
    """Every file plays and lasts as long as it should. All (pts, number, capture) by capture."""
    films = sorted(((path, card_numbers(path)) for path in paths), key=lambda film: film[1][0][2])
    rows = []
    for path, own in films:
        ffprobe_clean(path)
        counted = counted_frames(path)
        check(counted == len(own), f"{path} has {counted} frames, {len(own)} with marks")
        check_duration(path, own)
        check_seeks(path, own)
        rows += own
    return rows


def check_contiguous(rows, what):
    for a, b in zip(rows, rows[1:]):
        check(b[1] == a[1] + 1, f"{what}: after frame {a[1]} comes {b[1]}")
