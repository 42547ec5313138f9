# SPDX-License-Identifier: MIT
"""A terminal behind a slow link: what the program writes arrives at a rate and after a delay, and so
do keys and the terminal's answers on the way back. Seeded. Times of arrival are reckoned, not taken,
so an emulator that is slower than the link falsifies none of them.
"""
import collections
import os
import random
import select
import time

from ptyterm import Term

PIECE = 200  # bytes


class SlowTerm(Term):
    """bits_per_second down; delay in seconds each way; jitter adds up to that much."""

    def __init__(self, argv, bits_per_second, delay, jitter=0.0, seed=1, **how):
        self.bytes_per_second = bits_per_second / 8
        self.delay, self.jitter = delay, jitter
        self.random = random.Random(seed)
        self.down = collections.deque()  # time of arrival, bytes
        self.up = collections.deque()
        self.free = 0.0  # when the link will have taken all it was given
        self.arrived = 0.0  # when what is shown now arrived
        self.taking = False
        self.worst_backlog = 0.0
        self.stopped = False
        super().__init__(argv, **how)

    def way(self, queue, at):
        """When something sent at that time arrives: nothing overtakes."""
        at += self.delay + self.random.uniform(0, self.jitter)
        return max(at, queue[-1][0]) if queue else at

    def send(self, data):
        data = data.encode() if isinstance(data, str) else data
        at = self.arrived if self.taking else time.monotonic()
        self.up.append((self.way(self.up, at), data))

    def read(self):
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return
        now = time.monotonic()
        self.bytes_seen += len(data)
        for at in range(0, len(data), PIECE):
            piece = data[at:at + PIECE]
            self.free = max(self.free, now) + len(piece) / self.bytes_per_second
            self.down.append((self.way(self.down, self.free), piece))
        self.worst_backlog = max(self.worst_backlog, self.free - now)

    def deliver(self):
        while self.up and self.up[0][0] <= time.monotonic():
            data = self.up.popleft()[1]
            while data:
                data = data[os.write(self.master, data):]
        if not self.down or self.down[0][0] > time.monotonic():
            return False
        self.arrived, piece = self.down.popleft()
        self.taking = True
        self.take(self.rest + piece)
        self.taking = False
        return True

    def pump(self, seconds):
        """Moves things on for at most that long; true when something has arrived."""
        end = time.monotonic() + seconds
        while True:
            if self.deliver():
                return True
            now = time.monotonic()
            due = min([q[0][0] for q in (self.down, self.up) if q] + [end])
            master = [] if self.stopped else [self.master]
            if select.select(master, [], [], max(0.0, due - now))[0]:
                self.read()
            elif now >= end:
                return False

    def stop_reading(self, seconds):
        """Neither the terminal nor the link takes anything for that long."""
        self.stopped = True
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.1)
        self.stopped = False
