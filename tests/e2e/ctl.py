#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--ctl: every command, wrong ones, and clients of the socket that mean no good."""
import array
import contextlib
import glob
import json
import os
import shutil
import socket
import struct
import subprocess
import time

from lib import (CAMWALL, ONE_FILE, PATIENCE, SANITIZED, check, fds, files, main, threads,
                 wait_for, wait_stats)

NOBODY = 65534
COMMANDS = ["status", "record on|off [STREAM]", "snapshot [STREAM]", "add [NAME=]URL",
            "remove STREAM", "detach", "quit"]


def camwall(w, *args, user=None):
    return subprocess.run([CAMWALL, "--state-dir", w.path("st"), *args], env=w.env, user=user,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 2)


def ctl(w, *words, code=0):
    out = camwall(w, "-n", "w", "--ctl", *words)
    check(out.returncode == code, f"{words}: exit {out.returncode}: {out.stdout} {out.stderr}")
    return json.loads(out.stdout)


def wall(w, *args, record=None):
    return w.client(*args, "-n", "w", state=w.path("st"), record=record)


def live(w, n):
    def ready():
        s = ctl(w, "status")
        return s if len([x for x in s["streams"] if x["state"] == "live" and x["frames"] > 5]) == n \
            else None
    return wait_for(f"{n} live streams", ready)


def names_of(w):
    return [s["stream"] for s in ctl(w, "status")["streams"]]


