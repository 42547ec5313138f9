#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the first corpus of fuzz_legacy into the directory given."""

import os
import sys

THUMBNAIL = bytes.fromhex("ffd8ffdb0000ffd9")
HEAD = (b"\xff\xd8" + b"\xff\xe1" + (2 + 4 + len(THUMBNAIL)).to_bytes(2, "big") + b"Exif" + THUMBNAIL
        + b"\xff\xda\x00\x03\x01")
DATA = b"\x11\xff\x00\x22\xff\xd0\x33\xff\xff\xd7\x44" * 6
PICTURE = HEAD + DATA + b"\xff\xd9"


def pieces(picture, n):
    return [picture[i:i + n] for i in range(0, len(picture), n)]


STORIES = {
    "whole": [PICTURE],
    "behind": [PICTURE + b"CONNECT"],
    "pieces": pieces(PICTURE, 25) + pieces(PICTURE, 10),
    "bytes": pieces(PICTURE, 3),
    "lost-first": pieces(PICTURE, 40)[1:] + [PICTURE],
    "lost-last": pieces(PICTURE, 40)[:-1] + [PICTURE],
    "twice": [p for p in pieces(PICTURE, 30) for _ in "ab"],
    "turned": pieces(PICTURE, 30)[::-1] + [PICTURE],
    "silence": pieces(PICTURE, 40)[:1] + [None] + pieces(PICTURE, 40),
    "segment": [b"\xff\xd8\xff\xe1\x04\x00" + b"\0" * 200, PICTURE],
    "large": [HEAD + b"\0" * 2500, b"\0" * 2500, PICTURE],
    "markers": [b"\xff\xd8\xff" + bytes([m, 0, 2, 0xff, 0xd9]) for m in (0, 1, 0xd0, 0xd8, 0xda)],
    "foreign": [b"", b"\xff", b"\xff\xd8", b"CONNECT"],
}


def main():
    for name, story in STORIES.items():
        with open(os.path.join(sys.argv[1], name), "wb") as f:
            for dgram in story:
                f.write(b"\xff\xff" if dgram is None else len(dgram).to_bytes(2, "big") + dgram)


if __name__ == "__main__":
    main()
