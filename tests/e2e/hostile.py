#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Foreign datagrams: no crash, no answer larger than the question, no harm to live clients."""
import random
import socket

from lib import SANITIZED, check, main, newest, rss_kb, threads, wait_for, wait_stats


def hello(rng, cookie=b""):
    """A DTLS 1.2 ClientHello without extensions, as far as a first flight needs it."""
    body = b"\xfe\xfd" + rng.randbytes(32) + b"\x00" + bytes([len(cookie)]) + cookie
    body += b"\x00\x02\xc0\x2b" + b"\x01\x00"
    handshake = b"\x01" + len(body).to_bytes(3, "big") + b"\x00\x00" + b"\x00\x00\x00" + \
        len(body).to_bytes(3, "big") + body
    return b"\x16\xfe\xff" + b"\x00" * 8 + len(handshake).to_bytes(2, "big") + handshake


def rubbish(rng):
    """A datagram of one of the kinds that get past the first byte, or not."""
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 1500))
    if kind == 1:
        return bytes([rng.randrange(20, 26)]) + rng.randbytes(rng.randrange(0, 1400))
    if kind == 2:
        return hello(rng)[:rng.randrange(1, 80)]
    if kind == 3:
        return hello(rng, rng.randbytes(32))
    if kind == 4:
        return b"\x17\xfe\xfd\x00\x01" + rng.randbytes(60)
    return b"CONNECT"[:rng.randrange(1, 8)] + rng.randbytes(rng.randrange(0, 2))


def answers(s):
    s.settimeout(0.05)
    got = []
    try:
        while True:
            got.append(s.recv(65536))
    except (socket.timeout, ConnectionError):
        return got


def no_answer_larger_than_its_question(w):
    w.server("pattern:160x120")
    rng = random.Random(1)
    for _ in range(60):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        question = rubbish(rng)
        s.sendto(question, ("127.0.0.1", w.port))
        got = sum(len(a) for a in answers(s))
        check(got <= len(question), f"{got} bytes for {len(question)}: {question.hex()}")
        s.close()


def hello_is_answered_by_a_cookie_only(w):
    server = w.server("pattern:160x120")
    before = threads(server.pid)
    rng = random.Random(2)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(10)
    question = hello(rng)
    s.sendto(question, ("127.0.0.1", w.port))
    answer = s.recv(65536)
    check(len(answer) <= len(question) and answer[13] == 3, answer.hex())  # HelloVerifyRequest
    check(threads(server.pid) == before, "a thread was started before the cookie came back")
    s.close()


def flood_costs_live_clients_nothing(w):
    server = w.server("pattern:160x120@25", "--legacy=10.0.0.0/8")
    p = w.client(w.url("pattern"))
    wait_stats(p, "live", lambda o: o["state"] == "live" and o["frames"] > 20)
    at_rest = threads(server.pid)
    memory = rss_kb(server.pid)
    rng = random.Random(3)
    senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
    datagrams = [rubbish(rng) for _ in range(500)]
    for i in range(20000):
        try:
            senders[i % 20].sendto(datagrams[i % 500], ("127.0.0.1", w.port))
        except ConnectionError:
            pass
    frames = newest(p)["frames"]
    o = wait_stats(p, "frames after the flood", lambda o: o["frames"] > frames + 30)
    check(o["reconnects"] == 0, str(o))
    check(o["frames_incomplete"] == 0, str(o))
    wait_for("threads to end", lambda: threads(server.pid) <= at_rest)
    if not SANITIZED:  # they keep freed memory for a while
        check(rss_kb(server.pid) < memory + 4096, f"{rss_kb(server.pid)} kB, before {memory} kB")
    check(server.stop() == 0, server.log())
    line = server.wait_line(r"datagrams dropped so far: .*foreign")
    check("legacy refused" in server.log() or "bad hello" in server.log(), line)
    for s in senders:
        s.close()


main([no_answer_larger_than_its_question, hello_is_answered_by_a_cookie_only,
      flood_costs_live_clients_nothing])
