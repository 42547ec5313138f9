#!/bin/sh
# SPDX-License-Identifier: MIT
# The scripts that tests/run.sh and .ci/run rest on. TAP out.
set -u

tools=${srcdir:-.}/tests/tools
work=$(mktemp -d "${TMPDIR:-/tmp}/check_scripts.XXXXXX")
trap 'rm -rf "$work"' EXIT
n=0

# result STATUS NAME
result() {
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# counts EXPECTED NAME: what count.sh makes of standard input
counts() {
    cat >"$work/log"
    got=$("$tools/count.sh" "$work/log")
    [ "$got" = "$1" ]
    result $? "$2"
}

counts '12 passed, 0 failed' 'passes are counted' <<'LOG'
# TOTAL: 12
# PASS:  12
# SKIP:  0
# XFAIL: 0
# FAIL:  0
# XPASS: 0
# ERROR: 0
LOG
counts '9 passed, 6 failed, 4 skipped' 'every kind is counted, over several runs' <<'LOG'
PASS: tests/unit/test_x 1 - ok
# PASS:  5
# SKIP:  4
# XFAIL: 2
# FAIL:  1
# XPASS: 2
# ERROR: 1
# PASS: 2
# FAIL: 2
LOG
printf 'PASS: x\nmake: error\n' >"$work/log"
! "$tools/count.sh" "$work/log" >"$work/out" && [ ! -s "$work/out" ]
result $? 'a log without counts is told from one of 0 passed'

"$tools/packages.sh" 2>/dev/null
[ $? -eq 2 ]
result $? 'packages.sh needs a group'

# A system that has neither apt nor anything else of what is needed.
mkdir "$work/bin"
for program in sh cat sort tr; do ln -s "$(command -v "$program")" "$work/bin/$program"; done
PATH=$work/bin PYTHON3=none "$work/bin/sh" "$tools/packages.sh" build test >"$work/out" 2>&1
[ $? -eq 1 ]
result $? 'without apt it gives up'
for word in 'dnf install .*gnutls-devel .*ncurses-devel' 'pacman -S .*ffmpeg .*python-pyte' \
    'apt-get install .*libgnutls28-dev .*python3-pyte'; do
    grep -q "$word" "$work/out"
    result $? "it lists: $word"
done
! grep -q clang "$work/out"
result $? 'it lists nothing of a group that was not asked for'
echo "1..$n"
