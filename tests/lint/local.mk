# SPDX-License-Identifier: MIT
LINTS = %D%/check_rules.py %D%/check_tree.py %D%/check_headers.py
TESTS += $(LINTS)
EXTRA_DIST += $(LINTS) %D%/rules.py %D%/tree.py
LINT_CPPFLAGS = $(AM_CPPFLAGS) -I$(abs_top_builddir) -std=gnu11 -Wall -Werror \
	$(GNUTLS_CFLAGS) $(AV_CFLAGS) $(AVDEVICE_CFLAGS) $(TURBOJPEG_CFLAGS) $(INIH_CFLAGS) \
	$(CURSES_CFLAGS) $(CHAFA_CFLAGS) $(ZLIB_CFLAGS) $(CMOCKA_CFLAGS)
