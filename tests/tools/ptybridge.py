# SPDX-License-Identifier: MIT
"""A terminal behind a slow link: what the program writes arrives at a rate and after a delay, and so
do keys and the terminal's answers on the way back. Seeded. Times of arrival are reckoned, not taken,
and the link is a thread of its own: an emulator that is slower than it falsifies none of them.
"""
import collections
import os
import random
import select
import sys
import threading
import time

from ptyterm import Term

PIECE = 200   # bytes
TURN = 0.001  # seconds that the emulator keeps the link waiting at most


class Way:
    """One direction: delay in seconds, jitter adds up to that much, and nothing overtakes."""

    def __init__(self, delay, jitter, seed):
        self.delay, self.jitter, self.random = delay, jitter, random.Random(seed)
        self.queue = collections.deque()  # time of arrival, bytes

    def push(self, data, at):
        at += self.delay + self.random.uniform(0, self.jitter)
        self.queue.append((max(at, self.queue[-1][0]) if self.queue else at, data))

    def due(self):
        return self.queue[0][0] if self.queue else float('inf')

    def pop(self):
        """What has arrived first and when; nothing: (0, b'')."""
        return self.queue.popleft() if self.due() <= time.monotonic() else (0, b'')


class SlowTerm(Term):
    """bits_per_second down; delay in seconds each way; jitter adds up to that much."""

    def __init__(self, argv, bits_per_second, delay, jitter=0.0, seed=1, **how):
        self.bytes_per_second = bits_per_second / 8
        self.random = random.Random(seed)
        self.down, self.up = Way(delay, jitter, seed + 1), Way(delay, jitter, seed + 2)
        self.free = 0.0  # when the link will have taken all it was given
        self.arrived = 0.0  # when what is shown now arrived
        self.taking = False
        self.worst_backlog = 0.0
        self.reads, self.news, self.closed = threading.Event(), threading.Event(), False
        self.reads.set()
        sys.setswitchinterval(TURN)
        super().__init__(argv, **how)
        self.link = threading.Thread(target=self.run_link, daemon=True)
        self.link.start()

    def run_link(self):
        while not self.closed:
            self.reads.wait()
            if select.select([self.master], [], [], 0.1)[0] and self.reads.is_set():
                try:
                    self.carry(os.read(self.master, 65536), time.monotonic())
                except OSError:
                    return
                self.news.set()

    def carry(self, data, now):
        self.bytes_seen += len(data)
        for at in range(0, len(data), PIECE):
            piece = data[at:at + PIECE]
            self.free = max(self.free, now) + len(piece) / self.bytes_per_second
            self.down.push(piece, self.free)
        self.worst_backlog = max(self.worst_backlog, self.free - now)

    def send(self, data):
        data = data.encode() if isinstance(data, str) else data
        self.up.push(data, self.arrived if self.taking else time.monotonic())

    def deliver(self):
        """What has arrived at either end; true when something has at the terminal."""
        at, data = self.up.pop()
        while data:
            data = data[os.write(self.master, data):]
        at, piece = self.down.pop()
        if not piece:
            return False
        self.arrived = at
        self.taking = True
        self.take(self.rest + piece)
        self.taking = False
        return True

    def pump(self, seconds):
        """Moves things on for at most that long; true when something has arrived."""
        end = time.monotonic() + seconds
        while not self.deliver():
            now = time.monotonic()
            if now >= end:
                return False
            self.news.wait(max(0.0, min(self.down.due(), self.up.due(), end) - now))
            self.news.clear()
        return True

    def stop_reading(self, seconds):
        """Neither the terminal nor the link takes anything for that long."""
        self.reads.clear()
        self.pause(seconds)
        self.reads.set()

    def close(self):
        self.closed = True
        self.reads.set()
        self.link.join()
        super().close()
