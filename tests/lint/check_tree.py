# SPDX-License-Identifier: MIT
"""Runs every rule over the tree in $srcdir (or the argument)."""
import os
import shutil
import subprocess
import sys

from rules import CODE, RULES
from tree import Tap, Tree

FORMATTER = "version 14."  # others differ in details, so they would only quarrel


def formatter():
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            said = subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True).stdout
            if FORMATTER in said:
                return name
    return None


def badly_formatted(tree, program):
    done = subprocess.run([program, "--dry-run", "--style=file", *tree.matching(*CODE)],
                          cwd=tree.root, stderr=subprocess.PIPE, text=True)
    bad = {line.split(":")[0] for line in done.stderr.splitlines()
           if "-Wclang-format-violations" in line}
    return ["%s:1: run clang-format on it" % path for path in sorted(bad)]


def main():
    tap = Tap()
    tree = Tree(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
    tap.result("there are sources to look at", [] if tree.matching(*CODE, under="src/") else ["none"])
    for name, rule in RULES:
        tap.result(name, rule(tree))
    program = formatter()
    if program:
        tap.result("code is formatted", badly_formatted(tree, program))
    else:
        tap.result("code is formatted", skip="no clang-format " + FORMATTER + "x")
    return tap.done()


sys.exit(main())
