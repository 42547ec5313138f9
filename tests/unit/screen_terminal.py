# SPDX-License-Identifier: MIT
"""The screen and its terminal: kinds of terminals, sizes, every way of ending, and a monkey."""
import os
import random
import re
import signal
import sys
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tools'))
sys.path.insert(0, HERE)
from ptyterm import run  # noqa: E402
from screen_views import demo, has_colours, quit_clean  # noqa: E402


def only_ascii(t):
    return all(ord(c) < 127 for c in t.text())


def test_terminals():
    for term in ('vt100', 'vt220', 'linux', 'screen', 'screen-256color', 'tmux', 'tmux-256color',
                 'xterm', 'rxvt', 'ansi', 'xterm-kitty', 'nothing-of-the-kind'):
        with demo(env={'TERM': term}, ready='front') as t:
            t.see('4 cameras', 'q quit')
            t.key('q')
            assert t.wait_end() == 0, term
            assert termios.tcgetattr(t.slave) == t.before, term
            assert not t.now[0].cursor.hidden, term


def test_terminal_that_cannot():
    with demo(env={'TERM': 'dumb'}, ready='cannot place its cursor') as t:
        assert t.wait_end() != 0
        t.check_clean()


def test_keys_of_terminfo():
    with demo(env={'TERM': 'linux'}) as t:
        t.send('\033[[A')  # F1 of the Linux console
        t.see('· help')


def test_c_locale_is_ascii():
    with demo(env={'LANG': 'C'}) as t:
        t.see('4 cameras - 4 live', '3 ??????????', '1 front', '+==', 'live  640x480')
        t.wait(lambda: only_ascii(t), 'ASCII only')
        t.see('_')
        t.key('enter')
        t.see('bit rate')
        quit_clean(t)


def test_ambiguous_width_falls_back_to_ascii():
    with demo(answers='wide') as t:
        t.see('4 cameras - 4 live', '+==')
        t.gone('━', '─', '▀')
        t.see('3 门口摄像头')


def test_no_answers_no_wait():
    with demo(answers='none') as t:
        t.see('4 cameras')
        t.wait(lambda: has_colours(t), 'pictures')
        assert {'c', '?2026$p', '>0q', '16t', '6n'} <= set(t.asked), t.asked


def test_late_and_torn_answers_are_no_keys():
    with demo(answers='none') as t:
        t.wait(lambda: 'c' in t.asked, 'the questions')
        for piece in ('\033P>|Foo', 'bar q R\033', '\\', '\033[6;1', '8;9t', '\033[?64;1', ';2c',
                      '\033]11;rgb:0000/0000/0000\033\\'):
            t.send(piece)
            t.pause(0.1)
        t.key('l')
        t.see('· list')
        assert 'rec ' not in t.lines()[0], t.lines()[0]


def test_synchronized_output_is_used_when_there():
    with demo() as t:
        t.wait(lambda: b'\033[?2026h' in t.raw_tail, 'mode 2026')
    with demo(answers='none') as t:
        t.wait(lambda: has_colours(t), 'pictures')
        assert b'\033[?2026h' not in t.raw_tail


def test_no_color():
    with demo(env={'NO_COLOR': '1'}) as t:
        t.see('front')
        t.updates(2)
        colours = {(c[1], c[2]) for row in t.cells() for c in row}
        assert colours == {('default', 'default')}, colours


def test_modes_limit_their_colours():
    for mode, most in (('256', 256), ('16', 16)):
        with demo('-p', mode) as t:
            t.wait(lambda: has_colours(t, 8), f'pictures in {mode}')
            assert b'8;2;' not in t.raw_tail
            if most == 16:
                pictures = re.findall(rb'\033\[([0-9;]*)m\xe2\x96\x80', t.raw_tail)
                assert pictures and all(b'8;5' not in p for p in pictures), pictures[:5]


