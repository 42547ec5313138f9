# SPDX-License-Identifier: MIT
"""What the compiler cannot check. A rule takes a Tree and returns its findings, "path:line: text"."""
import re

# Which folders a folder of src may include, besides itself. doc/architecture.md says why.
KNOWS = {
    "util": "",
    "proto": "util",
    "net": "util",
    "media": "util",
    "capture": "media util",
    "server": "capture net proto media util",
    "receive": "net proto media util",
    "record": "media util",
    "tui": "media util",
    "console": "tui record receive net proto media util",
}

# A library (by its headers) or a facility lives behind one door: the files of src that match.
DOORS = [
    ("GnuTLS", r"gnutls/", r"net/(secure|keys)\w*\.[ch]"),
    ("libav*", r"lib(av\w+|sw\w+)/", r"(capture/source_av|record/(mp4|transcode|encode)|"
                                     r"receive/feed_av)\w*\.[ch]"),
    ("libjpeg-turbo", r"turbojpeg\.h|jpeglib\.h", r"media/mjpeg_\w+\.[ch]"),
    ("chafa", r"(chafa|glib)(/.*)?\.h", r"tui/picture\w*\.[ch]"),
    ("ncurses", r"(n?curses\w*|term)(/.*)?\.h", r"tui/\w+\.[ch]"),
    ("libinih", r"ini\.h", r"util/options_file\.c"),
    ("zlib", r"zlib\.h", r"tui/\w+\.[ch]"),
    ("sockets", r"sys/socket\.h|netinet/.*|arpa/.*|netdb\.h", r"net/\w+\.[ch]"),
]

# Functions with one door of our own, and what to call instead.
CALLS = [
    (r"clock_gettime|gettimeofday|time", r"util/mono\.c", "util/mono.h"),
    (r"malloc|calloc|realloc|strdup|strndup|free", r"util/alloc\.c", "util/alloc.h"),
    (r"pthread_create", r"util/thread\.c", "util/thread.h"),
    (r"sleep|usleep|nanosleep|clock_nanosleep", r"$none", "a wait for what is to happen"),
    (r"strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof", r"$none",
     "something with a bound, or util/parse.h"),
]

FILE_MOST_LINES = 600
FUNCTION_MOST_LINES = 90

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
CODE = (".c", ".h")
SCRIPTS = (".py", ".sh", ".mk", ".am", ".ac")


def includes(lines):
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1) == '"', found.group(2)


def direction(tree):
    out = []
    for path, lines in tree.matching(*CODE, under="src/").items():
        folder = path.split("/")[1]
        if folder not in KNOWS:
            out.append("%s:1: the folder is not in the table of tests/lint/rules.py" % path)
            continue
        allowed = KNOWS[folder].split() + [folder]
        for number, quoted, name in includes(lines):
            if quoted and name.split("/")[0] not in allowed:
                out.append('%s:%d: %s may not include "%s"' % (path, number, folder, name))
    return out


def doors(tree):
    out = []
    for path, lines in tree.matching(*CODE, under="src/").items():
        for number, quoted, name in includes(lines):
            for library, header, home in DOORS:
                if not quoted and re.fullmatch(header + (".*" if header.endswith("/") else ""), name) \
                        and not re.fullmatch(home, path[len("src/"):]):
                    out.append("%s:%d: %s is not used here (<%s>)" % (path, number, library, name))
    return out


def without_comments_and_strings(lines):
    """The same lines with those blanked, so that words in them are not taken for code."""
    def blank(found):
        return re.sub(r"[^\n]", " ", found.group(0))
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])*\'', blank,
                  "\n".join(lines), flags=re.S)
    return text.split("\n")


def calls(tree):
    out = []
    for path, lines in tree.matching(*CODE, under="src/").items():
        code = without_comments_and_strings(lines)
        for names, home, instead in CALLS:
            if re.fullmatch(home, path[len("src/"):]):
                continue
            called = re.compile(r"(?<![\w.>])(%s)\s*\(" % names)
            for number, line in enumerate(code, 1):
                found = called.search(line)
                if found:
                    out.append("%s:%d: %s(): use %s" % (path, number, found.group(1), instead))
    return out


def sizes(tree):
    """A function begins with { and ends with } in the first column: clang-format sees to it."""
    out = []
    for path, lines in tree.matching(*CODE).items():
        if len(lines) > FILE_MOST_LINES:
            out.append("%s:%d: file of more than %d lines" % (path, len(lines), FILE_MOST_LINES))
        begun = 0
        for number, line in enumerate(lines, 1):
            if line == "{":
                begun = number
            elif line == "}" and begun:
                if number - begun - 1 > FUNCTION_MOST_LINES:
                    out.append("%s:%d: function of %d lines, %d are the most"
                               % (path, begun, number - begun - 1, FUNCTION_MOST_LINES))
                begun = 0
    return out


def listed(tree):
    """Every source stands in a .mk by name, and no .mk collects sources by pattern."""
    out = []
    known = set()
    for path, lines in tree.matching(".mk", ".am").items():
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        for number, line in enumerate(lines, 1):
            if line.lstrip().startswith("#"):
                continue
            if "$(wildcard" in line or re.search(r"\*\.\w", line):
                out.append("%s:%d: sources are listed one by one" % (path, number))
            for word in line.replace("%D%", folder).replace("$(srcdir)/", "").split():
                known.add(word)
    for path in list(tree.matching(*CODE, under="src/")) + list(tree.matching(*CODE, under="tests/")):
        if path not in known:
            out.append("%s:1: in no .mk" % path)
    return out


def licence(tree):
    out = []
    for path, lines in tree.files.items():
        script = bool(lines) and lines[0].startswith("#!")
        if (script or path.endswith(CODE + SCRIPTS)) and \
                not any("SPDX-License-Identifier: MIT" in line for line in lines[:2]):
            out.append("%s:1: no SPDX line at the top" % path)
    return out


def unfinished(tree):
    word = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    return ["%s:%d: say it in an issue, not in the code: %s" % (path, number, line.strip())
            for path, lines in tree.files.items()
            for number, line in enumerate(lines, 1) if word.search(line)]


RULES = [
    ("includes go one way", direction),
    ("each library lives behind one door", doors),
    ("each facility lives behind one door", calls),
    ("files and functions are short", sizes),
    ("every source is listed by name", listed),
    ("every file names its licence", licence),
    ("nothing is left for later", unfinished),
]
