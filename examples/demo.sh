#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds camwall if need be, serves four cameras from the built-in test card on this machine, and
# opens the console on them.
#
#   --record      record all four from the start; the files stay and it says where
#   --seconds N   unattended: no screen, records for N seconds, exits 0 only if every camera was
#                 live and recorded
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${CAMWALL_BUILD:-$top/build}
seconds=
record=

usage() {
    echo "usage: demo.sh [--record] [--seconds N]" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --record) record=yes ;;
    --seconds)
        [ $# -ge 2 ] || usage
        shift
        case $1 in '' | 0 | *[!0-9]*) usage ;; esac
        seconds=$1
        record=yes
        ;;
    *) usage ;;
    esac
    shift
done

# What the build says goes into a log, which is shown only if it fails.
build() {
    [ -x "$top/configure" ] || "$top/autogen.sh" || return
    mkdir -p "$build" && cd "$build" || return
    [ -f Makefile ] || "$top/configure" -q || return
    make -j"$(getconf _NPROCESSORS_ONLN)" camwalld camwall || return
    cd "$top"
}

"$top/tests/tools/packages.sh" build
echo "building in $build"
mkdir -p "$build"
if ! (build) >"$build/demo-build.log" 2>&1; then
    tail -n 30 "$build/demo-build.log" >&2
    echo "demo.sh: the build failed; all of it: $build/demo-build.log" >&2
    exit 1
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/camwall-demo-XXXXXX")
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

"$build/camwalld" --listen 127.0.0.1:0 --open --state-dir "$work/server" \
    front=pattern:640x480@25 yard=pattern:1280x720@25 \
    door=pattern:320x240@12.5 hall=pattern:640x360@25 2>"$work/server.log" &
server=$!
port=
for _ in $(seq 50); do
    port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/server.log")
    [ -z "$port" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
if [ -z "$port" ]; then
    cat "$work/server.log" >&2
    exit 1
fi

recordings=${CAMWALL_RECORDINGS:-$PWD/recordings/demo-$(date +%Y%m%d-%H%M%S)}
set -- --state-dir "$work/console" --trust first "127.0.0.1:$port"
[ -z "$record" ] || set -- --record --directory "$recordings" "$@"
if [ -z "$seconds" ]; then
    status=0
    "$build/camwall" --name "demo-$$" "$@" || status=$?
    [ -z "$record" ] || echo "recordings are in $recordings"
    exit $status
fi

"$build/camwall" --name "demo-$$" --headless --duration "${seconds}s" --stats "$work/stats" "$@"
failed=0
for camera in front yard door hall; do
    last=$(grep "\"stream\":\"$camera\"" "$work/stats" | tail -n 1)
    frames=$(echo "$last" | sed -n 's/.*"recorded_frames":\([0-9]*\).*/\1/p')
    live=$(grep -c "\"stream\":\"$camera\".*\"state\":\"live\"" "$work/stats" || true)
    echo "$camera: ${frames:-0} frames recorded"
    if [ "${frames:-0}" -eq 0 ] || [ "$live" -eq 0 ]; then
        echo "demo.sh: $camera was not live and recorded" >&2
        failed=1
    fi
done
find "$recordings" -name '*.mp4' | sort
echo "recordings are in $recordings"
exit $failed
