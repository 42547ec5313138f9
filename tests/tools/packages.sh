#!/bin/sh
# SPDX-License-Identifier: MIT
# packages.sh GROUP...: installs what is missing to build camwall (build), to test it (test) and for
# everything .ci/run does (ci). Where there is no apt it says what other systems call it.
set -eu

# group, how to tell that it is there, and its package on Debian, Fedora and Arch
table() {
    cat <<'TABLE'
build  command:cc              gcc                 gcc                 gcc
build  header:stdio.h          libc6-dev           glibc-devel         glibc
build  command:make            make                make                make
build  command:autoconf        autoconf            autoconf            autoconf
build  command:automake        automake            automake            automake
build  command:pkg-config      pkg-config          pkgconf-pkg-config  pkgconf
build  module:gnutls           libgnutls28-dev     gnutls-devel        gnutls
build  module:libavformat      libavformat-dev     ffmpeg-free-devel   ffmpeg
build  module:libavcodec       libavcodec-dev      ffmpeg-free-devel   ffmpeg
build  module:libavutil        libavutil-dev       ffmpeg-free-devel   ffmpeg
build  module:libavdevice      libavdevice-dev     ffmpeg-free-devel   ffmpeg
build  module:libswscale       libswscale-dev      ffmpeg-free-devel   ffmpeg
build  module:libturbojpeg     libturbojpeg0-dev   turbojpeg-devel     libjpeg-turbo
build  module:inih             libinih-dev         inih-devel          libinih
build  module:ncursesw         libncurses-dev      ncurses-devel       ncurses
build  module:glib-2.0         libglib2.0-dev      glib2-devel         glib2
build  module:chafa            libchafa-dev        chafa-devel         chafa
build  module:zlib             zlib1g-dev          zlib-devel          zlib
test   module:cmocka           libcmocka-dev       libcmocka-devel     cmocka
test   command:python3         python3             python3             python
test   python:pyte             python3-pyte        python3-pyte        python-pyte
test   command:ffprobe         ffmpeg              ffmpeg-free         ffmpeg
test   command:tmux            tmux                tmux                tmux
ci     command:git             git                 git                 git
ci     command:xz              xz-utils            xz                  xz
ci     command:clang           clang               clang               clang
ci     fuzzer:clang            libclang-rt-dev     compiler-rt         compiler-rt
ci     command:clang-format    clang-format        clang-tools-extra   clang
ci     command:cppcheck        cppcheck            cppcheck            cppcheck
ci     command:shellcheck      shellcheck          ShellCheck          shellcheck
TABLE
}

present() {
    what=${1#*:}
    case $1 in
    command:*) command -v "$what" >/dev/null ;;
    header:*) test -e "/usr/include/$what" ;;
    module:*) pkg-config --exists "$what" 2>/dev/null ;;
    python:*) "${PYTHON3:-/usr/bin/python3}" -c "import $what" 2>/dev/null ||
        python3 -c "import $what" 2>/dev/null ;;
    fuzzer:*) echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
        "$what" -fsanitize=fuzzer -x c -o /dev/null - 2>/dev/null ;;
    esac
}

# The packages of column $1 whose probes fail, for the groups that follow.
missing() {
    column=$1
    shift
    table | while read -r group probe debian fedora arch; do
        case " $* " in *" $group "*) ;; *) continue ;; esac
        present "$probe" && continue
        case $column in
        debian) echo "$debian" ;;
        fedora) echo "$fedora" ;;
        arch) echo "$arch" ;;
        esac
    done | sort -u | tr '\n' ' '
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "packages.sh: neither root nor sudo; as root run: $*" >&2
        return 1
    fi
}

if [ $# -eq 0 ]; then
    echo "usage: packages.sh build|test|ci..." >&2
    exit 2
fi
need=$(missing debian "$@")
[ -n "$need" ] || exit 0
if ! command -v apt-get >/dev/null; then
    {
        echo "These are missing here, and without apt-get they cannot be installed for you:"
        echo "  Fedora: dnf install $(missing fedora "$@")"
        echo "  Arch:   pacman -S $(missing arch "$@")"
        echo "  Debian: apt-get install $need"
    } >&2
    exit 1
fi
echo "installing: $need"
as_root apt-get -q update
# shellcheck disable=SC2086 # a list of words
as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $need
need=$(missing debian "$@")
if [ -n "$need" ]; then
    echo "packages.sh: still missing after installing: $need" >&2
    exit 1
fi
