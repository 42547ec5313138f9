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
from ptyterm import run  # noqa: E402
from ptybridge import SlowTerm  # noqa: E402

DEMO = os.path.join(os.environ.get('builddir', '.'), 'tests/tools/tuidemo')
TRIES = int(os.environ.get('CAMWALL_TRIES', '0'))
WORST = -1
DELAY = 0.1
MOST = 0.2 + 2 * DELAY  # from a key to what it does
BACKLOG = 0.15


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
        self.see('front', 'out ', '▀▀▀')
        self.pause(3)
        self.worst_backlog = 0.0

    def selected(self):
        """Corners of panels; the selected one's is heavy."""
        return [(y, x) for y, line in enumerate(self.lines()) for x in range(self.cols)
                if self.cell(y, x).data == '┏']


def keys_act_at_once(bits_per_second):
    with Wall(bits_per_second) as t:
        t.settle()
        took = []
        for i in range(TRIES):
            before = t.selected()
            t.pause(t.random.uniform(0.1, 0.4))
            sent = time.monotonic()
            t.send('\t')
            t.wait(lambda: len(t.selected()) == 1 and t.selected() != before, 'another panel')
            took.append(t.arrived - sent)
        took.sort()
        print(f'# {bits_per_second // 1000} kbit/s: key to effect {took[len(took) // 2] * 1000:.0f} '
              f'ms in the middle, {took[-1] * 1000:.0f} at most; backlog at most '
              f'{t.worst_backlog * 1000:.0f} ms; {t.bytes_seen} bytes')
        assert took[WORST] <= MOST, took
        assert t.worst_backlog <= BACKLOG, t.worst_backlog


def test_keys_act_at_once_at_1_mbit():
    keys_act_at_once(1000 * 1000)


def test_keys_act_at_once_at_256_kbit():
    keys_act_at_once(256 * 1000)


def clock_age(t):
    """How old the clock in the status line is, in seconds."""
    word = t.lines()[0].split()[-1]
    h, m, s = (int(v) for v in word.split(':'))
    return (time.time() - (h * 3600 + m * 60 + s)) % 86400


def test_what_did_not_read_shows_what_is_now():
    with Wall(1000 * 1000) as t:
        t.settle()
        t.stop_reading(10)
        assert clock_age(t) > 8
        before = t.bytes_seen
        began = time.monotonic()
        t.wait(lambda: clock_age(t) < 3, 'the clock')
        took = t.arrived - began
        print(f'# the clock is right after {took * 1000:.0f} ms, {t.bytes_seen - before} bytes')
        assert took < 1 + 2 * DELAY, took


if TRIES:
    run(globals())
else:
    print('1..0 # SKIP measured, not tested; CAMWALL_TRIES=200 runs it')
