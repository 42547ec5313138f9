# SPDX-License-Identifier: MIT
"""The pictures of a terminal that shows pixels: kitty's graphics, sixels and iTerm2's images.

Kitty's images lie over the text and stay until they are deleted; sixels and iTerm2's images are in
the cells and go when these are written. What is not as the protocols have it is noted in wrong.
"""
import base64
import functools
import re
import struct
import zlib

SIXEL = re.compile(rb'"([0-9;]*)|#([0-9;]+)|!([0-9]+)([?-~])|([?-~]+)|([$-])')


class Look:
    """The mean colour of a cell's pixels; equal when no channel is further off than two pictures of
    one scene may be: dithered, compressed, or of another size."""
    MOST = 24

    def __init__(self, rgb, part):
        self.rgb, self.part = rgb, part

    def __getitem__(self, i):
        return ('\ufffc', '#%02x%02x%02x' % self.rgb, 'image')[i]

    def __eq__(self, other):
        return isinstance(other, Look) and self.part == other.part and all(
            abs(a - b) <= self.MOST for a, b in zip(self.rgb, other.rgb))

    def __repr__(self):
        return f'{self[1]}{self.part or ""}'


def mean(rows, x0, x1):
    """Of the pixels x0 … x1 of rows, each a list of colours or None."""
    seen = [p for row in rows for p in row[x0:x1] if p]
    return tuple(sum(p[i] for p in seen) // len(seen) for i in range(3)) if seen else None


def look(pixels, cols, rows, y, x):
    """Of cell y, x of pixels (lines of colours) that are scaled to cells; None: nothing is drawn."""
    height, width = len(pixels), len(pixels[0])
    y0, x0 = y * height // rows, x * width // cols
    rgb = mean(pixels[y0:max((y + 1) * height // rows, y0 + 1)], x0,
               max((x + 1) * width // cols, x0 + 1))
    return Look(rgb, None) if rgb else None


def decode_sixel(data):
    """Pixels of one picture as large as it says; None where nothing is drawn."""
    width = height = x = y = 0
    pixels, palette, ink = [], {}, None
    for raster, colour, count, repeated, plain, move in SIXEL.findall(data):
        if raster:
            _, _, width, height = map(int, raster.split(b';'))
            pixels = [[None] * width for _ in range(height)]
        elif colour:
            number, *rest = map(int, colour.split(b';'))
            if rest:
                assert rest[0] == 2, rest
                palette[number] = tuple(v * 255 // 100 for v in rest[1:])
            ink = palette[number]
        elif move:
            x, y = 0, y + (6 if move == b'-' else 0)
        else:
            for bits, n in ((repeated[0], int(count)),) if repeated else ((c, 1) for c in plain):
                for i in range(6):
                    if (bits - 63) >> i & 1:
                        pixels[y + i][x:x + n] = [ink] * n
                x += n
                assert x <= width, 'wider than it says'
    return pixels


def unfilter(kind, line, above):
    """One line of a PNG of three bytes a pixel."""
    if kind == 2:
        line[:] = bytes((a + b) & 255 for a, b in zip(line, above))
        return
    for i in range(len(line)):
        left, up, corner = (line[i - 3] if i > 2 else 0), above[i], (above[i - 3] if i > 2 else 0)
        if kind == 4:
            guess = left + up - corner
            near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                       (abs(guess - corner), 2, corner))[2]
        else:
            near = (0, left, up, (left + up) // 2)[kind]
        line[i] = (line[i] + near) & 255


class Png:
    """A picture of three bytes a pixel; its lines are decoded when they are first looked at, which
    takes a while. raw: None when the file is not whole."""

    def __init__(self, data):
        self.width, self.height, packed = png_chunks(data)
        self.raw = zlib.decompress(packed) if packed else None
        assert self.raw is None or len(self.raw) == self.height * (self.width * 3 + 1)

    @functools.cached_property
    def lines(self):
        size, above, lines = self.width * 3, bytes(self.width * 3), []
        for y in range(self.height):
            first = y * (size + 1)
            line = bytearray(self.raw[first + 1:first + 1 + size])
            unfilter(self.raw[first], line, above)
            lines.append([tuple(line[i:i + 3]) for i in range(0, size, 3)])
            above = line
        return lines


def png_chunks(data):
    """Width, height and what is packed; None for that when the file is not whole."""
    at, packed, width, height = 8, b'', 0, 0
    while data[at + 4:at + 8] != b'IEND':
        size = int.from_bytes(data[at:at + 4], 'big')
        chunk = data[at + 8:at + 8 + size]
        if at + 12 + size > len(data):
            return width, height, None
        if data[at + 4:at + 8] == b'IHDR':
            width, height, depth, colours = struct.unpack('>IIBB', chunk[:10])
            assert (depth, colours) == (8, 2), (depth, colours)
        elif data[at + 4:at + 8] == b'IDAT':
            packed += chunk
        at += 12 + size
    return width, height, packed


class Placed:
    """A picture in cells from (top, left) on."""

    def __init__(self, top, left, cols, rows, png):
        self.top, self.left, self.cols, self.rows, self.png = top, left, cols, rows, png
        self.look = functools.cache(self.look)

    def look(self, y, x):
        return look(self.png.lines, self.cols, self.rows, y - self.top, x - self.left)

    def covers(self, y, x):
        return self.top <= y < self.top + self.rows and self.left <= x < self.left + self.cols


class Images:
    """Of one screen of a terminal (a pyte screen), whose cells are cell = (width, height) pixels."""

    def __init__(self, screen, cell):
        self.screen, self.cell = screen, cell
        self.stored, self.placed = {}, {}  # kitty's: pixels and places by number
        self.cells = {}                    # (y, x): the character it is on, Look
        self.keys, self.data = None, b''   # what is being received
        self.drawn, self.aborted, self.wrong = 0, 0, []
        self.resized = 0  # so many erasures come before all is drawn for this size

    def clear(self):
        """The screen is erased."""
        self.resized = max(0, self.resized - 1)
        self.placed.clear()
        self.cells.clear()

    def at(self, y, x):
        for p in self.placed.values():
            if p.covers(y, x):
                return p.look(y, x)
        char, look = self.cells.get((y, x), (None, None))
        return look if char is self.screen.buffer[y][x] else None

    def shown(self):
        """The cells that an image can be seen in."""
        return {(y, x) for y in range(self.screen.lines) for x in range(self.screen.columns)
                if self.at(y, x)}

    def put(self, look):
        """Into the cells from the cursor on."""
        top, left = self.screen.cursor.y, self.screen.cursor.x
        if self.screen.margins not in (None, (0, self.screen.lines - 1)):
            self.wrong.append(f'an image in a scroll region: {self.screen.margins}')
        for (y, x), what in look.items():
            if top + y >= self.screen.lines - 1 or left + x >= self.screen.columns:
                if not self.resized:
                    self.wrong.append(f'an image in the last row or outside: {top + y}, {left + x}')
                continue
            row = self.screen.buffer[top + y]
            row[left + x] = char = row[left + x]._replace(data=row[left + x].data)
            self.cells[top + y, left + x] = char, what
        self.drawn += 1

    def sixel(self, data):
        pixels = decode_sixel(data)
        width, height = self.cell
        cols, rows = -(-len(pixels[0]) // width), -(-len(pixels) // height)
        if any(p is None for line in pixels for p in line):
            self.wrong.append('a sixel picture with holes')
        for line in pixels:  # a cell's part of it may be less than a cell
            line.extend([None] * (cols * width - len(line)))
        pixels.extend([[None] * cols * width] * (rows * height - len(pixels)))
        seen = {(y, x): look(pixels, cols, rows, y, x) for y in range(rows) for x in range(cols)}
        self.put({place: what for place, what in seen.items() if what})

    def iterm2(self, text):
        """Its pixels are not looked at: a cell knows which part it has of how large a picture."""
        head, data = text.split(b':', 1)
        keys = dict(k.split(b'=') for k in head.removeprefix(b'1337;File=').split(b';'))
        self.jpeg = base64.b64decode(data, validate=True)
        if int(keys[b'size']) != len(self.jpeg) or keys[b'inline'] != b'1':
            self.wrong.append(f'iTerm2: {keys}, {len(self.jpeg)} bytes')
        cols, rows = int(keys[b'width']), int(keys[b'height'])
        self.put({(y, x): Look((0, 0, 0), (y, x, rows, cols))
                  for y in range(rows) for x in range(cols)})

    def kitty(self, text):
        """One sequence; returns the answer to a query."""
        head, _, data = text.partition(b';')
        keys = dict(k.split('=') for k in head.decode().split(','))
        if self.keys:
            if set(keys) - {'m', 'q'}:
                self.wrong.append(f'kitty: {keys} while a picture is being received')
            self.data += data
        elif keys.get('a') == 'T':
            self.forget(int(keys['i']))
            self.keys, self.data = keys, data
        elif keys.get('a') == 'd':
            for number in list(self.stored) if keys['d'] == 'A' else [int(keys['i'])]:
                self.forget(number)
            return None
        elif keys.get('a') == 'q':
            return f'\033_Gi={keys["i"]};OK\033\\'
        elif keys.get('m') != '0' or data:
            self.wrong.append(f'kitty: {keys} without a picture')
        if len(data) > 4096:
            self.wrong.append('kitty: a sequence too long')
        if self.keys and keys.get('m') != '1':
            self.received()
        return None

    def received(self):
        keys, self.keys = self.keys, None
        png = Png(base64.b64decode(self.data))
        if png.raw is None:
            self.aborted += 1
            return
        number, cols, rows = int(keys['i']), int(keys['c']), int(keys['r'])
        if keys.get('C') != '1' or keys.get('q') != '2' or keys.get('f') != '100':
            self.wrong.append(f'kitty: {keys}')
        self.stored[number] = png
        self.placed[number] = Placed(self.screen.cursor.y, self.screen.cursor.x, cols, rows, png)
        self.drawn += 1

    def forget(self, number):
        self.stored.pop(number, None)
        self.placed.pop(number, None)
