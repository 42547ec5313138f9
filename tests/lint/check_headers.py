# SPDX-License-Identifier: MIT
"""Every header compiles alone, as the first line of a file. $CC and $LINT_CPPFLAGS come from make."""
import os
import shlex
import subprocess
import sys

from tree import Tap, Tree


def compiles(root, path, command):
    """None, or what the compiler said."""
    done = subprocess.run(command + ["-I", os.path.join(root, "src"), "-I", os.path.join(root, "tests"),
                                     "-fsyntax-only", "-x", "c", "-"],
                          input='#include "%s"\ntypedef int nothing_else;\n'
                                % path.split("/", 1)[1],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return None if done.returncode == 0 else done.stdout


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", ".")
    command = shlex.split(os.environ.get("CC", "cc")) + shlex.split(os.environ.get("LINT_CPPFLAGS", ""))
    tap = Tap()
    tree = Tree(root)
    headers = list(tree.matching(".h", under="src/")) + list(tree.matching(".h", under="tests/"))
    tap.result("there are headers to compile", [] if headers else ["none"])
    for path in headers:
        said = compiles(root, path, command)
        tap.result(path, said.splitlines() if said else [])
    return tap.done()


sys.exit(main())
