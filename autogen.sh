#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes configure in a fresh clone; needs autoconf, automake and pkg-config.
set -eu
cd "$(dirname "$0")"
mkdir -p m4
autoreconf --install --force "$@"
