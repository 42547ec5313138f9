# SPDX-License-Identifier: MIT
"""A program on a pseudo-terminal that swallows what it writes and answers what it asks."""
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

TICK = os.sysconf("SC_CLK_TCK")

# What a terminal of today answers; DA1 last of all because programs wait for it.
ANSWERS = [
    (re.compile(rb"\x1b\[5n"), b"\x1b[0n"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[2;3R"),
    (re.compile(rb"\x1b\[>0?q"), b"\x1bP>|XTerm(390)\x1b\\"),
    (re.compile(rb"\x1b\[16t"), b"\x1b[6;16;8t"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"),
]
QUESTION = re.compile(b"|".join(b"(" + q.pattern + b")" for q, _ in ANSWERS))


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def marked(mark):
    """Processes whose environment has that: whatever a program started, wherever it went."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                with open(f"/proc/{name}/environ", "rb") as f:
                    if mark in f.read().split(b"\0"):
                        found.append(int(name))
    return found


class PtyRun:
    """cols x rows; cpu is of the program and of what it started."""

    number = 0

    def __init__(self, argv, cols, rows, env=None, keep=False):
        PtyRun.number += 1
        env = dict(env or {}, PTYRUN=f"{os.getpid()}-{PtyRun.number}")
        self.mark = f"PTYRUN={env['PTYRUN']}".encode()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execvpe(argv[0], argv, dict(os.environ, **env))
        os.set_blocking(self.fd, False)
        self.count = 0
        self.tail = b""
        self.kept = bytearray() if keep else None
        self.ended = False
        self.cpu_total = 0.0  # once it has ended

    def answer(self, data):
        text = self.tail + data
        at = 0
        for m in QUESTION.finditer(text):
            os.write(self.fd, ANSWERS[m.lastindex - 1][1])
            at = m.end()
        self.tail = text[at:][-16:] if b"\x1b" in text[at:][-16:] else b""

    def read_for(self, seconds):
        """Swallows for that long or until the program ends; returns the bytes it wrote."""
        end, before = time.monotonic() + seconds, self.count
        while not self.ended:
            left = end - time.monotonic()
            if left <= 0:
                break
            if select.select([self.fd], [], [], left)[0]:
                self.read_some()
        return self.count - before

    def read_some(self):
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            self.reap()
            return
        self.count += len(data)
        if self.kept is not None:
            self.kept += data
        self.answer(data)

    def type(self, keys):
        os.write(self.fd, keys)

    def cpu(self):
        return sum(cpu_of(pid) for pid in marked(self.mark))

    def reap(self):
        if not self.ended:
            usage = os.wait4(self.pid, 0)[2]
            self.cpu_total = usage.ru_utime + usage.ru_stime
            self.ended = True
            os.close(self.fd)

    def stop(self):
        for pid in marked(self.mark):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        self.read_for(5)
        for pid in marked(self.mark):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not self.ended:
            self.reap()
