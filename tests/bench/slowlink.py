#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The screen behind slow links: keys act at once beside live pictures, little is on its way, and a
terminal that did not read for long shows what is now. These are measurements, for a machine that is
not busy: CAMWALL_TRIES says how often a key is tried, and without it nothing runs. What does not
depend on the machine is tested in virtual time (test_flow)."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))
from ptyterm import Halves, run  # noqa: E402
from ptybridge import SlowTerm  # noqa: E402

DEMO = os.path.join(os.environ.get('builddir', '.'), 'tests/tools/tuidemo')
TRIES = int(os.environ.get('CAMWALL_TRIES', '0'))
WORST = -1
DELAY = 0.1
MOST = 0.2 + 2 * DELAY  # from a key to what it does
BACKLOG = 0.15
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


def keys_act_at_once(bits_per_second, answers='xterm'):
    with Wall(bits_per_second, answers=answers) as t:
        t.settle()
        pictures = t.other[2].drawn
        took = []
        for i in range(TRIES):
            before = t.selected()
            t.pause(t.random.uniform(0.1, 0.4))
            sent = time.monotonic()
            t.send('\t')
            t.wait(lambda: len(t.selected()) == 1 and t.selected() != before, 'another panel')
            took.append(t.arrived - sent)
        took.sort()
        print(f'# {answers}, {bits_per_second // 1000} kbit/s: key to effect '
              f'{took[len(took) // 2] * 1000:.0f} ms in the middle, {took[-1] * 1000:.0f} at most; '
              f'backlog at most {t.worst_backlog * 1000:.0f} ms; {t.bytes_seen} bytes')
        assert answers == 'xterm' or t.other[2].drawn > pictures, 'no pixels were drawn'
        assert took[WORST] <= MOST, took
        assert t.worst_backlog <= BACKLOG, t.worst_backlog


def test_keys_act_at_once_at_1_mbit():
    keys_act_at_once(1000 * 1000)


def test_keys_act_at_once_at_256_kbit():
    keys_act_at_once(256 * 1000)


def test_keys_act_at_once_beside_kitty_pictures():
    keys_act_at_once(1000 * 1000, 'kitty')
    keys_act_at_once(256 * 1000, 'kitty')


def test_keys_act_at_once_beside_sixels():
    keys_act_at_once(1000 * 1000, 'sixel')
    keys_act_at_once(256 * 1000, 'sixel')


def test_keys_act_at_once_beside_iterm2_images():
    keys_act_at_once(1000 * 1000, 'iterm2')
    keys_act_at_once(256 * 1000, 'iterm2')


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


def shows_what_is_now(answers):
    with Wall(1000 * 1000, '-n', '1', '-b', answers=answers) as t:
        t.wait(lambda: picture_age(t) is not None, 'a picture')
        t.pause(2)
        assert picture_age(t) < 1.5, picture_age(t)
        t.stop_reading(10)
        began = t.arrived = time.monotonic()
        assert clock_age(t) > 8 and picture_age(t) > 8, (clock_age(t), picture_age(t))
        took = wait_for_picture(t) - began
        assert clock_age(t) < 3, clock_age(t)
        print(f'# {answers}: the picture is right after {took * 1000:.0f} ms')
        assert took < 1 + 2 * DELAY, took


def test_what_did_not_read_shows_what_is_now():
    shows_what_is_now('xterm')
    shows_what_is_now('kitty')
    shows_what_is_now('sixel')


if TRIES:
    run(globals())
else:
    print('1..0 # SKIP measured, not tested; CAMWALL_TRIES=200 runs it')
