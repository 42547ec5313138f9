#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The screen behind slow links, 100 ms each way: from a key to what it does beside four live panels,
how much is on its way at most, and how soon a terminal that did not read for ten seconds shows a
picture of now. The argument, else $CAMWALL_BENCH_TRIES, says how often a key is tried.

The link and its times are reckoned in tests/tools/ptybridge.py; what does not depend on the machine
is tested in virtual time (test_flow).
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))
from ptyterm import Halves  # noqa: E402
from ptybridge import SlowTerm  # noqa: E402

DEMO = os.path.join(os.environ.get('builddir', '.'), 'tests/tools/tuidemo')
TRIES = int((sys.argv[1:] or [os.environ.get('CAMWALL_BENCH_TRIES', '20')])[0])
DELAY = 0.1
KEY_MS, BACKLOG_MS = 200 + 2000 * DELAY, 150  # most of them
BARS, ROW = 10, 12  # of a picture that tells the time; where it is read


class Wall(SlowTerm):
    def __init__(self, bits_per_second, *args, **how):
        super().__init__([DEMO, '-n', '4', *args], bits_per_second, DELAY, 0.005, cols=80, rows=24,
                         env={'COLORTERM': 'truecolor', 'TZ': 'UTC'}, **how)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def settle(self):
        """Until pictures come steadily."""
        self.see('front', 'out ', *['▀▀▀'] * (self.answers == 'xterm'))
        self.pause(3)
        self.worst_backlog = 0.0

    def selected(self):
        """Corners of panels; the selected one's is heavy."""
        return [(y, x) for y, line in enumerate(self.lines()) for x in range(self.cols)
                if self.cell(y, x).data == '┏']


def limited(value, most):
    return f'{value:7.0f}' + (' (!)' if value > most else '    ')


def keys(bits_per_second, answers):
    with Wall(bits_per_second, answers=answers) as t:
        t.settle()
        began, count, took = time.monotonic(), t.bytes_seen, []
        for _ in range(TRIES):
            before = t.selected()
            t.pause(t.random.uniform(0.1, 0.4))
            sent = time.monotonic()
            t.send('\t')
            t.wait(lambda: len(t.selected()) == 1 and t.selected() != before, 'another panel')
            took.append((t.arrived - sent) * 1000)
        took.sort()
        rate = (t.bytes_seen - count) / (time.monotonic() - began) / 1000
        print(f'{answers:10} {bits_per_second // 1000:6} kbit/s {took[len(took) // 2]:7.0f} '
              f'{limited(took[-1], KEY_MS)} {limited(t.worst_backlog * 1000, BACKLOG_MS)} '
              f'{rate:6.1f} kB/s', flush=True)


def now(t):
    """The time of day when what is shown arrived."""
    return time.time() - time.monotonic() + t.arrived


def clock_age(t):
    """How old the clock in the status line is, in seconds."""
    word = t.lines()[0].split()[-1]
    h, m, s = (int(v) for v in word.split(':'))
    return (now(t) - (h * 3600 + m * 60 + s)) % 86400


def light(cell):
    """Whether what is seen of a cell is."""
    color = cell.channels[:3] if isinstance(cell, Halves) else getattr(cell, 'rgb', (0,))
    return max(color) > 127


def age_of(row, time_of_day):
    """How old the picture of a row of cells is, in seconds, by the bars that tuidemo -b draws; None:
    none is there."""
    row = [light(c) for c in row]
    if True not in row:
        return None
    first = row.index(True)
    width = len(row) - row[::-1].index(True) - first
    bits = [row[first + int((i + 0.5) * width / BARS)] for i in range(BARS)]
    tenths = sum(bit << i for i, bit in enumerate(reversed(bits[1:-1])))
    return (time_of_day * 10 - tenths) % 256 / 10


def picture_age(t):
    return age_of(t.cells(ROW, ROW + 1)[0], now(t))


def wait_for_picture(t):
    """Until one is shown that is current, or is known to have been. Kitty's are looked at
    afterwards: to decode one takes longer than the next one takes to come."""
    if t.answers != 'kitty':
        t.wait(lambda: picture_age(t) < 1, 'the picture')
        return t.arrived
    images, seen, end = t.other[2], [], t.arrived + 2
    while t.arrived < end:
        drawn = images.drawn
        t.wait(lambda: images.drawn > drawn, 'a picture')
        seen.append((t.arrived, now(t), list(images.placed.values())[-1]))
    return next(arrived for arrived, time_of_day, p in seen
                if age_of([p.look(ROW, x) for x in range(p.left, p.left + p.cols)], time_of_day) < 1)


def after_a_pause(answers):
    with Wall(1000 * 1000, '-n', '1', '-b', answers=answers) as t:
        t.wait(lambda: picture_age(t) is not None, 'a picture')
        t.pause(2)
        t.stop_reading(10)
        began = t.arrived = time.monotonic()
        assert clock_age(t) > 8 and picture_age(t) > 8, (clock_age(t), picture_age(t))
        took = wait_for_picture(t) - began
        print(f'{answers:10} {took * 1000:7.0f} ms after 10 s without reading', flush=True)


def main():
    print(f'{TRIES} keys {"":16} median ms, worst, backlog ms')
    for answers in 'xterm', 'kitty', 'sixel', 'iterm2':
        for bits_per_second in 1000 * 1000, 256 * 1000:
            keys(bits_per_second, answers)
    for answers in 'xterm', 'kitty', 'sixel':
        after_a_pause(answers)


main()
