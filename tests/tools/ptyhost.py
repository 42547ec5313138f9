#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a terminal window or an SSH server is to a program: holds the master of its pseudo terminal,
reads what it draws, and ends as it is told: TERM ends it as usual, KILL as in a crash.

usage: ptyhost.py COMMAND...   (prints the command's process id)
"""
import fcntl
import os
import pty
import signal
import struct
import sys
import termios


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    print(pid, flush=True)
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        pass


main()
