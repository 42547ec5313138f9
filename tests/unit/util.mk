# SPDX-License-Identifier: MIT
check_PROGRAMS += \
	tests/unit/test_alloc tests/unit/test_err tests/unit/test_json tests/unit/test_log \
	tests/unit/test_mailbox tests/unit/test_mono tests/unit/test_options \
	tests/unit/test_parse tests/unit/test_queue tests/unit/test_rate tests/unit/test_stop \
	tests/unit/test_text tests/unit/test_thread
TESTS += \
	tests/unit/test_alloc tests/unit/test_err tests/unit/test_json tests/unit/test_log \
	tests/unit/test_mailbox tests/unit/test_mono tests/unit/test_options \
	tests/unit/test_parse tests/unit/test_queue tests/unit/test_rate tests/unit/test_stop \
	tests/unit/test_text tests/unit/test_thread
tests_unit_test_alloc_SOURCES = tests/unit/test_alloc.c
tests_unit_test_alloc_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alloc_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_err_SOURCES = tests/unit/test_err.c
tests_unit_test_err_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_err_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_json_SOURCES = tests/unit/test_json.c
tests_unit_test_json_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_log_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_mailbox_SOURCES = tests/unit/test_mailbox.c
tests_unit_test_mailbox_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_mailbox_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_mono_SOURCES = tests/unit/test_mono.c
tests_unit_test_mono_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_mono_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_options_SOURCES = tests/unit/test_options.c %D%/options_sample.h
tests_unit_test_options_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_options_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c
tests_unit_test_parse_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_parse_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_queue_SOURCES = tests/unit/test_queue.c
tests_unit_test_queue_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_queue_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_rate_SOURCES = tests/unit/test_rate.c
tests_unit_test_rate_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_rate_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_stop_SOURCES = tests/unit/test_stop.c
tests_unit_test_stop_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_stop_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_text_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_thread_SOURCES = tests/unit/test_thread.c
tests_unit_test_thread_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_thread_LDADD = $(UTIL_LIBS) $(CMOCKA_LIBS)