def test_small_and_large():
    for cols, rows in ((20, 5), (10, 3), (1, 1), (2, 2), (500, 150), (33, 7), (12, 60), (300, 6)):
        with demo('-s', '-n', '7', cols=cols, rows=rows, ready=None) as t:
            t.wait(lambda: t.bytes_seen > 0 and 1049 in t.modes, 'a screen')
            for key in 'enter', 'l', 'e', '?', 'a', 'esc', 'd', 'esc', 'g':
                t.key(key)
            if cols >= 20:
                t.see('camwall')
            t.key('q')
            assert t.wait_end() == 0, (cols, rows)
            assert not t.reports(), t.reports()


def test_smallest_says_something_true():
    with demo('-s', '-n', '4', cols=20, rows=5, ready=None) as t:
        t.see('1 front', 'camwall')
        t.key('4')
        t.see('4 garage', 'refused')


def test_long_wide_name():
    with demo('-w', '-n', '2') as t:
        t.see('摄像摄像')
        assert t.cell(1, 39).data == '┓', t.lines()[1]
        t.key('l')
        t.see('摄像', 'yard')
        t.key('d')
        t.see('Remove', '“摄像')


def test_resize_storm_ends_right():
    with demo(cols=100, rows=30) as t:
        rnd = random.Random(7)
        for _ in range(60):
            t.resize(rnd.randint(20, 160), rnd.randint(5, 50))
        t.resize(90, 28)
        settled(t)
        assert_redraw_changes_nothing(t)


def settled(t):
    """Until the screen but for the status line stays the same while the clock goes on."""
    end = time.monotonic() + 60
    while True:
        before = t.cells(1)
        t.updates(2)
        if t.cells(1) == before:
            return
        assert time.monotonic() < end, 'the screen never settles'


def assert_redraw_changes_nothing(t):
    before, lines = t.cells(1), t.lines()
    t.key('\x0c')
    settled(t)
    after = t.cells(1)
    before[-2] = after[-2] = None  # where a message stands for a while
    if after != before:
        rows = [y for y in range(len(after)) if after[y] != before[y]]
        raise AssertionError(f'rows {rows} were wrong:\n' + '\n'.join(lines) + '\n--- now\n' +
                             t.text())


def monkey(seed, steps, *args, **how):
    rnd = random.Random(seed)
    keys = ['up', 'down', 'left', 'right', 'tab', 'backtab', 'enter', 'esc', 'pgup', 'pgdn', 'home',
            'end', 'space', 'F1', 'backspace', *'123456789rRsSv+-gileoadc/t?nyxz門', '\x0c']
    with demo(*args, '-n', str(rnd.choice((0, 1, 5, 64))), cols=80, rows=24, **how) as t:
        for step in range(steps):
            what = rnd.random()
            if step == steps // 2:  # from here on nothing repairs the screen by drawing it anew
                t.key('esc', 'esc', 'g')
                t.resize(100, 30)
                keys = [k for k in keys if k not in 't\x0cz']
            if what < 0.15 and step < steps // 2:
                t.resize(rnd.randint(20, 200), rnd.randint(5, 60))
            elif what < 0.25:
                t.press(rnd.randrange(t.rows), rnd.randrange(t.cols), rnd.choice((0, 0, 64, 65)))
            else:
                t.key(rnd.choice(keys))
            if rnd.random() < 0.2:
                t.pump(0.01)
        t.key('esc', 'esc', 'g')
        settled(t)
        assert_redraw_changes_nothing(t)
        assert not t.ended()
        t.signal(signal.SIGTERM)
        t.wait_end()
        t.check_clean()


TOLERANCE = 8  # a colour level or so saves bytes where nobody sees it


def halves(cell):
    """Upper and lower colour of a cell of a picture; None for text."""
    char, fg, bg = cell[:3]
    both = {' ': (bg, bg), '▀': (fg, bg), '▄': (bg, fg), '█': (fg, fg)}.get(char)
    return both if both and all(re.fullmatch('[0-9a-f]{6}', c) for c in both) else None


def near(a, b):
    return all(abs(int(a[i:i + 2], 16) - int(b[i:i + 2], 16)) <= TOLERANCE for i in (0, 2, 4))


