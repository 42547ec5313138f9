#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes doc/screenshot.svg: the console on four test cards, drawn from what a terminal emulator saw.

usage: screenshot.py BUILD-DIRECTORY [OUT.svg]; needs python3-pyte.
"""
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from html import escape

import pyte

COLUMNS, ROWS = 120, 36
CELL_W, CELL_H = 8, 16
CAMERAS = ["front=pattern:640x480@25", "yard=pattern:1280x720@25", "door=pattern:320x240@12.5",
           "hall=pattern:640x360@25"]
NAMED = {"black": "000000", "red": "cd3131", "green": "0dbc79", "brown": "e5e510",
         "blue": "2472c8", "magenta": "bc3fbc", "cyan": "11a8cd", "white": "e5e5e5",
         "brightblack": "666666", "brightred": "f14c4c", "brightgreen": "23d18b",
         "brightbrown": "f5f543", "brightblue": "3b8eea", "brightmagenta": "d670d6",
         "brightcyan": "29b8db", "brightwhite": "ffffff"}
FOREGROUND, BACKGROUND = "d0d0d0", "101010"


def colours(char):
    def rgb(name, default):
        return default if name == "default" else NAMED.get(name, name)
    fg, bg = rgb(char.fg, FOREGROUND), rgb(char.bg, BACKGROUND)
    return (bg, fg) if char.reverse else (fg, bg)


def rectangles(screen):
    """Runs of one colour in each half row."""
    for y in range(2 * ROWS):
        start, colour = 0, None
        for x in range(COLUMNS + 1):
            now = None
            if x < COLUMNS:
                char = screen.buffer[y // 2][x]
                fg, bg = colours(char)
                now = bg
                if (char.data == "▀" and y % 2 == 0) or (char.data == "▄" and y % 2 == 1) or \
                        char.data == "█":
                    now = fg
            if now != colour:
                if colour not in (None, BACKGROUND):
                    yield (f'<rect x="{start * CELL_W}" y="{y * CELL_H // 2}" '
                           f'width="{(x - start) * CELL_W}" height="{CELL_H // 2}" '
                           f'fill="#{colour}"/>')
                start, colour = x, now


def texts(screen):
    for y in range(ROWS):
        for x in range(COLUMNS):
            char = screen.buffer[y][x]
            if char.data in " ▀▄█" or not char.data:
                continue
            weight = ' font-weight="bold"' if char.bold else ""
            yield (f'<text x="{x * CELL_W}" y="{y * CELL_H + 12}"{weight} '
                   f'fill="#{colours(char)[0]}">{escape(char.data)}</text>')


def svg(screen):
    size = f'width="{COLUMNS * CELL_W}" height="{ROWS * CELL_H}"'
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="13" '
         'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" shape-rendering="crispEdges">',
         f'<rect {size} fill="#{BACKGROUND}"/>', *rectangles(screen), *texts(screen), "</svg>", ""])


def watch(fd, stream, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            stream.feed(os.read(fd, 65536))


def main():
    build = os.path.abspath(sys.argv[1])
    out = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__),
                                                             "screenshot.svg")
    work = tempfile.mkdtemp(prefix="camwall-shot-")
    server = subprocess.Popen([os.path.join(build, "camwalld"), "-l", "127.0.0.1:0", "--open",
                               "--state-dir", work + "/s", *CAMERAS],
                              stderr=subprocess.PIPE, text=True)
    try:
        port = None
        while port is None:
            line = server.stderr.readline()
            if "listening on " in line:
                port = line.rsplit(":", 1)[1].strip()
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8",
                              XDG_STATE_HOME=work)
            os.environ.pop("TMUX", None)
            os.execv(os.path.join(build, "camwall"),
                     ["camwall", "--trust", "first", "-n", "screenshot", "-p", "truecolor", "-d",
                      work + "/recordings", "127.0.0.1:" + port])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        screen = pyte.Screen(COLUMNS, ROWS)
        stream = pyte.ByteStream(screen)
        watch(fd, stream, 4)
        os.write(fd, b"r")
        watch(fd, stream, 12)
        with open(out, "w", encoding="utf-8") as f:
            f.write(svg(screen))
        os.write(fd, b"q")
        watch(fd, stream, 1)
        os.write(fd, b"y")
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(work, ignore_errors=True)


main()
