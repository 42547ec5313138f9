#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds camwall out of tree and runs its tests, installing first what is missing. Arguments go to
# configure. CAMWALL_BUILD is where to build (build), CAMWALL_JOBS how much at once.
# The last line is "N passed, N failed".
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${CAMWALL_BUILD:-$top/build}
jobs=${CAMWALL_JOBS:-$(getconf _NPROCESSORS_ONLN)}

fail() {
    echo "tests/run.sh: $1" >&2
    echo "0 passed, 1 failed"
    exit 1
}

# Configures when there is no build yet, or one made without what the tests need or with other
# arguments; make does not know that objects depend on those.
configure() {
    before=none
    [ ! -f Makefile ] || [ ! -f configured-with ] || before=$(cat configured-with)
    [ "$before" != "$*" ] || return 0
    "$top/configure" -q "$@" || return 1
    [ "$before" = none ] || make -s clean || return 1
    echo "$*" >configured-with
}

# What failed, so that nobody needs to look for it.
show_failures() {
    grep -E '^(not ok|FAIL|ERROR|XPASS)|==(ERROR|WARNING): |^SUMMARY: |runtime error: ' "$1" | head -n 60 || true
    echo "the whole story: $build/$1"
}

"$top/tests/tools/packages.sh" build test || fail "something it needs is missing"
[ -x "$top/configure" ] || "$top/autogen.sh" || fail "autogen.sh failed"
mkdir -p "$build"
cd "$build"
configure "$@" || fail "configure failed; see $build/config.log"

rm -f test-suite.log
make -j"$jobs" || fail "the build failed"
make -j"$jobs" check TESTS= || fail "the tests could not be built"
status=0
# Most of them wait for something most of the time.
make -j$((jobs * 2)) check || status=$?
[ -f test-suite.log ] || fail "the tests could not be built"
[ $status -eq 0 ] || show_failures test-suite.log
"$top/tests/tools/count.sh" test-suite.log
exit $status
