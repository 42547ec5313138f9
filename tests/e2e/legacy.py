#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The legacy protocol in both directions, against peers that behave as the old programs do."""
import os
import shutil
import socket
import subprocess
import threading

from lib import CARDREAD, ONE_FILE, card_numbers, check, files, main, wait_for, wait_stats


class OldClient:
    """Says CONNECT once from a fresh port; takes each datagram for a whole picture."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.settimeout(60)
        self.socket.sendto(b"CONNECT", ("127.0.0.1", port))

    def pictures(self, n):
        return [self.socket.recv(65536) for _ in range(n)]

    def close(self):
        self.socket.close()


class OldServer(threading.Thread):
    """Takes the first datagram for a connection and sends pictures in headerless pieces."""

    def __init__(self, pictures, rate=25):
        super().__init__(daemon=True)
        self.pictures = pictures
        self.interval = 1 / rate
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.5)
        self.port = self.socket.getsockname()[1]
        self.over = threading.Event()
        self.connects = []
        self.silent = threading.Event()

    def run(self):
        clients, i = [], 0
        while not self.over.is_set():
            self.socket.settimeout(self.interval)
            try:
                data, peer = self.socket.recvfrom(2048)
                self.connects.append(data)
                clients = [peer]
            except (socket.timeout, ConnectionError):
                pass
            picture = self.pictures[i % len(self.pictures)]
            for peer in clients:
                if self.silent.is_set():
                    break
                for at in range(0, len(picture), 65000):
                    try:
                        self.socket.sendto(picture[at:at + 65000], peer)
                    except ConnectionError:
                        pass
            i += 1

    def close(self):
        self.over.set()
        self.join()
        self.socket.close()


def card_pictures(w, size, n, quality=85):
    """Pictures as camwalld makes them, asked for as an old client would."""
    server = w.server(f"pattern:{size}@25", "--legacy", "--quality", str(quality), name="maker")
    c = OldClient(w.port)
    pictures = c.pictures(n)
    c.close()
    server.stop()
    return pictures


def three_old_clients(w):
    server = w.server("pattern:640x480@25", "other=pattern:160x120", "--legacy")
    clients = [OldClient(w.port) for _ in range(3)]
    for c in clients:
        for picture in c.pictures(20):
            check(picture[:2] == b"\xff\xd8" and picture[-2:] == b"\xff\xd9",
                  "a datagram is not a whole picture")
            check(len(picture) <= 65000, f"{len(picture)} bytes")
    server.wait_line(r"client 127\.0\.0\.1:\d+ legacy connected to pattern, unencrypted", count=3)
    check(os.path.exists(CARDREAD), "cardread is not built")
    path = w.path("one.jpg")
    with open(path, "wb") as f:
        f.write(clients[0].pictures(1)[0])
    check(len(card_numbers(path)) == 1, "no test card in the picture")
    for c in clients:
        c.close()
    server.wait_line(r"legacy left pattern after \S+: unreachable; \d+ frames", count=3)


def large_pictures_are_made_to_fit(w):
    """A camera whose pictures pass 65 000 bytes at its quality still fits one datagram."""
    w.server("pattern:1920x1080@10", "--legacy", "--quality", "95")
    c = OldClient(w.port)
    for picture in c.pictures(5):
        check(picture[:2] == b"\xff\xd8" and picture[-2:] == b"\xff\xd9" and
              len(picture) <= 65000, f"{len(picture)} bytes")
    c.close()


def off_unless_asked(w):
    server = w.server("pattern:160x120")
    c = OldClient(w.port)
    server_stopped = server.stop()
    check(server_stopped == 0, server.log())
    c.socket.settimeout(0.2)
    try:
        data = c.socket.recv(65536)
    except (socket.timeout, ConnectionError):
        data = b""
    c.close()
    check(data == b"", f"{len(data)} bytes were answered to CONNECT")


def other_networks_are_refused(w):
    server = w.server("pattern:160x120", "--legacy=10.0.0.0/8")
    c = OldClient(w.port)
    server.wait_line(r"client 127\.0\.0\.1:\d+ refused: its address is not in the networks")
    c.close()


def console_on_an_old_server(w):
    small = card_pictures(w, "640x480", 12)
    old = OldServer(small)
    old.start()
    p = w.client(f"old=legacy://127.0.0.1:{old.port}", *ONE_FILE, record=w.path("rec"))
    o = wait_stats(p, "30 frames", lambda o: o["recorded_frames"] >= 30)
    check(o["width"] == 640 and o["height"] == 480, str(o))
    check(old.connects[0] == b"CONNECT", str(old.connects))
    check(p.stop() == 0, p.log())
    old.close()
    (path,) = files(w.path("rec", "old"))
    check(len(card_numbers(path)) >= 30, "frames are missing in the file")


def pictures_in_several_datagrams(w):
    """An old server's picture over 65 000 bytes comes in pieces; a torn one is left out."""
    if not shutil.which("ffmpeg"):
        return "ffmpeg is not installed"
    from_disk = big_pictures(w)
    check(min(len(p) for p in from_disk) > 65000, str([len(p) for p in from_disk]))
    old = OldServer(from_disk, rate=10)
    old.start()
    p = w.client(f"old=legacy://127.0.0.1:{old.port}", *ONE_FILE, record=w.path("rec"))
    wait_stats(p, "10 frames", lambda o: o["recorded_frames"] >= 10)
    check(p.stop() == 0, p.log())
    old.close()
    (path,) = files(w.path("rec", "old"))
    check(len(card_numbers(path)) >= 10, "frames are missing in the file")
    return None


def big_pictures(w):
    """Snapshots of a large test card, taken from a recording bit for bit."""
    w.server("pattern:1920x1080@10", "--quality", "95", name="maker")
    p = w.client(w.url("pattern"), *ONE_FILE, record=w.path("big"))
    wait_stats(p, "5 frames", lambda o: o["recorded_frames"] >= 5)
    check(p.stop() == 0, p.log())
    (path,) = files(w.path("big"))
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-c:v", "copy",
                    w.path("big", "%03d.jpg")], check=True, stdin=subprocess.DEVNULL, timeout=60)
    pictures = []
    for name in files(w.path("big"), ".jpg"):
        with open(name, "rb") as f:
            pictures.append(f.read())
    return pictures


def connect_is_said_again_after_silence(w):
    old = OldServer(card_pictures(w, "160x120", 5))
    old.start()
    p = w.client(f"old=legacy://127.0.0.1:{old.port}")
    wait_stats(p, "live", lambda o: o["state"] == "live")
    old.silent.set()
    wait_for("CONNECT again", lambda: len(old.connects) >= 2)
    old.silent.clear()
    wait_stats(p, "live again", lambda o: o["state"] == "live")
    check(all(c == b"CONNECT" for c in old.connects), str(old.connects))
    old.close()


main([three_old_clients, large_pictures_are_made_to_fit, off_unless_asked,
      other_networks_are_refused, console_on_an_old_server, pictures_in_several_datagrams,
      connect_is_said_again_after_silence])
