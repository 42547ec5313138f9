# SPDX-License-Identifier: MIT
"""Every rule is quiet on a small good tree and finds what is seeded into it."""
import os
import subprocess
import sys
import tempfile

from rules import FILE_MOST_LINES, FUNCTION_MOST_LINES, RULES
from tree import Tap, Tree

SPDX = "/* SPDX-License-Identifier: MIT */\n"
HERE = os.path.dirname(os.path.abspath(__file__))

GOOD = {
    ".clang-format": "DisableFormat: true\n",
    "Makefile.am": "# SPDX-License-Identifier: MIT\ninclude src/util/local.mk\n",
    "src/util/local.mk": "# SPDX-License-Identifier: MIT\nA = %D%/a.c %D%/a.h\n",
    "src/net/local.mk": "# SPDX-License-Identifier: MIT\nA = %D%/keys.c src/net/udp.c\n",
    "src/util/a.h": SPDX + "#ifndef UTIL_A_H\n#define UTIL_A_H\n#include <stdint.h>\n"
                           "uint64_t a(void);\n#endif\n",
    "src/util/a.c": SPDX + '#include "util/a.h"\n/* no free() here, nor time() */\n'
                           'uint64_t a(void)\n{\n    return sizeof "free(x)"; // sleep(1)\n}\n',
    "src/net/keys.c": SPDX + '#include <gnutls/gnutls.h>\n#include "util/a.h"\n',
    "src/net/udp.c": SPDX + "#include <sys/socket.h>\nint x = s->free(1) + mem_free(2);\n",
}


def function_of(lines):
    return SPDX + "int f(void)\n{\n" + "    x();\n" * lines + "}\n"


# Rule, file, its content, whether the rule must find something.
CASES = [
    ("includes go one way", "src/util/a.c", SPDX + '#include "net/udp.h"\n', True),
    ("includes go one way", "src/net/udp.c", SPDX + '  #  include "proto/wire.h"\n', True),
    ("includes go one way", "src/net/udp.c", SPDX + '#include "config.h"\n', True),
    ("includes go one way", "src/console/c.c", SPDX + '#include "tui/model.h"\n', False),
    ("includes go one way", "src/console/c.c", SPDX + '#include "server/camera.h"\n', True),
    ("includes go one way", "src/misc/c.c", SPDX, True),
    ("each library lives behind one door", "src/net/udp.c", SPDX + "#include <gnutls/dtls.h>\n", True),
    ("each library lives behind one door", "src/util/a.c", SPDX + "#include <sys/socket.h>\n", True),
    ("each library lives behind one door", "src/util/a.c", SPDX + "#include <ini.h>\n", True),
    ("each library lives behind one door", "src/server/a.c",
     SPDX + "#include <libavcodec/avcodec.h>\n", True),
    ("each library lives behind one door", "src/record/mp4_box.c",
     SPDX + "#include <libavformat/avformat.h>\n", False),
    ("each library lives behind one door", "src/media/scale.c", SPDX + "#include <turbojpeg.h>\n", True),
    ("each library lives behind one door", "src/tui/view.c", SPDX + "#include <chafa.h>\n", True),
    ("each library lives behind one door", "src/console/c.c", SPDX + "#include <curses.h>\n", True),
    ("each facility lives behind one door", "src/util/a.c", SPDX + "int x = time(NULL);\n", True),
    ("each facility lives behind one door", "src/util/mono.c", SPDX + "int x = time(NULL);\n", False),
    ("each facility lives behind one door", "src/net/udp.c", SPDX + "char *x = malloc (1);\n", True),
    ("each facility lives behind one door", "src/net/udp.c", SPDX + "int x = usleep(1);\n", True),
    ("each facility lives behind one door", "src/net/udp.c", SPDX + "int x = sprintf(a, b);\n", True),
    ("files and functions are short", "src/util/a.c", function_of(FUNCTION_MOST_LINES), False),
    ("files and functions are short", "src/util/a.c", function_of(FUNCTION_MOST_LINES + 1), True),
    ("files and functions are short", "src/util/a.c", SPDX + "\n" * (FILE_MOST_LINES - 1), False),
    ("files and functions are short", "src/util/a.c", SPDX + "\n" * FILE_MOST_LINES, True),
    ("every source is listed by name", "src/util/new.c", SPDX, True),
    ("every source is listed by name", "tests/unit/test_new.c", SPDX, True),
    ("every source is listed by name", "src/util/local.mk",
     "# SPDX-License-Identifier: MIT\nA = $(wildcard %D%/?.c) %D%/a.c %D%/a.h\n", True),
    ("every source is listed by name", "src/util/local.mk",
     "# SPDX-License-Identifier: MIT\nA = %D%/a.c %D%/a.h %D%/*.c\n", True),
    ("every file names its licence", "src/util/a.c", '#include "util/a.h"\n', True),
    ("every file names its licence", ".ci/run", "#!/bin/bash\necho\n", True),
    ("every file names its licence", ".ci/run",
     "#!/bin/bash\n# SPDX-License-Identifier: MIT\n", False),
    ("every file names its licence", "doc/notes.txt", "plain\n", False),
    ("nothing is left for later", "src/util/a.c", SPDX + "/* TO" "DO: all of it */\n", True),
    ("nothing is left for later", "doc/notes.txt", "mkstemp takes a name with XXXXXX\n", False),
]


