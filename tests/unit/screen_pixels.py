#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pictures as pixels: kitty's graphics, iTerm2's images, sixels, and that none is ever left."""
import os
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tools'))
sys.path.insert(0, HERE)
from ptyterm import run  # noqa: E402
from screen_terminal import CRASH, assert_redraw_changes_nothing, monkey, settled  # noqa: E402
from screen_views import demo, did, has_colours, quit_clean  # noqa: E402

KINDS = 'kitty', 'iterm2', 'sixel'
CARDREAD = os.path.join(os.environ.get('builddir', '.'), 'tests', 'tools', 'cardread')
SMALL = 4, 8  # pixels of a cell: quick to decode


def images(t):
    return t.now[2]


def pictures(t, *panels):
    """Waits until there are pixels in the middle of each panel of a 2 x 2 grid and none is owed."""
    def there():
        shown = images(t).shown()
        return all(any((y, x) in shown for y in range(t.rows * (2 * (n // 2) + 1) // 4 - 1, t.rows)
                       for x in (t.cols * (2 * (n % 2) + 1) // 4,)) for n in panels)
    t.wait(there, 'pictures in pixels')


def wall(kind, *args, cols=80, rows=24, **how):
    return demo(*args, cols=cols, rows=rows, answers=kind, cell=how.pop('cell', SMALL), **how)


def boxes(t):
    """The corners of what images cover, as (top, left, bottom, right), by panel of 2 x 2."""
    out = {}
    for y, x in images(t).shown():
        key = y >= t.rows // 2, x >= t.cols // 2
        top, left, bottom, right = out.get(key, (999, 999, 0, 0))
        out[key] = min(top, y), min(left, x), max(bottom, y), max(right, x)
    return out


BARS = ((235, 235, 235), (210, 204, 20), None, (20, 200, 30), (204, 25, 205), (205, 24, 29),
        (24, 30, 204), (16, 15, 20))  # the ball is before one


def bars(t, box):
    """The colours of the test card's bars, from left to right."""
    top, left, bottom, right = box
    y = top + round((bottom - top) * 0.22)
    width = right - left + 1
    return [images(t).at(y, left + int(width * (0.05 + 0.9 * (i + 0.5) / 8))).rgb
            for i in range(8)]


def test_pixels_are_the_camera_s():
    for kind in 'kitty', 'sixel':
        with wall(kind, cols=120, rows=40) as t:
            pictures(t, 0, 1, 2, 3)
            settled(t)
            for key, box in boxes(t).items():
                for seen, want in zip(bars(t, box), BARS):
                    off = max(abs(a - b) for a, b in zip(seen, want or seen))
                    assert off < (25 if kind == 'kitty' else 45), (kind, key, seen, want)
            quit_clean(t)


def test_a_jpeg_is_the_camera_s():
    with wall('iterm2', '-n', '1', cols=80, rows=24, cell=(9, 18)) as t:
        pictures(t, 0)
        with tempfile.NamedTemporaryFile(suffix='.jpg') as f:
            f.write(images(t).jpeg)
            f.flush()
            read = subprocess.run([CARDREAD, f.name], capture_output=True, text=True, check=True)
        assert read.stdout.split()[1] == '1', read.stdout
        quit_clean(t)


def test_pictures_keep_inside_their_panels():
    """And keep their shape: 4:3 in cells of 1:2 is 8:3."""
    for kind in KINDS:
        with wall(kind) as t:
            pictures(t, 0, 1, 2, 3)
            settled(t)
            found = boxes(t)
            assert len(found) == 4, found
            for top, left, bottom, right in found.values():
                assert top > 1 and left > 0 and bottom < t.rows - 2 and right < t.cols - 1
            top, left, bottom, right = found[False, False]
            shape = (right - left + 1) / (bottom - top + 1)
            assert 2.3 < shape < 3.0, (kind, found)


def test_a_still_picture_is_sent_once():
    for kind in 'kitty', 'iterm2':  # sixels are sent anew, strip by strip
        with wall(kind) as t:
            pictures(t, 0, 1, 2, 3)
            settled(t)
            drawn = images(t).drawn
            t.updates(3)
            assert images(t).drawn == drawn, kind


def test_a_moving_picture_moves():
    for kind in KINDS:
        with wall(kind, '-n', '1', still=False) as t:
            pictures(t, 0)
            drawn = images(t).drawn
            t.wait(lambda: images(t).drawn > drawn + 3, 'newer pictures')
            quit_clean(t)


def test_nothing_is_left_by_other_views():
    for kind in KINDS:
        with wall(kind) as t:
            pictures(t, 0, 1, 2, 3)
            settled(t)
            before = t.cells(1)
            for key, word in (('l', '· list'), ('e', '· events'), ('?', '· help')):
                t.key(key)
                t.see(word)
                t.wait(lambda: not images(t).shown(), 'images to go')
                t.key('esc')
                t.gone(word)
                t.wait(lambda: t.cells(1)[:-2] == before[:-2], f'{kind}: the grid of before')
            t.key('enter')
            t.see('· zoom')
            t.wait(lambda: images(t).at(9, 40), 'the picture, large')
            settled(t)
            assert_redraw_changes_nothing(t)
            quit_clean(t)


def test_dialogs_are_over_pictures():
    for kind in KINDS:
        with wall(kind) as t:
            pictures(t, 0, 1, 2, 3)
            settled(t)
            before = t.cells(1)
            for key, word in (('a', 'Add a stream'), ('d', 'Remove')):
                t.key(key)
                t.see(word)
                y, x = t.find(word)
                t.wait(lambda: not any(images(t).at(y + j, x + i) for j in range(3)
                                       for i in range(len(word))), f'{kind}: images to give way')
                t.key('esc')
                t.gone(word)
                t.wait(lambda: t.cells(1) == before, f'{kind}: the same screen as before')


def test_pages_sizes_and_modes():
    for kind in KINDS:
        with wall(kind, '-n', '40') as t:
            settled(t)
            t.key('pgdn', 'pgdn', 'pgup')
            settled(t)
            assert_redraw_changes_nothing(t)
            for cols, rows in (100, 30), (81, 24):
                t.resize(cols, rows)
            settled(t)
            assert_redraw_changes_nothing(t)
            for mode in 'truecolor', '256', '16', 'ascii', 'off', kind:
                t.key('v')
                t.see(f'pictures: {mode}')
            settled(t)
            assert_redraw_changes_nothing(t)
            quit_clean(t)


def test_modes_come_round():
    for kind in KINDS:
        with wall(kind, '-n', '1') as t:
            pictures(t, 0)
            for mode in ('truecolor', '256', '16', 'ascii', 'off', kind):
                t.key('v')
                t.see(f'pictures: {mode}')
                if mode == 'truecolor':
                    t.wait(lambda: not images(t).shown() and has_colours(t), 'symbols')
            pictures(t, 0)
            quit_clean(t)


def test_every_end_takes_the_images_along():
    for kind in KINDS:
        for sig in signal.SIGTERM, signal.SIGSEGV:
            with wall(kind, still=False, env=CRASH) as t:
                pictures(t, 0, 1)
                t.signal(sig)
                t.wait_end()
                t.check_clean()


def test_suspension():
    for kind in KINDS:
        with wall(kind) as t:
            pictures(t, 0, 1, 2, 3)
            t.signal(signal.SIGTSTP)
            t.wait(lambda: t.now is t.main, 'the main screen')
            t.wait(t.stopped, 'the program to stop')
            assert not t.other[2].stored, 'images while stopped'
            t.signal(signal.SIGCONT)
            t.wait(lambda: t.now is t.other, 'the screen again')
            pictures(t, 0, 1, 2, 3)
            quit_clean(t)


def test_modes_asked_for():
    with demo('-p', 'truecolor', answers='kitty') as t:
        t.wait(lambda: has_colours(t), 'symbols')
        assert not images(t).drawn
    with demo('-p', 'sixel', answers='kitty', cell=(0, 0)) as t:
        t.see('pictures: kitty, for the terminal does not tell how large a cell is')
    for mode, starts in (('kitty', b'\033_Ga=T'), ('iterm2', b'\033]1337;File=')):
        with demo('-p', mode) as t:  # a terminal that swallows it, but it was asked for
            t.wait(lambda: starts in t.raw_tail, f'{mode} as asked for', 20)


def test_the_size_wanted_is_in_pixels():
    with wall('kitty', '-n', '2', cols=80, rows=24, cell=(9, 18)) as t:
        did(t, f'want_size 1 {38 * 9} {18 * 18} 10')
        settled(t)

        def wanted():
            with open(t.log) as f:
                return [line for line in f if line.startswith('want_size 1 ')]
        before = wanted()
        t.key('a')
        t.see('Add a stream')  # shows symbols meanwhile; nothing else is wanted
        t.key('esc')
        t.gone('Add a stream')
        assert wanted() == before, wanted()


def test_monkey():
    for seed, kind in enumerate(KINDS):
        monkey(seed + 11, int(os.environ.get('MONKEY_STEPS', '150')), '-s', answers=kind,
               cell=SMALL)


if __name__ == '__main__':
    run({k: v for k, v in globals().items()})
