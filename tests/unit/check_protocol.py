#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds doc/protocol.md against the codec. Knows nothing of the messages but what the document's
tables say: decodes with them what packet_dump encoded, compares constants, and asks the decoder
about messages cut short, with a byte more, and with every field at the ends of its range and one
beyond."""

import os
import re
import subprocess
import sys

INTEGERS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}
DOCUMENT = os.path.join(os.environ.get("srcdir", "."), "doc", "protocol.md")
DUMP = os.path.join(os.environ.get("builddir", "."), "tests", "tools", "packet_dump")
TEXT_MAX = 200


class Mismatch(Exception):
    pass


class Document:
    """messages: name -> (type, sender, fields); structures: name -> fields; constants: name -> value.
    A field is (name, type, range)."""

    def __init__(self, path):
        self.messages, self.structures, self.constants = {}, {}, {}
        fields = None
        for line in open(path, encoding="utf-8"):
            message = re.match(r"### (\S+) \((\d+)\), from (client|server|both)$", line)
            structure = re.match(r"#### ([A-Z]+)$", line)
            row = [c.strip() for c in line.strip().strip("|").split("|")] if line[0] == "|" else []
            if message:
                fields = []
                self.messages[message[1]] = (int(message[2]), message[3], fields)
            elif structure:
                fields = self.structures[structure[1]] = []
            elif line.startswith("#"):
                fields = None
            elif len(row) == 4 and fields is not None and row[0] not in ("field", "---"):
                fields.append(tuple(row[:3]))
            elif len(row) == 3 and re.match(r"[A-Z_]+$", row[0]):
                self.constants[row[0]] = int(row[1])


class Field:
    def __init__(self, name, kind, span, at, length, value):
        self.name, self.kind, self.span = name, kind, span
        self.at, self.length, self.value = at, length, value


class Decoder:
    """Reads one message by the document; fields is what was found, in order."""

    def __init__(self, document, data):
        self.document, self.data, self.at, self.fields = document, data, 0, []

    def take(self, n):
        if n > len(self.data) - self.at:
            raise Mismatch("%d bytes are not there at %d" % (n, self.at))
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, name):
        return next(f.value for f in reversed(self.fields) if f.name == name)

    def value(self, kind):
        if kind in INTEGERS:
            return int.from_bytes(self.take(INTEGERS[kind]), "big")
        if kind == "string":
            return self.take(self.take(1)[0]).decode("utf-8")
        if kind == "bytes to the end":
            return self.take(len(self.data) - self.at).hex()
        counted = re.match(r"bytes\[(\w+)\]$", kind)
        if counted:
            return self.take(self.number(counted[1])).hex()
        raise Mismatch("the type '%s' is not in the notation" % kind)

    def read(self, fields, prefix=""):
        for name, kind, span in fields:
            several = re.match(r"([A-Z]+)\[(\w+)\]$", kind)
            if several:
                for i in range(self.number(several[2])):
                    self.read(self.document.structures[several[1]], "%s[%d]." % (name, i))
                continue
            start = self.at
            value = self.value(kind)
            self.fields.append(Field(prefix + name, kind, span, start, self.at - start, value))

    def message(self, fields):
        self.take(1)
        self.read(fields)
        if self.at != len(self.data):
            raise Mismatch("%d bytes are left over" % (len(self.data) - self.at))
        return self.fields


class Sample:
    def __init__(self, name, data):
        self.name, self.data, self.expected = name, data, []


def read_dump():
    constants, samples = {}, []
    out = subprocess.run([DUMP], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")
    for line in out.splitlines():
        word, _, rest = line.partition(" ")
        if word == "constant":
            name, value = rest.split()
            constants[name] = int(value)
        elif word == "message":
            name, data = rest.split()
            samples.append(Sample(name, bytes.fromhex(data)))
        else:
            samples[-1].expected.append((word, rest))
    return constants, samples


def judge(messages):
    """The decoder's verdict on each: ok, format or unknown."""
    if not messages:
        return []
    text = "".join(m.hex() + "\n" for m in messages).encode()
    out = subprocess.run([DUMP, "--judge"], input=text, stdout=subprocess.PIPE, check=True).stdout
    return out.decode().split()


def expect(cases, verdict):
    """cases: (what, message)."""
    found = judge([message for _, message in cases])
    wrong = [what for (what, _), v in zip(cases, found) if v != verdict]
    if len(found) != len(cases) or wrong:
        raise Mismatch("not '%s' for: %s" % (verdict, "; ".join(wrong[:5])))


def string(data):
    return bytes([len(data)]) + data


NAMES = [b"a", b"abcdefghijklmnopqrstuvwxyz01_-9z"]
TEXTS = [b"", b"two words \xc3\xa4 \xf0\x9f\x93\xb7", b"x" * TEXT_MAX]
BAD_TEXT = [b"\n", b"\x1b[2J", b"\x7f", b"\x00", b"\x80", b"\xc0\xaf", b"x" * (TEXT_MAX + 1)]
BAD_NAMES = [b"Front", b"a b", b"a/b", b"\xc3\xa4", b"x" * 33]


