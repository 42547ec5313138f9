# SPDX-License-Identifier: MIT
# Real programs on loopback; each script prints TAP.
E2E_TESTS = \
	tests/e2e/adapt.py \
	tests/e2e/attach.py \
	tests/e2e/console.py \
	tests/e2e/crash.py \
	tests/e2e/ctl.py \
	tests/e2e/detach.py \
	tests/e2e/evidence.py \
	tests/e2e/hostile.py \
	tests/e2e/latency.py \
	tests/e2e/leave.py \
	tests/e2e/legacy.py \
	tests/e2e/network.py \
	tests/e2e/record.py \
	tests/e2e/scale.py \
	tests/e2e/sources.py \
	tests/e2e/trust.py \
	tests/e2e/usage.py
TESTS += $(E2E_TESTS)
EXTRA_DIST += $(E2E_TESTS) tests/e2e/films.py tests/e2e/lib.py tests/e2e/wallterm.py \
	tests/tools/ptyhost.py
