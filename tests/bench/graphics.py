#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bytes and CPU of pictures for terminals with graphics, beside chafa's on the same pictures.

The clip is the first argument, else $CAMWALL_CLIP, else a test card. Its pictures are scaled to
80x24 cells of 8x16 pixels beforehand, for both: chafa reads them as bare pixels, and what it takes
to start and to read them is not counted.
"""
import os
import resource
import shutil
import subprocess
import sys
import tempfile

import benchlib  # noqa: F401  where lib is
from lib import BUILD

COLS, ROWS, CELL = 80, 24, (8, 16)
WIDTH, HEIGHT = COLS * CELL[0], ROWS * CELL[1]
PICTURES = 40
ENCODE = os.path.join(BUILD, "tests/bench/encode")


def have(program):
    return shutil.which(program) is not None


def pictures(clip, *output):
    source = ["-i", clip] if clip else ["-f", "lavfi", "-i", "testsrc2=size=640x480:rate=12.5"]
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *source, "-vf",
                    f"select=not(mod(n\\,5)),scale={WIDTH}:{HEIGHT}", "-vsync", "0",
                    "-frames:v", str(PICTURES), *output], check=True)


def row(name, size, ms):
    print(f"{name:44} {size:10.0f} {ms:8.2f}", flush=True)


def run(argv):
    """Bytes that a program writes, and its CPU in milliseconds."""
    def cpu():
        u = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (u.ru_utime + u.ru_stime)
    before = cpu()
    out = subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout
    return len(out), cpu() - before


def chafa(name, files, *args):
    """chafa takes cells for 8x8 pixels where it cannot ask."""
    base = ["chafa", "--animate", "off", "--font-ratio", "1"]
    _, nothing = run([*base, "-f", "symbols", "-c", "none", "--symbols", "ascii", "-w", "1",
                      "-s", "1x1", *files])
    size, ms = run([*base, "-f", "sixel", "-s", f"{COLS}x{HEIGHT // 8}", *args, *files])
    row(name, size / len(files), (ms - nothing) / len(files))


def main():
    if not have("ffmpeg"):
        print("graphics: needs ffmpeg for its pictures")
        return
    clip = (sys.argv[1:] or [os.environ.get("CAMWALL_CLIP")])[0]
    with tempfile.TemporaryDirectory() as directory:
        raw = os.path.join(directory, "pictures")
        pictures(clip, "-f", "rawvideo", "-pix_fmt", "rgba", raw)
        print(f"{f'{WIDTH}x{HEIGHT} pixels':44} {'bytes':>10} {'CPU ms':>8}")
        with open(raw, "rb") as f:
            ours = subprocess.run([ENCODE, str(WIDTH), str(HEIGHT), str(CELL[1])], stdin=f,
                                  stdout=subprocess.PIPE, check=True).stdout.decode()
        for line in ours.splitlines():
            name, size, us = line.split("\t")
            row(f"camwall {name}", int(size), int(us) / 1000)
        if have("chafa"):
            pictures(clip, "-c:v", "xwd", os.path.join(directory, "%03d.xwd"))
            files = sorted(os.path.join(directory, f) for f in os.listdir(directory) if "." in f)
            chafa("chafa sixel, cube of 6x6x6", files, "-c", "240")
            chafa("chafa sixel, the same, ordered dither", files, "-c", "240", "--dither",
                  "ordered")
            chafa("chafa sixel, palette for each picture", files, "-c", "full")


if __name__ == "__main__":
    main()
