# SPDX-License-Identifier: MIT
"""A program on a pseudo terminal, and a terminal emulator (pyte) that shows what it draws.

Term answers the program's questions as a terminal would, keeps the main and the other screen apart,
and knows which modes are set. Waiting is always for a condition, with a deadline. run() runs the
functions of a module that begin with test_ and prints TAP.
"""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
import traceback

try:
    import pyte
except ImportError:
    print('1..0 # SKIP pyte is not installed')
    sys.exit(0)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ptyimage import Images  # noqa: E402

DEADLINE = 60  # seconds; a loaded machine with sanitizers is slow

KEYS = {
    'up': '\033[A', 'down': '\033[B', 'right': '\033[C', 'left': '\033[D', 'enter': '\r',
    'esc': '\033', 'tab': '\t', 'backtab': '\033[Z', 'pgup': '\033[5~', 'pgdn': '\033[6~',
    'home': '\033[H', 'end': '\033[F', 'delete': '\033[3~', 'backspace': '\177', 'space': ' ',
    'F1': '\033OP', 'F5': '\033[15~',
}

TOKEN = re.compile(rb'\033([P_\]])([^\033\030\007]*)(?:\033\\|[\030\007])'
                   rb'|\033\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])|\033\\|\030')
PARTIAL = re.compile(rb'\033([P_\]][^\033\030\007]*\033?|\[[0-9;:<=>? -/]*)?$')


CLOCK = re.compile(r'\d\d:\d\d:\d\d$')
NAMES = {'kitty': 'kitty(0.26.5)', 'iterm2': 'iTerm2 3.4.19'}
HEX = re.compile('[0-9a-f]{6}$')


class Halves:
    """The colours of a cell's halves; equal when no channel is further off than pictures may be: as
    far as the tolerance before and the pen's slop after a redraw."""
    MOST = 8 + 3

    def __init__(self, top, low):
        self.top, self.low = top, low
        self.channels = bytes.fromhex(top + low)

    def __getitem__(self, i):
        return ('▀', self.top, self.low)[i]

    def __eq__(self, other):
        return isinstance(other, Halves) and all(
            abs(a - b) <= self.MOST for a, b in zip(self.channels, other.channels))

    def __repr__(self):
        return self.channels.hex()


