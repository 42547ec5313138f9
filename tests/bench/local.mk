# SPDX-License-Identifier: MIT
# make bench builds and runs what is listed here, one after the other. A program is added with
#   EXTRA_PROGRAMS += tests/bench/bench_x      and      BENCH_RUNS += tests/bench/bench_x
# (and its _SOURCES and _LDADD as for any program); a script (also in EXTRA_DIST) with
#   BENCH_PY += tests/bench/x.py
BENCH_RUNS =
BENCH_PY =

bench: all $(BENCH_RUNS) tests/bench/fanout
	@$(AM_TESTS_ENVIRONMENT) rc=0; \
	for b in $(BENCH_RUNS); do echo "== $$b"; ./$$b || rc=1; done; \
	for b in $(BENCH_PY); do echo "== $$b"; $(PYTHON3) $(srcdir)/$$b || rc=1; done; \
	exit $$rc
.PHONY: bench

EXTRA_PROGRAMS += tests/bench/bench_media
BENCH_RUNS += tests/bench/bench_media
tests_bench_bench_media_SOURCES = tests/bench/bench_media.c
tests_bench_bench_media_LDADD = $(MEDIA_LIBS)

BENCH_PY += tests/bench/screen.py
EXTRA_DIST += tests/bench/screen.py
BENCH_PY += tests/bench/server.py
EXTRA_DIST += tests/bench/server.py

EXTRA_PROGRAMS += tests/bench/bench_record
BENCH_RUNS += tests/bench/bench_record
tests_bench_bench_record_SOURCES = tests/bench/bench_record.c
tests_bench_bench_record_LDADD = $(RECORD_LIBS)

# What server.py compares with.
EXTRA_PROGRAMS += tests/bench/fanout
tests_bench_fanout_SOURCES = tests/bench/fanout.c tests/unit/net_pair.c tests/unit/net_pair.h
tests_bench_fanout_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_fanout_LDADD = $(NET_LIBS) src/proto/libproto.a