def every_command(w):
    w.server("front=pattern:320x240", "yard=pattern:160x120")
    p = wall(w, *ONE_FILE, "-d", w.path("rec"), w.url("front"), w.url("yard"))
    w.wait_socket()
    s = live(w, 2)
    check(s["wall"] == "w" and s["pid"] == p.pid and not s["attached"] and s["foreground"], str(s))
    check([x["width"] for x in s["streams"]] == [320, 160], str(s))

    check(ctl(w, "record", "on", "yard") == {"recording": True, "streams": ["yard"]}, "record")
    wait_stats(p, "a recording", lambda o: o["recorded_frames"] > 5, "yard")
    check([x["recording"] for x in ctl(w, "status")["streams"]] == [False, True], "recording")
    ctl(w, "record", "on")
    wait_stats(p, "a recording", lambda o: o["recorded_frames"] > 5, "front")
    check(ctl(w, "record", "off")["streams"] == ["front", "yard"], "record off")
    wait_for("two files", lambda: len(files(w.path("rec"))) == 2)

    (shot,) = ctl(w, "snapshot", "front")["snapshots"]
    check(shot["stream"] == "front" and shot["width"] == 320 and os.path.isabs(shot["file"]),
          str(shot))
    with open(shot["file"], "rb") as f:
        jpeg = f.read()
    check(jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9"), "not a JPEG")
    check(len(ctl(w, "snapshot")["snapshots"]) == 2, "snapshot of all")
    check(len(glob.glob(w.path("rec", "*", "snapshot_*.jpg"))) == 3, "three snapshots")

    added = ctl(w, "add", f"third={w.url('front')}")
    check(added["stream"] == "third", str(added))
    live(w, 3)
    check(ctl(w, "add", w.url("front"))["stream"] == "front-2", "a numbered name")
    check(ctl(w, "remove", "front") == {"removed": "front"}, "remove")
    check(names_of(w) == ["yard", "third", "front-2"], str(names_of(w)))
    check(ctl(w, "detach") == {"detached": False}, "detach")
    check(ctl(w, "quit") == {"ended": True, "status": 0}, "quit")
    check(p.wait() == 0, p.log())


def wrong_commands(w):
    w.server("front=pattern:160x120")
    p = wall(w, w.url("front"))
    w.wait_socket()
    live(w, 1)
    for words in (["fly"], ["stat"], ["statuss"]):
        check(ctl(w, *words, code=2)["commands"] == COMMANDS, str(words))
    for words in (["record"], ["record", "maybe"], ["record", "on", "front", "x"], ["status", "x"],
                  ["add"], ["remove"], ["quit", "now"], ["record", "o"], ["record", ""]):
        answer = ctl(w, *words, code=2)
        check(answer["commands"] == [c for c in COMMANDS if c.split()[0] == words[0]], str(answer))
    for words in (["record", "on", "nix"], ["snapshot", "nix"], ["remove", "nix"]):
        answer = ctl(w, *words, code=1)
        check(answer["streams"] == ["front"] and "nix" in answer["error"], str(answer))
    check("name" in ctl(w, "add", f"front={w.url('front')}", code=1)["error"], "a name twice")
    check(ctl(w, "add", "http://", code=1)["error"], "a bad URL")
    for args, code, word in ((["--ctl"], 2, "expected a command"),
                             (["-n", "w", "--ctl", "x" * 3000], 2, "too many"),
                             (["-n", "w", "--ctl", "a\nb"], 2, "a\nb"),
                             (["--ctl", "status"], 1, "these do: w"),
                             (["--attach", "a", "b"], 2, "at most one NAME")):
        out = camwall(w, *args)
        check(out.returncode == code and word in out.stderr.decode(), f"{args}: {out}")
    check(p.stop() == 0, p.log())
    out = camwall(w, "-n", "w", "--ctl", "status")
    check(out.returncode == 1 and b"nor any other" in out.stderr, str(out))


def names_are_taken_and_given_back(w):
    w.server("front=pattern:160x120")
    p = wall(w, w.url("front"))
    w.wait_socket()
    second = wall(w, w.url("front"))
    check(second.wait() == 1 and "runs already under the name w" in second.log(), second.log())
    p.process.kill()
    p.wait()
    check(os.path.exists(w.socket), "the socket of the killed wall is gone, which tests nothing")
    third = wall(w, w.url("front"))
    wait_for("the name", lambda: camwall(w, "-n", "w", "--ctl", "status").returncode == 0)
    check(ctl(w, "status")["pid"] == third.pid, "the wrong wall")
    check(third.stop() == 0, third.log())
    check(os.listdir(w.path("st", "run")) == [], str(os.listdir(w.path("st", "run"))))


def deep_state_directory(w):
    """A path longer than a socket's address."""
    w.server("front=pattern:160x120")
    deep = w.path(*["a" * 100] * 4)
    w.client(w.url("front"), "-n", "門" * 20, state=deep)
    wait_for("an answer", lambda: subprocess.run(
        [CAMWALL, "--state-dir", deep, "-n", "門" * 20, "--ctl", "status"], env=w.env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE,
        check=False).returncode == 0)
    check(os.stat(os.path.join(deep, "run")).st_mode & 0o777 == 0o700, "the mode of run")


def another_user(w):
    """Can reach neither the socket nor, when somebody opens its file's door, the wall behind it."""
    if os.geteuid() != 0:
        return "needs root"
    w.server("front=pattern:160x120")
    p = wall(w, w.url("front"))
    w.wait_socket()
    live(w, 1)
    check(os.stat(w.socket).st_mode & 0o777 == 0o600, "the socket's mode")
    check(os.stat(w.path("st", "run")).st_mode & 0o777 == 0o700, "its directory's mode")
    os.chmod(w.dir, 0o711)
    if not shutil.which("setpriv") or subprocess.run(
            [CAMWALL, "--version"], user=NOBODY, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return "the program's directory is closed to others"
    out = camwall(w, "-n", "w", "--ctl", "status", user=NOBODY)
    check(out.returncode == 1 and not out.stdout, str(out))
    for path, mode in (("st", 0o777), ("st/run", 0o777)):
        os.chmod(w.path(path), mode)
    os.chmod(w.socket, 0o666)
    os.chmod(w.path("st/run/w.lock"), 0o666)
    out = camwall(w, "-n", "w", "--ctl", "quit", user=NOBODY)
    check(out.returncode == 1 and b"no answer from the wall" in out.stderr, str(out))
    p.wait_line(r"somebody else's process \(user 65534\) tried to control this wall")
    check(ctl(w, "status")["streams"][0]["state"] == "live", "the wall was harmed")


def message(kind, body=b"", version=1, length=None):
    return struct.pack(">IBBH", len(body) if length is None else length, version, kind, 0) + body


ATTACH = bytes([5]) + b"xterm" + bytes([5]) + b"UTF-8" + bytes([0, 0, 0, 80, 0, 24])


def connect(w):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    here = os.open(os.path.dirname(w.socket), os.O_RDONLY)
    try:
        s.connect(f"/proc/self/fd/{here}/{os.path.basename(w.socket)}")
    finally:
        os.close(here)
    s.settimeout(PATIENCE)
    return s


def send_fds(s, data, *descriptors):
    s.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))])


def is_closed(s):
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while s.recv(65536):
            pass
    return True