def plant(root, files):
    for path, content in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(content)


def check_rules(tap):
    rules = dict(RULES)
    with tempfile.TemporaryDirectory() as root:
        plant(root, GOOD)
        for name, rule in RULES:
            tap.result("quiet on a good tree: " + name, rule(Tree(root)))
    for name, path, content, must_find in CASES:
        with tempfile.TemporaryDirectory() as root:
            plant(root, {**GOOD, path: content})
            found = [f for f in rules[name](Tree(root)) if f.startswith(path + ":")]
            wrong = bool(found) != must_find
            tap.result("%s: %s" % ("found" if must_find else "let pass", name),
                       ["%s: %s" % (path, found or content)] if wrong else [])


def run(script, root):
    return subprocess.run([sys.executable, os.path.join(HERE, script), root],
                          stdout=subprocess.PIPE, text=True)


def check_scripts(tap):
    """The programs that make check runs end with failure when a rule or header does."""
    with tempfile.TemporaryDirectory() as root:
        plant(root, GOOD)
        headers, tree = run("check_headers.py", root), run("check_tree.py", root)
        tap.result("headers of a good tree compile", headers.stdout.splitlines() * headers.returncode)
        tap.result("a good tree passes", [l for l in tree.stdout.splitlines() if "not ok" in l])
        plant(root, {"src/util/a.h": SPDX + "uint64_t a(void);\n",
                     "src/util/a.c": SPDX + '#include "net/udp.h"\n'})
        headers, tree = run("check_headers.py", root), run("check_tree.py", root)
        tap.result("a header that needs another is found",
                   [] if headers.returncode and "not ok 2 - src/util/a.h" in headers.stdout
                   else ["it was not"])
        tap.result("a bad tree fails",
                   [] if tree.returncode and "not ok 2" in tree.stdout else ["it did not"])
    with tempfile.TemporaryDirectory() as root:
        plant(root, {**GOOD, ".clang-format": "BasedOnStyle: LLVM\n",
                     "src/net/udp.c": SPDX + "int     x;\n"})
        lines = run("check_tree.py", root).stdout.splitlines()
        tap.result("what is not formatted is found",
                   [] if any("code is formatted # SKIP" in line for line in lines)
                   or "# src/net/udp.c:1: run clang-format on it" in lines else lines)
    with tempfile.TemporaryDirectory() as root:
        tap.result("an empty tree fails", [] if run("check_tree.py", root).returncode
                   and run("check_headers.py", root).returncode else ["it did not"])


def main():
    tap = Tap()
    check_rules(tap)
    check_scripts(tap)
    return tap.done()


sys.exit(main())
