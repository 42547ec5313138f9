# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: real programs on loopback, a directory each, TAP out.

A test waits for a condition with a deadline; it never sleeps a guess. Only processes that a test
started are ended, by their id.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = os.environ.get("builddir", ".")
CAMWALL = os.path.join(BUILD, "camwall")
CAMWALLD = os.path.join(BUILD, "camwalld")
RELAY = os.path.join(BUILD, "tests/tools/relay")
CARDREAD = os.path.join(BUILD, "tests/tools/cardread")

def sanitized():
    with open(os.path.join(BUILD, "Makefile"), encoding="utf-8") as f:
        return "-fsanitize=" in f.read()


SANITIZED = sanitized()
ONE_FILE = ("--segment", "24h")  # cut at midnight only, not when the hour strikes
PATIENCE = 60.0  # seconds; a loaded machine under a sanitizer is slow, never endless


class Failed(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failed(text)


def wait_for(what, condition, seconds=PATIENCE, step=0.02):
    """Returns condition()'s first true value, looked at every step seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"waited {seconds:.0f} s for {what}")
        time.sleep(step)


class Program:
    """A started program; its standard error is kept in a file."""

    def __init__(self, argv, directory, name, env=None):
        self.name = name
        self.path = os.path.join(directory, f"{name}.err")
        self.err = open(self.path, "wb")
        self.out_path = os.path.join(directory, f"{name}.out")
        self.out = open(self.out_path, "wb")
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.out,
                                        stderr=self.err, env=env)

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        with open(self.path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def lines(self, pattern):
        return [line for line in self.log().splitlines() if re.search(pattern, line)]

    def wait_line(self, pattern, seconds=PATIENCE, count=1):
        def found():
            lines = self.lines(pattern)
            if len(lines) >= count:
                return lines
            if self.process.poll() is not None:
                time.sleep(0.1)
                lines = self.lines(pattern)
                if len(lines) >= count:
                    return lines
                raise Failed(f"{self.name} ended with {self.process.returncode} before a line "
                             f"like /{pattern}/:\n{self.log()}")
            return None
        return wait_for(f"a line like /{pattern}/ of {self.name}:\n{self.log()[-2000:]}", found,
                        seconds)[0]

    def stop(self, how=signal.SIGTERM, seconds=PATIENCE):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.wait(seconds)

    def wait(self, seconds=PATIENCE):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} did not end within {seconds} s:\n{self.log()[-2000:]}")


class World:
    """A directory, a server, consoles; everything ends with the test."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="camwall-e2e-")
        self.programs = []
        self.env = dict(os.environ, XDG_STATE_HOME=os.path.join(self.dir, "state"), TZ="UTC")
        self.port = None

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def start(self, argv, name, env=None):
        p = Program(argv, self.dir, f"{name}-{len(self.programs)}", env or self.env)
        self.programs.append(p)
        return p

    def server(self, *args, listen="127.0.0.1:0", name="camwalld", wait=True, open_to_all=True,
               program=(CAMWALLD,)):
        argv = [*program, "--listen", listen, "--state-dir", self.path("server")]
        if open_to_all:
            argv.append("--open")
        p = self.start(argv + list(args), name)
        if wait:
            line = p.wait_line(r"listening on ")
            self.port = int(re.search(r"listening on \S+:(\d+)", line).group(1))
            p.wait_line(r"is up with key")
        return p

    def url(self, camera=""):
        return f"127.0.0.1:{self.port}" + (f"/{camera}" if camera else "")

    def client(self, *args, name="camwall", state=None, trust="first", stats=True, record=None):
        state = state or self.path(f"state-{len(self.programs)}")
        argv = [CAMWALL, "--headless", "--state-dir", state, "--trust", trust, "-n",
                f"t{len(self.programs)}"]
        stats_path = self.path(f"stats-{len(self.programs)}.json")
        if stats:
            argv += ["--stats", stats_path]
        if record:
            argv += ["--record", "-d", record]
        p = self.start(argv + list(args), name)
        p.stats_path = stats_path
        return p

    def close(self):
        for p in self.programs:
            if p.process.poll() is None:
                p.process.kill()
                p.process.wait()
            p.err.close()
            p.out.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def relay(w, *args):
    """A bad network before the world's server, and its port."""
    p = w.start([RELAY, "--listen", "127.0.0.1:0", "--to", f"127.0.0.1:{w.port}", *args], "relay")

    def port():
        with open(p.out_path, encoding="ascii") as f:
            return re.search(r"listening \S+:(\d+)", f.read())
    return p, int(wait_for("the relay", port).group(1))


def stats(p):
    """All complete statistics objects that a console has written so far."""
    objects = []
    with contextlib.suppress(FileNotFoundError):
        with open(p.stats_path, encoding="utf-8") as f:
            for line in f.read().splitlines():
                with contextlib.suppress(ValueError):
                    objects.append(json.loads(line))
    return objects


def newest(p, stream=None):
    for o in reversed(stats(p)):
        if stream is None or o["stream"] == stream:
            return o
    return None


def wait_stats(p, what, condition, stream=None, seconds=PATIENCE):
    def ready():
        if p.process.poll() is not None and not (newest(p, stream) and
                                                 condition(newest(p, stream))):
            raise Failed(f"{p.name} ended with {p.process.returncode} before {what}:\n{p.log()}")
        o = newest(p, stream)
        return o if o and condition(o) else None
    return wait_for(f"{what}; last: {newest(p, stream)}\n{p.log()[-1500:]}", ready, seconds)


def files(directory, suffix=".mp4"):
    found = []
    for root, _, names in os.walk(directory):
        found += [os.path.join(root, n) for n in names if n.endswith(suffix)]
    return sorted(found)


def card_numbers(path):
    """(pts in us, frame number, capture time in us) of every picture of a file."""
    out = subprocess.run([CARDREAD, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         timeout=PATIENCE * 2)
    check(out.returncode == 0, f"cardread {path}: {out.stderr.decode(errors='replace')}")
    return [tuple(int(x) for x in line.split()) for line in out.stdout.decode().splitlines()]


def ffprobe_clean(path):
    """ffprobe and a full decode find nothing to say; true when ffmpeg is not installed."""
    if not shutil.which("ffprobe"):
        return
    for argv in (["ffprobe", "-v", "error", path],
                 ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-f", "null", "-"]):
        out = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             stdin=subprocess.DEVNULL, timeout=PATIENCE * 2)
        check(out.returncode == 0 and not out.stderr, f"{argv[0]} {path}: {out.stderr.decode()}")


def duration(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of",
                          "csv=p=0", path], stdout=subprocess.PIPE, timeout=PATIENCE)
    return float(out.stdout)


def fds(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def rss_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


def main(tests, long=False, quick=False):
    """Runs functions that take a World, prints TAP. Names on the command line select. A long script
    is left out under a sanitizer (its parts are tested there too) unless CAMWALL_LONG is set; with
    CAMWALL_SHORT only quick ones are run."""
    if long and SANITIZED and not os.environ.get("CAMWALL_LONG"):
        print("1..0 # SKIP long; CAMWALL_LONG=1 runs it")
        return
    if not quick and os.environ.get("CAMWALL_SHORT"):
        print("1..0 # SKIP CAMWALL_SHORT is set")
        return
    chosen = [t for t in tests if len(sys.argv) < 2 or t.__name__ in sys.argv[1:]]
    print(f"1..{len(chosen)}", flush=True)
    bad = 0
    for i, test in enumerate(chosen, 1):
        world = World()
        name = test.__name__.replace("_", " ")
        try:
            skip = test(world)
            print(f"ok {i} - {name}" + (f" # SKIP {skip}" if skip else ""), flush=True)
        except Exception as e:  # a test that breaks in any way is a failed test
            bad += 1
            text = str(e) if isinstance(e, Failed) else traceback.format_exc()
            print(f"not ok {i} - {name}", flush=True)
            lines = [line for line in text.splitlines() if line.strip()]
            for line in lines[:4] + lines[4:][-12:]:
                print(f"# {line}", flush=True)
            for p in world.programs[:4]:
                for line in p.log().splitlines()[-8:]:
                    print(f"#   {p.name}: {line}", flush=True)
        finally:
            world.close()
    sys.exit(1 if bad else 0)
