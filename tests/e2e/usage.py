#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bad input gets a sentence that says what would be right, and an exit status."""
import os
import re
import socket
import subprocess

from lib import CAMWALL, CAMWALLD, check, main

SOURCE = os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))


def run(w, argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=w.env,
                          stdin=subprocess.DEVNULL, timeout=60)


def expect(w, argv, status, *words):
    out = run(w, argv)
    said = out.stderr.decode(errors="replace")
    check(out.returncode == status, f"{argv[1:]}: exit {out.returncode}, not {status}: {said}")
    for word in words:
        check(word in said, f"{argv[1:]}: {word!r} is not in: {said}")


def server_usage(w):
    for args, words in (
            (["--nosuch"], ["nosuch", "--help"]),
            (["--quality", "0"], ["quality", "'0'", "1", "100"]),
            (["--quality", "101"], ["quality", "'101'"]),
            (["--size", "640"], ["size", "'640'"]),
            (["--rate", "fast"], ["rate", "'fast'"]),
            (["--log-format", "xml"], ["log-format", "'xml'", "text", "json"]),
            (["--legacy=1.2.3.4/99"], ["legacy", "1.2.3.4/99"]),
            (["--mtu", "100"], ["mtu", "'100'", "512"]),
            (["foo"], ["foo", "pattern"]),
            (["A=pattern"], ["A=pattern"]),
            (["pattern:0x0"], ["pattern:0x0"]),
            (["x=pattern", "x=pattern"], ["'x'", "twice"]),
            (["--config", "/nonexistent.conf"], ["/nonexistent.conf"])):
        expect(w, [CAMWALLD, "--state-dir", w.path("s")] + args, 2, *words)


def console_usage(w):
    for args, words in (
            (["--nosuch"], ["nosuch", "--help"]),
            (["--segment", "0"], ["segment", "'0'"]),
            (["--segment", "25h"], ["segment", "'25h'"]),
            (["--codec", "vp9"], ["codec", "'vp9'", "copy", "h264", "mpeg4"]),
            (["--trust", "all"], ["trust", "'all'", "first"]),
            (["ftp://x/y"], ["ftp://x/y"]),
            (["camwall://"], ["camwall://"]),
            (["host:99999/cam"], ["99999"]),
            (["x=h/a", "x=h/b"], ["x"])):
        expect(w, [CAMWALL, "--headless", "--state-dir", w.path("s")] + args, 2, *words)


def port_in_use(w):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{s.getsockname()[1]}"
    expect(w, [CAMWALLD, "--state-dir", w.path("s"), "--listen", address], 1, address)
    s.close()


def unusable_files(w):
    key = w.path("bad", "server.key")
    os.makedirs(w.path("bad"))
    with open(key, "w", encoding="ascii") as f:
        f.write("not a key\n")
    os.chmod(key, 0o600)
    expect(w, [CAMWALLD, "--state-dir", w.path("bad"), "--listen", "127.0.0.1:0"], 1, key)
    with open(w.path("file"), "w", encoding="ascii"):
        pass
    expect(w, [CAMWALL, "--headless", "--record", "-d", w.path("file", "sub"), "--state-dir",
               w.path("s"), "127.0.0.1:1/x"], 1, w.path("file"))
    expect(w, [CAMWALLD, "--state-dir", w.path("s"), "--log", w.path("file", "log")], 1,
           w.path("file", "log"))


def configuration_errors_name_file_and_line(w):
    path = w.path("camwalld.conf")
    for text, words in (("quality = 85\nnosuch = 1\n", [f"{path}:2", "nosuch"]),
                        ("[camera A]\nsource = pattern\n", [f"{path}:"]),
                        ("[camera a]\ncolour = red\n", [f"{path}:2", "colour", "source"]),
                        ("[camera a]\nrate = 10\n", ["[camera a]", "source"]),
                        ("quality = many\n", [f"{path}:1", "'many'"])):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        expect(w, [CAMWALLD, "--check-config", "-c", path], 2, *words)
    with open(path, "w", encoding="utf-8") as f:
        f.write("quality = 70\n[camera front]\nsource = pattern\nsize = 320x240\nrate = 5\n")
    out = run(w, [CAMWALLD, "-C", "-c", path])
    check(out.returncode == 0, out.stderr.decode())


def examples_of_the_manual_are_right(w):
    with open(os.path.join(SOURCE, "doc/camwall.conf.5"), encoding="utf-8") as f:
        examples = re.findall(r"\.nf\n(.*?)\.fi\n", f.read(), re.S)
    check(len(examples) == 2, f"{len(examples)} examples")
    for program, text in zip((CAMWALL, CAMWALLD), examples):
        path = w.path("example.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        out = run(w, [program, "-C", "-c", path])
        check(out.returncode == 0, out.stderr.decode())


def examples_are_right(w):
    for program, name in ((CAMWALL, "camwall.conf"), (CAMWALLD, "camwalld.conf")):
        out = run(w, [program, "-C", "-c", os.path.join(SOURCE, "examples", name)])
        check(out.returncode == 0, f"{name}: {out.stderr.decode()}")


def list_of_nobody(w):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{s.getsockname()[1]}"
    s.close()
    expect(w, [CAMWALL, "--list", address, "--state-dir", w.path("s"), "--trust", "first"], 1,
           address)


def help_and_version(w):
    for program in (CAMWALL, CAMWALLD):
        for option in ("--help", "--version", "-h", "-V"):
            out = run(w, [program, option])
            check(out.returncode == 0 and out.stdout and not out.stderr,
                  f"{program} {option}: {out}")


main([server_usage, console_usage, port_in_use, unusable_files,
      configuration_errors_name_file_and_line, examples_of_the_manual_are_right, examples_are_right,
      list_of_nobody, help_and_version], quick=True)
