# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/test_console_settings
TESTS += tests/unit/test_console_settings
tests_unit_test_console_settings_SOURCES = tests/unit/test_console_settings.c
tests_unit_test_console_settings_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_console_settings_LDADD = $(CONSOLE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_stats
TESTS += tests/unit/test_stats
tests_unit_test_stats_SOURCES = tests/unit/test_stats.c
tests_unit_test_stats_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_stats_LDADD = $(CONSOLE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_wall
TESTS += tests/unit/test_wall
tests_unit_test_wall_SOURCES = tests/unit/test_wall.c
tests_unit_test_wall_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_wall_LDADD = tests/unit/libfake_server.a $(CONSOLE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_manual
TESTS += tests/unit/test_manual
tests_unit_test_manual_SOURCES = tests/unit/test_manual.c tests/unit/manual.c tests/unit/manual.h
tests_unit_test_manual_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_manual_LDADD = $(CONSOLE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_control
TESTS += tests/unit/test_control
tests_unit_test_control_SOURCES = tests/unit/test_control.c
tests_unit_test_control_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_control_LDADD = $(CONSOLE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_control_msg
TESTS += tests/unit/test_control_msg
tests_unit_test_control_msg_SOURCES = tests/unit/test_control_msg.c
tests_unit_test_control_msg_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_control_msg_LDADD = $(CONSOLE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_rundir
TESTS += tests/unit/test_rundir
tests_unit_test_rundir_SOURCES = tests/unit/test_rundir.c
tests_unit_test_rundir_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_rundir_LDADD = $(CONSOLE_LIBS) $(CMOCKA_LIBS)