def limits(field):
    """First and last value of a number, None if it has none."""
    if field.kind not in INTEGERS or field.span == "flags":
        return None
    if field.span == "any":
        return 0, 256 ** INTEGERS[field.kind] - 1
    ends = re.match(r"(\d+)–(\d+)$", field.span)
    if not ends:
        raise Mismatch("the range '%s' is not in the notation" % field.span)
    return int(ends[1]), int(ends[2])


def within(field):
    """Encodings of values that the range column allows: both ends."""
    if field.kind == "string":
        values = {"text": TEXTS, "name": NAMES, "name or empty": NAMES + [b""]}[field.span]
        return [string(v) for v in values]
    ends = limits(field)
    return [v.to_bytes(INTEGERS[field.kind], "big") for v in ends] if ends else []


def beyond(field):
    """Encodings of values that the range column excludes."""
    if field.kind == "string":
        bad = BAD_TEXT if field.span == "text" else BAD_NAMES
        return [string(b) for b in bad] + ([b"\x00"] if field.span == "name" else [])
    ends = limits(field)
    if not ends:
        return []
    values = [v for v in (ends[0] - 1, ends[1] + 1) if 0 <= v < 256 ** INTEGERS[field.kind]]
    return [v.to_bytes(INTEGERS[field.kind], "big") for v in values]


def replaced(data, field, new):
    return data[:field.at] + new + data[field.at + field.length:]


class Check:
    def __init__(self):
        self.document = Document(DOCUMENT)
        self.constants, self.samples = read_dump()

    def decoded(self, sample):
        kind, _, fields = self.document.messages[sample.name]
        if sample.data[0] != kind:
            raise Mismatch("the type is %d, not %d" % (sample.data[0], kind))
        return Decoder(self.document, sample.data).message(fields)

    def constants_agree(self):
        if self.document.constants != self.constants:
            differ = set(self.document.constants.items()) ^ set(self.constants.items())
            raise Mismatch("constants differ: %s" % sorted(differ))

    def every_message_has_a_sample(self):
        missing = set(self.document.messages) ^ {s.name for s in self.samples}
        if missing or not self.samples:
            raise Mismatch("only on one side: %s" % missing)

    def sample_decodes(self, sample):
        found = [(f.name, str(f.value)) for f in self.decoded(sample)]
        for name, value in found:
            if (name, value) not in sample.expected:
                expected = dict(sample.expected).get(name)
                raise Mismatch("%s is '%s', not '%s'" % (name, value, expected))
        if found != sample.expected:
            raise Mismatch("order of fields: %s" % [name for name, _ in found])

    def other_lengths_are_bad(self, sample):
        cases = [("a byte more", sample.data + b"\0"), ("empty", b"")]
        open_end = [f for f in self.decoded(sample) if f.kind == "bytes to the end"]
        end = open_end[0].at if open_end else len(sample.data) - 1
        if open_end:
            cases = cases[1:]
        cases += [("cut to %d" % n, sample.data[:n]) for n in range(1, end + 1)]
        expect(cases, "format")

    def ranges_end(self, sample):
        cases = [("%s = %s" % (f.name, new.hex()), replaced(sample.data, f, new))
                 for f in self.decoded(sample) for new in beyond(f)]
        expect(cases, "format")

    def ends_are_taken(self, name):
        """In one sample at least: in others, other fields may exclude the value."""
        cases = [("%s = %s" % (re.sub(r"\[\d+\]", "", f.name), new.hex()),
                  replaced(sample.data, f, new))
                 for sample in self.samples if sample.name == name
                 for f in self.decoded(sample) for new in within(f)]
        verdicts = judge([message for _, message in cases])
        taken = {what for (what, _), verdict in zip(cases, verdicts) if verdict == "ok"}
        refused = sorted({what for what, _ in cases} - taken)
        if refused:
            raise Mismatch("refused: %s" % "; ".join(refused))

    def ignored_is_ignored(self, sample):
        cases = [(f.name, replaced(sample.data, f, b"\xff"))
                 for f in self.decoded(sample) if f.span == "flags"]
        expect(cases, "ok")

    def other_types_are_unknown(self):
        known = {kind for kind, _, _ in self.document.messages.values()}
        cases = [("type %d" % k, bytes([k, 1])) for k in range(256) if k not in known]
        expect(cases, "unknown")


def main():
    check = Check()
    steps = [(check.constants_agree, ()), (check.every_message_has_a_sample, ()),
             (check.other_types_are_unknown, ())]
    for sample in check.samples:
        steps += [(f, (sample,)) for f in (check.sample_decodes, check.other_lengths_are_bad,
                                           check.ranges_end, check.ignored_is_ignored)]
    steps += [(check.ends_are_taken, (name,)) for name in check.document.messages]
    print("1..%d" % len(steps))
    failed = 0
    for n, (step, of) in enumerate(steps, 1):
        what = step.__name__.replace("_", " ") + "".join(": " + getattr(o, "name", o) for o in of)
        try:
            step(*of)
            print("ok %d - %s" % (n, what))
        except (Mismatch, KeyError, StopIteration, UnicodeDecodeError) as e:
            failed += 1
            print("not ok %d - %s\n# %s: %s" % (n, what, type(e).__name__, e))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