class Term:
    """term: $TERM; answers: 'xterm' (all questions), 'wide' (lines are two columns), 'none', or
    'kitty', 'iterm2' and 'sixel', which show pictures so; cell: pixels of one."""

    def __init__(self, argv, cols=80, rows=24, env=None, answers='xterm', pixels=(0, 0),
                 cell=(9, 18)):
        self.cols, self.rows, self.answers, self.cell_px = cols, rows, answers, cell
        self.modes, self.asked, self.bytes_seen = set(), [], 0
        self.raw_tail = b''
        self.rest = b''
        self.dir = tempfile.mkdtemp(prefix='ptyterm')
        self.main = self.make(cols, rows)
        self.other = self.make(cols, rows)
        self.now = self.main
        self.master, self.slave = pty.openpty()
        self.set_size(cols, rows, pixels)
        self.before = termios.tcgetattr(self.slave)
        self.status = None
        self.pid = self.start(argv, env or {})

    def make(self, cols, rows):
        screen = pyte.Screen(cols, rows)
        return screen, pyte.ByteStream(screen), Images(screen, self.cell_px)

    def start(self, argv, env):
        all_env = {'PATH': os.environ['PATH'], 'TERM': 'xterm-256color', 'LANG': 'C.UTF-8'}
        for var in 'ASAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS':
            before = os.environ.get(var)
            all_env[var] = (before + ':' if before else '') + f'log_path={self.dir}/report'
        all_env.update(env)
        pid = os.fork()
        if pid:
            return pid
        try:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in 0, 1, 2:
                os.dup2(self.slave, fd)
            os.closerange(3, 256)
            os.execve(argv[0], argv, {k: v for k, v in all_env.items() if v is not None})
        finally:
            os._exit(127)

    def set_size(self, cols, rows, pixels=(0, 0)):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, *pixels))

    def resize(self, cols, rows):
        self.pump(0)
        for screen, _, images in (self.main, self.other):
            screen.resize(rows, cols)
            images.resized += 1
        self.cols, self.rows = cols, rows
        self.set_size(cols, rows)

    # What comes from the program.

    def pump(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.bytes_seen += len(data)
        self.raw_tail = (self.raw_tail + data)[-4096:]
        self.take(self.rest + data)
        return True

    def take(self, data):
        cut = PARTIAL.search(data)
        self.rest = data[cut.start():] if cut else b''
        data = data[:cut.start()] if cut else data
        at = 0
        for m in TOKEN.finditer(data):
            self.now[1].feed(data[at:m.start()])
            at = m.end()
            self.token(m)
        self.now[1].feed(data[at:])

    def token(self, m):
        string, text, prefix, args, middle, final = m.groups()
        if string:
            whole = m.group(0)[-1:] != b'\030'
            self.string(string + text if whole else b'')
        if final is None:
            return
        if prefix == b'?' and final in b'hl' and not middle:
            for mode in args.split(b';'):
                self.mode(int(mode), final == b'h')
        elif final == b'b' and not prefix:
            self.repeat(int(args or 1))
        elif final in b'ST' and not prefix:
            self.scroll(int(args or 1), final == b'S')
        elif final == b'r' and not prefix:
            self.margins(*(int(a or 0) for a in args.split(b';')))
        elif prefix or middle or final in b'nct':
            self.question(prefix, args, middle, final)
        else:
            if final == b'J' and args == b'2':
                self.now[2].clear()
            self.now[1].feed(m.group(0))

    def margins(self, top, bottom=0):
        """Which lines scroll, on both screens; None: all."""
        lines = (max(top, 1) - 1, (bottom or self.rows) - 1)
        for screen, _ in (self.main[:2], self.other[:2]):
            screen.margins = None if lines == (0, self.rows - 1) else lines
        self.now[0].cursor_position()

    def scroll(self, lines, up):
        """In the scroll region; pyte knows it only at its edges."""
        screen = self.now[0]
        margins = screen.margins or (0, self.rows - 1)
        before = screen.cursor.y
        screen.cursor.y = margins[1] if up else margins[0]
        for _ in range(lines):
            (screen.index if up else screen.reverse_index)()
        screen.cursor.y = before

    def string(self, text):
        """Pictures, as far as this terminal knows them; others are swallowed."""
        images = self.now[2]
        if self.answers == 'kitty' and text.startswith(b'_G'):
            self.send(images.kitty(text[2:]) or b'')
        elif self.answers == 'sixel' and re.match(rb'P[0-9;]*q', text):
            images.sixel(text[text.index(b'q') + 1:])
        elif self.answers == 'iterm2' and text.startswith(b']1337;File='):
            images.iterm2(text[1:])

    def mode(self, mode, on):
        (self.modes.add if on else self.modes.discard)(mode)
        if mode == 1049:
            if on and self.now is self.main:
                self.other[0].reset()
                self.other[0].resize(self.rows, self.cols)
                self.other[2].clear()
            self.now = self.other if on else self.main
        elif mode == 25:
            self.now[0].cursor.hidden = not on

    def repeat(self, n):
        screen = self.now[0]
        y, x = screen.cursor.y, screen.cursor.x - 1
        screen.draw(screen.buffer[y][x].data * n)

    def question(self, prefix, args, middle, final):
        self.asked.append((prefix + args + middle + final).decode())
        if self.answers == 'none':
            return
        cursor = self.now[0].cursor
        width, height = self.cell_px
        answer = {
            b'6n': f'\033[{cursor.y + 1};{cursor.x + 1 + 2 * (self.answers == "wide")}R',
            b'5n': '\033[0n',
            b'>0q': f'\033P>|{NAMES.get(self.answers, "XTerm(380)")}\033\\',
            b'16t': f'\033[6;{height};{width}t',
            b'14t': f'\033[4;{height * self.rows};{width * self.cols}t',
            b'?1;1;0S': '\033[?1;0;256S',
            b'?2026$p': '\033[?2026;2$y',
            b'c': '\033[?64;1;2' + (';4' if self.answers == 'sixel' else '') + 'c',
        }.get(prefix + args + middle + final)
        if answer:
            self.send(answer)

    # What goes to it.

    def send(self, data):
        data = data.encode() if isinstance(data, str) else data
        while data:
            data = data[os.write(self.master, data):]

    def key(self, *names):
        for name in names:
            self.send(KEYS.get(name, name))
            if name == 'esc':  # with the next key right behind it would be Alt and that key
                self.wait(lambda: self.ended() or not self.unread(), 'the key to be read')
                self.pause(0.25)

    def unread(self):
        """Bytes that were sent and that the program has not read."""
        return struct.unpack('i', fcntl.ioctl(self.slave, termios.FIONREAD, bytes(4)))[0]

    def pause(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.01)

    def press(self, y, x, button=0):
        self.send(f'\033[<{button};{x + 1};{y + 1}M\033[<{button};{x + 1};{y + 1}m')

    def signal(self, sig):
        os.kill(self.pid, sig)

    # What is to be seen.

    def lines(self):
        screen = self.now[0]
        return [''.join(screen.buffer[y][x].data for x in range(self.cols)).rstrip()
                for y in range(self.rows)]

    def text(self):
        return '\n'.join(self.lines())

    def cell(self, y, x):
        return self.now[0].buffer[y][x]

    def cells(self, first_row=0, end_row=None):
        """What can be seen of the cells: the colour of a blank's letter cannot, and half a block
        looks the same whichever half is the letter. Images cover it."""
        screen, _, images = self.now

        def seen(c):
            c = tuple(c)
            if c[0] in ' ▀▄█' and not any(c[3:]) and HEX.match(c[2]) and (
                    c[0] == ' ' or HEX.match(c[1])):
                return Halves(c[1] if c[0] in '▀█' else c[2], c[1] if c[0] in '▄█' else c[2])
            return (' ', 'default', *c[2:]) if c[0] in ' \u2002' else c
        return [[images.at(y, x) or seen(screen.buffer[y][x]) for x in range(self.cols)]
                for y in range(first_row, end_row or self.rows)]

    def find(self, word):
        for y, line in enumerate(self.lines()):
            if word in line:
                screen = self.now[0]
                at = 0
                for x in range(self.cols):
                    if at == line.index(word):
                        return y, x
                    at += len(screen.buffer[y][x].data)
        return None

    def wait(self, condition, what='', seconds=DEADLINE):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f'waited in vain for {what}; the screen:\n{self.text()}')
            self.pump(0.02)

    def see(self, *words):
        for word in words:
            self.wait(lambda: word in self.text(), repr(word))
        return self

    def gone(self, *words):
        for word in words:
            self.wait(lambda: word not in self.text(), f'{word!r} to go')
        return self

    def clock(self):
        """What the status line ends with; None while it is being drawn."""
        found = CLOCK.search(self.lines()[0])
        return found and found.group()

    def updates(self, n=2):
        """Waits until the clock in the status line has gone on n times."""
        for _ in range(n):
            before = self.clock()
            self.wait(lambda: self.clock() not in (None, before), 'the clock')

    # The end.

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def stopped(self):
        """Stopped by a signal. One that starts it again before this would be lost."""
        return os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None

    def wait_end(self):
        self.wait(self.ended, 'the program to end')
        while self.pump(0.05):
            pass
        return self.status

    def reports(self):
        out = []
        for name in sorted(os.listdir(self.dir)):
            if name.startswith('report'):
                with open(os.path.join(self.dir, name), errors='replace') as f:
                    out.append(f.read())
        return '\n'.join(out)

    def check_clean(self):
        """The terminal is as it was: settings, main screen, cursor, modes."""
        after = termios.tcgetattr(self.slave)
        assert after == self.before, f'termios differ: {after} {self.before}'
        assert self.now is self.main, 'the other screen is still there'
        left = self.modes & {1000, 1002, 1003, 1006, 2004, 2026, 1049}
        assert not left, f'modes left on: {left}'
        assert not self.now[0].cursor.hidden, 'the cursor is hidden'
        for screen, _ in (self.main[:2], self.other[:2]):
            assert screen.margins is None, f'only {screen.margins} scrolls'
        for _, _, images in (self.main, self.other):
            assert not images.stored and not images.keys, 'images are left behind'
            assert not images.wrong, images.wrong

    def close(self):
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.status = -1
        os.close(self.master)
        os.close(self.slave)
        shutil.rmtree(self.dir, ignore_errors=True)


def run(module):
    """Runs every test_ function of a module's globals, in order of their lines."""
    if os.environ.get('CAMWALL_SHORT'):
        print('1..0 # SKIP CAMWALL_SHORT is set')
        return
    tests = [f for name, f in module.items() if name.startswith('test_') and callable(f)]
    chosen = sys.argv[1:]
    tests = [t for t in tests if not chosen or t.__name__ in chosen]
    print(f'1..{len(tests)}', flush=True)
    failed = 0
    for i, test in enumerate(tests, 1):
        try:
            test()
            print(f'ok {i} - {test.__name__}', flush=True)
        except Exception:  # a failed check or a broken test: both are told
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f'# {line}')
            print(f'not ok {i} - {test.__name__}', flush=True)
    sys.exit(1 if failed else 0)
