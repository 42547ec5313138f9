#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The relay does to datagrams what it is told to. TAP out."""
import os
import select
import signal
import socket
import subprocess
import time

RELAY = os.path.join(os.environ.get("builddir", "."), "tests/tools/relay")
WAIT_S = 20


class Path:
    """A server's and a client's socket with a relay between them."""

    def __init__(self, *options):
        self.server = self.socket()
        host, port = self.server.getsockname()
        self.relay = subprocess.Popen(
            [RELAY, "--listen", "127.0.0.1:0", "--to", "%s:%d" % (host, port), "--seconds", "60",
             *options], stdout=subprocess.PIPE, text=True)
        line = self.relay.stdout.readline().split()
        assert line[0] == "listening", line
        host, port = line[1].rsplit(":", 1)
        self.client = self.socket()
        self.client.connect((host, int(port)))

    @staticmethod
    def socket():
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        return s

    def finish(self):
        """Ends the relay; its counters by name."""
        self.relay.send_signal(signal.SIGTERM)
        words = self.relay.communicate(timeout=WAIT_S)[0].split()
        self.client.close()
        self.server.close()
        assert self.relay.returncode == 0
        return dict(zip(words[::2], map(int, words[1::2])))


def receive(sock, wait_s=WAIT_S):
    """One datagram and where it came from, or None."""
    ready, _, _ = select.select([sock], [], [], wait_s)
    return sock.recvfrom(65536) if ready else None


def exchange(path, data=b"hello"):
    """There and back; the client's address as the server saw it."""
    path.client.send(data)
    got, peer = receive(path.server)
    assert got == data
    path.server.sendto(data[::-1], peer)
    assert receive(path.client)[0] == data[::-1]
    return peer


def wait_for(condition):
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def passes_both_ways():
    path = Path()
    first = exchange(path)
    assert exchange(path, os.urandom(60000)) == first
    counters = path.finish()
    assert counters["clients"] == 1 and counters["passed"] == 4 and counters["lost"] == 0, counters


def keeps_clients_apart():
    path = Path()
    other = Path.socket()
    other.connect(path.client.getpeername())
    first = exchange(path)
    other.send(b"other")
    data, second = receive(path.server)
    assert data == b"other" and second != first
    path.server.sendto(b"to other", second)
    assert receive(other)[0] == b"to other"
    other.close()
    assert path.finish()["clients"] == 2


def same_seed_same_loss():
    survivors = []
    for seed in ("7", "7", "8"):
        path = Path("--loss", "0.5,0", "--seed", seed)
        for n in range(200):
            path.client.send(bytes([n]))
        got = []
        while (d := receive(path.server, 0.5 if len(got) > 60 else WAIT_S)) is not None:
            got.append(d[0][0])
        counters = path.finish()
        assert counters["lost"] + counters["passed"] == 200 and counters["passed"] == len(got)
        assert 60 < len(got) < 140, len(got)
        survivors.append(got)
    assert survivors[0] == survivors[1] != survivors[2]


def delays():
    path = Path("--delay", "150,50")
    began = time.monotonic()
    exchange(path)
    assert time.monotonic() - began >= 0.2
    path.finish()


def duplicates_and_spoils():
    path = Path("--duplicate", "1,0", "--corrupt", "1,0")
    path.client.send(b"hello")
    got = sorted(receive(path.server)[0] for _ in range(2))
    assert b"hello" in got and got[0] != got[1] and len(got[0]) == len(got[1])
    counters = path.finish()
    assert counters["duplicated"] == 1 and counters["corrupted"] == 1


def changes_the_address():
    path = Path("--rebind-after", "100")

    def sender():
        path.client.send(b"?")
        return receive(path.server)[1]

    first = sender()
    wait_for(lambda: sender() != first)
    second = sender()
    path.relay.send_signal(signal.SIGUSR2)
    wait_for(lambda: sender() != second)
    third = exchange(path)
    assert third not in (first, second)
    assert path.finish()["rebinds"] == 2


def cuts_by_signal():
    path = Path()
    exchange(path)
    path.relay.send_signal(signal.SIGUSR1)

    def is_cut():
        path.client.send(b"?")
        return receive(path.server, 0.2) is None

    wait_for(is_cut)
    path.relay.send_signal(signal.SIGUSR1)
    wait_for(lambda: not is_cut())
    assert path.finish()["cut"] > 0


def lifts_the_limit_by_signal():
    path = Path("--rate", "80000")

    def through():
        for _ in range(20):
            path.client.send(bytes(1000))
        return sum(receive(path.server, 0.5) is not None for _ in range(20))

    assert through() <= 3
    path.relay.send_signal(signal.SIGHUP)
    wait_for(lambda: through() == 20)
    path.relay.send_signal(signal.SIGHUP)
    wait_for(lambda: through() <= 3)
    assert path.finish()["overflowed"] >= 34


def cuts_for_a_time():
    path = Path("--cut-after", "100", "--cut-for", "500")
    exchange(path)
    began = time.monotonic()
    heard = []
    while time.monotonic() - began < 1.5:
        path.client.send(b"?")
        while receive(path.server, 0.01):
            heard.append(time.monotonic() - began)
    gap = max(b - a for a, b in zip(heard, heard[1:]))
    assert gap >= 0.45, gap
    assert heard[-1] > 0.6
    assert path.finish()["cut"] > 0


def ends_by_itself():
    relay = subprocess.run([RELAY, "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9",
                            "--seconds", "0.2"], stdout=subprocess.PIPE, timeout=WAIT_S)
    assert relay.returncode == 0


def refuses_nonsense():
    base = ["--listen", "127.0.0.1:0", "--to", "127.0.0.1:9"]
    for bad in (["--loss", "1.5"], ["--loss", "-1"], ["--loss", "0.1x"], ["--delay", "nan"],
                ["--delay", "1,2,3"], ["--listen", "127.0.0.1:99999"], ["--no-such"], ["word"]):
        relay = subprocess.run([RELAY, *base, *bad], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, timeout=WAIT_S)
        assert relay.returncode == 2 and relay.stderr, bad
    assert subprocess.run([RELAY, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE,
                          timeout=WAIT_S).returncode == 2


TESTS = [passes_both_ways, keeps_clients_apart, same_seed_same_loss, delays,
         duplicates_and_spoils, changes_the_address, cuts_by_signal, cuts_for_a_time,
         lifts_the_limit_by_signal, ends_by_itself, refuses_nonsense]

print("1..%d" % len(TESTS))
for number, test in enumerate(TESTS, 1):
    try:
        test()
        print("ok %d - relay %s" % (number, test.__name__))
    except (AssertionError, OSError, TypeError, subprocess.TimeoutExpired) as e:
        print("not ok %d - relay %s: %r" % (number, test.__name__, e))