def alike(screen, other):
    """The same text, and pictures that look the same."""
    for a, b in zip((c for row in screen for c in row), (c for row in other for c in row)):
        if a == b:
            continue
        p, q = halves(a), halves(b)
        if not p or not q or not near(p[0], q[0]) or not near(p[1], q[1]):
            return False
    return True


def test_pictures_are_whole_after_what_lay_over_them():
    with demo(cols=100, rows=30) as t:
        t.wait(lambda: has_colours(t), 'pictures')
        settled(t)
        before = t.cells(1)
        for open_key, word in (('a', 'Add a stream'), ('d', 'Remove'), ('/', '\n /')):
            t.key(open_key)
            t.see(word)
            t.updates(1)
            t.key('esc')
            t.gone(word)
            t.wait(lambda: alike(t.cells(1), before), 'the same screen as before')
        t.key('l')
        t.see('· list')
        t.key('g')
        t.wait(lambda: alike(t.cells(1), before), 'the same screen as before')


def test_monkey():
    steps = int(os.environ.get('MONKEY_STEPS', '250'))
    first = int(os.environ.get('MONKEY_SEED', '1'))
    for seed in range(first, first + 4):
        monkey(seed, steps, '-s')


def test_terminal_that_stops_reading_gets_the_newest():
    with demo(still=False, cols=200, rows=50) as t:
        t.see('front')
        t.key('l')  # and nobody reads for a while: the pty is full
        end = time.monotonic() + 3
        while time.monotonic() < end:
            time.sleep(0.1)
        t.key('e')
        t.see('· events')


def test_all_lines_scroll():
    """Curses takes the terminal for one of 24 lines, as terminfo says, and lets only those scroll."""
    with demo(cols=120, rows=40) as t:
        t.see('front', 'q quit')
        assert t.now[0].margins is None, t.now[0].margins
        quit_clean(t)


def test_suspend_and_resume():
    with demo() as t:
        t.see('front')
        t.updates()
        t.signal(signal.SIGTSTP)
        t.wait(lambda: t.now is t.main and 1000 not in t.modes, 'the main screen')
        t.wait(t.stopped, 'the program to stop')
        assert termios.tcgetattr(t.slave) == t.before
        t.signal(signal.SIGCONT)
        t.wait(lambda: t.now is t.other, 'the screen again')
        t.see('1 front', 'q quit')
        t.wait(lambda: has_colours(t), 'pictures again')
        quit_clean(t)


def test_signals_end_clean():
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with demo() as t:
            t.signal(sig)
            assert t.wait_end() == 0
            t.check_clean()


CRASH = {'ASAN_OPTIONS': 'detect_leaks=0:handle_segv=0:handle_abort=0',
         'TSAN_OPTIONS': 'handle_segv=0:handle_abort=0:report_signal_unsafe=0:exitcode=0'}


def test_crash_gives_the_terminal_back():
    for sig in (signal.SIGUSR1, signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT):
        with demo(env=CRASH) as t:
            t.see('front')
            t.signal(sig)
            status = t.wait_end()
            assert os.WIFSIGNALED(status), status
            t.check_clean()


def test_hang_up_of_the_terminal():
    with demo() as t:
        t.see('front')
        os.close(t.slave)
        os.close(t.master)
        t.master, t.slave = os.openpty()
        t.wait_end()


def test_ctrl_c_is_a_signal():
    with demo() as t:
        t.key('\x03')
        assert t.wait_end() == 0
        t.check_clean()


def test_standard_error_becomes_events():
    with demo() as t:
        t.signal(signal.SIGUSR2)
        t.see('[mjpeg @ 0x55d] overread 8')
        t.key('e')
        t.see('? [mjpeg @ 0x55d] overread 8')


def test_started_many_times():
    with demo('-x', '30') as t:
        def ended():
            with open(t.log) as f:
                return f.read().count('ended') == 30
        t.wait(ended, '30 ends', 300)
        t.see('1 front', 'q quit')
        quit_clean(t)


if __name__ == '__main__':
    run({k: v for k, v in globals().items()})
