# SPDX-License-Identifier: MIT
"""The files a lint looks at, read once, and the TAP that lints speak."""
import os

SOURCE_FOLDERS = ("src", "tests", "doc", "examples", ".ci")
TOP_FILES = (".clang-format", ".editorconfig", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md",
             "LICENSE", "Makefile.am", "README.md", "autogen.sh", "configure.ac")
MADE = (".o", ".a", ".lo", ".log", ".trs", ".pyc", ".gcda", ".gcno")


class Tree:
    """Text files under root by their path from it, as lists of lines."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        for name in TOP_FILES:
            if os.path.isfile(os.path.join(root, name)):
                self._read(name)
        for folder in SOURCE_FOLDERS:
            for at, folders, names in os.walk(os.path.join(root, folder)):
                folders[:] = sorted(f for f in folders if f not in ("corpus", "__pycache__", ".deps"))
                for name in sorted(names):
                    self._read(os.path.relpath(os.path.join(at, name), root))

    def _read(self, path):
        if path.endswith(MADE):
            return
        with open(os.path.join(self.root, path), "rb") as f:
            data = f.read()
        if b"\0" not in data:
            self.files[path] = data.decode("utf-8", "replace").splitlines()

    def matching(self, *suffixes, under=""):
        return {p: lines for p, lines in self.files.items()
                if p.endswith(suffixes) and p.startswith(under)}


class Tap:
    """One line a result; what was found stands below it as comments."""

    def __init__(self):
        self.count = 0
        self.failed = False

    def result(self, name, findings=(), skip=None):
        self.count += 1
        self.failed |= bool(findings)
        print("%s %d - %s%s" % ("not ok" if findings else "ok", self.count, name,
                                " # SKIP " + skip if skip else ""))
        for finding in findings:
            print("# " + finding)

    def done(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0
