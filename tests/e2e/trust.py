#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who is let in, who is believed: keys, lists, and changes of both."""
import os
import re
import subprocess

from lib import CAMWALL, CAMWALLD, check, main, wait_for, wait_stats


def run(argv, env):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                          stdin=subprocess.DEVNULL, timeout=60)


def identity(w, state):
    out = run([CAMWALL, "--identity", "--state-dir", state], w.env)
    check(out.returncode == 0, out.stderr.decode())
    line = out.stdout.decode()
    check(re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43} \S+@\S+\n", line), f"identity: {line!r}")
    return line


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(path + ".new", path)


def refused_until_authorized(w):
    """The line that the server logs is the one that lets the client in, at once."""
    server = w.server("pattern:160x120", open_to_all=False)
    state = w.path("console")
    line = identity(w, state)
    p = w.client(w.url("pattern"), state=state)
    wait_stats(p, "refused", lambda o: o["state"] == "refused")
    logged = server.wait_line(r"refused: not authorized; to admit it add to authorized_clients: ")
    check(line.split()[0] in logged, f"{logged} does not name {line}")
    write(w.path("server", "authorized_clients"), "# people\n" + line)
    server.wait_line(r"authorized clients was read again")
    q = w.client(w.url("pattern"), state=state)
    wait_stats(q, "live", lambda o: o["state"] == "live")
    server.wait_line(r"client \S+ \S+@\S+ SHA256:\S+ connected to pattern")


def taken_off_the_list_goes_at_once(w):
    state = w.path("console")
    path = w.path("server", "authorized_clients")
    write(path, identity(w, state))
    server = w.server("pattern:160x120", open_to_all=False)
    p = w.client(w.url("pattern"), state=state)
    wait_stats(p, "live", lambda o: o["state"] == "live")
    write(path, "# nobody\n")
    server.wait_line(r"left pattern after \S+: kicked")


def cameras_of_a_client(w):
    state = w.path("console")
    write(w.path("server", "authorized_clients"),
          identity(w, state).split()[0] + " visitor cameras=front\n")
    w.server("front=pattern:160x120", "yard=pattern:160x120", open_to_all=False)
    out = run([CAMWALL, "--list", w.url(), "--state-dir", state, "--trust", "first"], w.env)
    check(out.returncode == 0, out.stderr.decode())
    lines = out.stdout.decode().splitlines()
    check(len(lines) == 1 and lines[0].startswith("front\t160x120\t25"), f"list: {lines}")
    p = w.client(w.url("yard"), state=state)
    wait_stats(p, "an answer", lambda o: o["state"] in ("refused", "lost"))


def unknown_server_is_refused_when_known_is_asked_for(w):
    w.server("pattern:160x120")
    p = w.client(w.url("pattern"), trust="known")
    wait_stats(p, "refused", lambda o: o["state"] == "refused")


def changed_key_is_refused_loudly(w):
    server = w.server("pattern:160x120")
    state = w.path("console")
    p = w.client(w.url("pattern"), state=state)
    wait_stats(p, "live", lambda o: o["state"] == "live")
    check(p.stop() == 0, p.log())
    check(server.stop() == 0, "exit status")
    os.remove(w.path("server", "server.key"))
    w.server("pattern:160x120", listen=f"127.0.0.1:{w.port}")
    p = w.client(w.url("pattern"), state=state)
    wait_stats(p, "refused", lambda o: o["state"] == "refused")
    said = p.wait_line(r"known_servers")
    check(re.search(r"known_servers:1\b|known_servers.*line 1\b", said), said)
    out = run([CAMWALL, "--list", w.url(), "--state-dir", state, "--trust", "first"], w.env)
    check(out.returncode == 1, f"--list with a changed key: {out.returncode} {out.stdout}")


def fingerprints_agree(w):
    w.server("pattern:160x120")
    out = run([CAMWALLD, "--fingerprint", "--state-dir", w.path("server")], w.env)
    check(out.returncode == 0, out.stderr.decode())
    fingerprint = out.stdout.decode().strip()
    state = w.path("console")
    p = w.client(w.url("pattern"), state=state)
    wait_stats(p, "live", lambda o: o["state"] == "live")
    with open(os.path.join(state, "known_servers"), encoding="utf-8") as f:
        known = f.read()
    check(fingerprint in known, f"{fingerprint} is not in {known}")


def keys_are_private(w):
    w.server("pattern:160x120").stop()
    key = w.path("server", "server.key")
    check(os.stat(key).st_mode & 0o777 == 0o600, oct(os.stat(key).st_mode))
    os.chmod(key, 0o644)
    out = run([CAMWALLD, "--state-dir", w.path("server"), "--listen", "127.0.0.1:0"], w.env)
    check(out.returncode == 1 and key.encode() in out.stderr, out.stderr.decode())


main([refused_until_authorized, taken_off_the_list_goes_at_once, cameras_of_a_client,
      unknown_server_is_refused_when_known_is_asked_for, changed_key_is_refused_loudly,
      fingerprints_agree, keys_are_private], quick=True)
