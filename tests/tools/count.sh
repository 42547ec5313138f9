#!/bin/sh
# SPDX-License-Identifier: MIT
# count.sh LOG: sums what automake says about the tests in LOG to "N passed, N failed[, N skipped]".
# Without such lines nothing is printed and the status is 1.
set -eu
awk '
    /^# (PASS|XFAIL): / { passed += $3; seen = 1 }
    /^# (FAIL|XPASS|ERROR): / { failed += $3; seen = 1 }
    /^# SKIP: / { skipped += $3 }
    END {
        if (!seen)
            exit 1
        printf "%d passed, %d failed", passed, failed
        if (skipped)
            printf ", %d skipped", skipped
        printf "\n"
    }' "$1"
