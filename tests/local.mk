# SPDX-License-Identifier: MIT
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = $(PYTHON3)
TEST_EXTENSIONS = .sh .py
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP \
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' \
	PYTHON3='$(PYTHON3)' PYTHONDONTWRITEBYTECODE=1 \
	CC='$(CC)' LINT_CPPFLAGS='$(LINT_CPPFLAGS)' \
	TSAN_OPTIONS="suppressions=$(abs_top_srcdir)/tests/tsan.supp $$TSAN_OPTIONS" \
	; export TSAN_OPTIONS CMOCKA_MESSAGE_OUTPUT srcdir builddir PYTHON3 PYTHONDONTWRITEBYTECODE CC LINT_CPPFLAGS;

TESTS += tests/tools/check_scripts.sh
EXTRA_DIST += tests/tools/check_scripts.sh tests/tools/packages.sh tests/tools/count.sh
EXTRA_DIST += tests/tsan.supp tests/run.sh .ci/run

UNIT_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests

include tests/unit/util.mk
include tests/unit/proto.mk
include tests/unit/net.mk
include tests/unit/media.mk
include tests/unit/capture.mk
include tests/unit/server.mk
include tests/unit/receive.mk
include tests/unit/record.mk
include tests/unit/tui.mk
include tests/unit/console.mk
include tests/sim/local.mk
include tests/e2e/local.mk
include tests/fuzz/local.mk
include tests/lint/local.mk
include tests/bench/local.mk
include tests/tools/local.mk