def hostile_clients(w):
    """Half-open, slow, lying and greedy ones: they are closed, nobody waits, nothing is left."""
    w.server("front=pattern:160x120@25")
    p = wall(w, w.url("front"))
    w.wait_socket()
    live(w, 1)
    ctl(w, "status")
    before = fds(p.pid), threads(p.pid)
    read_end, write_end = os.pipe()
    nonsense = [os.urandom(4096), message(1, length=1 << 31), message(99), message(1, b"\xff"),
                message(1, b"\x01\xff\xff"), message(4), message(6, b"\x00"), message(65, b"{}"),
                message(2, ATTACH), message(2, ATTACH[:-1]), message(2), message(3)]
    for data in nonsense:
        s = connect(w)
        s.sendall(data)
        check(is_closed(s), f"{data[:20]} was not answered with the door")
        s.close()
    for data in message(2, ATTACH), message(1, b"\x00"), b"\x00":
        s = connect(w)
        send_fds(s, data, read_end, write_end)
        is_closed(s)
        s.close()
    s = connect(w)  # descriptors with every byte of a message that is never whole
    s.sendall(message(1, length=4000))
    with contextlib.suppress(BrokenPipeError):
        for _ in range(100):
            send_fds(s, b"\x01", *[read_end] * 50)
    check(fds(p.pid) <= before[0] + 8, f"{fds(p.pid)} descriptors, before {before[0]}")
    s.close()
    idle = [connect(w) for _ in range(60)]
    for s in idle[::2]:
        with contextlib.suppress(OSError):  # the oldest have made room already
            s.sendall(b"\x00\x00")
    began = time.monotonic()
    ctl(w, "status")
    if not SANITIZED:
        check(time.monotonic() - began < 1, f"an answer took {time.monotonic() - began:.2f} s")
    slow = connect(w)  # takes its time between any two bytes
    with contextlib.suppress(OSError):
        for byte in message(1, b"\x01\x00\x06status"):
            slow.sendall(bytes([byte]))
            time.sleep(0.2)
    deaf = [connect(w) for _ in range(8)]  # ask and do not listen
    for s in deaf:
        s.sendall(message(1, b"\x01\x00\x06status"))
    stranger = connect(w)
    stranger.sendall(message(1, b"\x01\x00\x06status", version=2))
    answer = stranger.recv(100)
    check(answer[4:6] == b"\x01\x45", f"another version is told {answer}")
    for s in [*idle, slow, *deaf, stranger]:
        is_closed(s)
        s.close()
    os.close(read_end)
    os.close(write_end)
    wait_for("nothing to be left over", lambda: (fds(p.pid), threads(p.pid)) == before)
    frames = ctl(w, "status")["streams"][0]["frames"]
    wait_stats(p, "frames to come", lambda o: o["frames"] > frames + 10)
    check(p.stop() == 0, p.log())


def ask_ms(w):
    """How long the wall itself takes to answer."""
    began = time.monotonic()
    s = connect(w)
    s.sendall(message(1, b"\x01\x00\x06status"))
    is_closed(s)
    s.close()
    return (time.monotonic() - began) * 1000


def run_ms(w, *args):
    began = time.monotonic()
    check(camwall(w, *args).returncode == 0, str(args))
    return (time.monotonic() - began) * 1000


def status_is_quick(w):
    """Sixteen streams, live and recording: the program is done 50 ms after it was loaded."""
    w.server(*[f"c{i}=pattern:160x120@25" for i in range(4)])
    wall(w, *[f"s{i}={w.url(f'c{i % 4}')}" for i in range(16)], record=w.path("rec"))
    w.wait_socket()
    streams = live(w, 16)["streams"]
    check(all(x["recording"] for x in streams), str(streams))
    asked = min(ask_ms(w) for _ in range(10))
    loaded = min(run_ms(w, "--version") for _ in range(10))
    whole = min(run_ms(w, "-n", "w", "--ctl", "status") for _ in range(10))
    print(f"# the wall answers in {asked:.1f} ms; camwall --ctl status takes {whole:.0f} ms, "
          f"--version {loaded:.0f} ms", flush=True)
    check(asked <= 50, f"{asked} ms")
    if not SANITIZED:
        check(whole - loaded <= 50, f"{whole} ms")
    check(ctl(w, "quit")["status"] == 0, "quit")


def with_socket(test):
    def run(w):
        w.socket = w.path("st", "run", "w.sock")
        w.wait_socket = lambda: wait_for("the socket", lambda: os.path.exists(w.socket))
        return test(w)
    run.__name__ = test.__name__
    return run


main([with_socket(test) for test in (
    every_command, wrong_commands, names_are_taken_and_given_back, deep_state_directory,
    another_user, hostile_clients, status_is_quick)])
