# SPDX-License-Identifier: MIT
# make bench runs all rows, one after the other; make bench BENCH="server loss" runs those. A row is
# a program tests/bench/bench_NAME (in EXTRA_PROGRAMS and BENCH_NEEDS, with its _SOURCES and
# _LDADD as any program) or a script tests/bench/NAME.py (in EXTRA_DIST). Nothing is written but
# into directories of /tmp that are removed again.
BENCH =
BENCH_ROWS = media stages record screen graphics slowlink latency loss server
BENCH_NEEDS = \
	tests/bench/bench_media \
	tests/bench/bench_record \
	tests/bench/celltime \
	tests/bench/encode \
	tests/bench/fanout \
	tests/tools/relay \
	tests/tools/cardread \
	tests/tools/tuidemo

bench: all $(BENCH_NEEDS)
	@$(AM_TESTS_ENVIRONMENT) rc=0; rows='$(BENCH)'; \
	for row in $${rows:-$(BENCH_ROWS)}; do \
	    echo "== $$row"; \
	    if test -f tests/bench/bench_$$row; then tests/bench/bench_$$row || rc=1; \
	    else $(PYTHON3) '$(srcdir)'/tests/bench/$$row.py || rc=1; fi; \
	done; exit $$rc
.PHONY: bench

EXTRA_DIST += \
	tests/bench/benchlib.py \
	tests/bench/graphics.py \
	tests/bench/latency.py \
	tests/bench/loss.py \
	tests/bench/screen.py \
	tests/bench/server.py \
	tests/bench/slowlink.py \
	tests/bench/stages.py

EXTRA_PROGRAMS += tests/bench/bench_media
tests_bench_bench_media_SOURCES = tests/bench/bench_media.c
tests_bench_bench_media_LDADD = $(MEDIA_LIBS)

EXTRA_PROGRAMS += tests/bench/bench_record
tests_bench_bench_record_SOURCES = tests/bench/bench_record.c
tests_bench_bench_record_LDADD = $(RECORD_LIBS)

# What server.py compares with.
EXTRA_PROGRAMS += tests/bench/fanout
tests_bench_fanout_SOURCES = tests/bench/fanout.c tests/unit/net_pair.c tests/unit/net_pair.h
tests_bench_fanout_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_fanout_LDADD = $(NET_LIBS) src/proto/libproto.a

# What latency.py reads its screen with.
EXTRA_PROGRAMS += tests/bench/celltime
tests_bench_celltime_SOURCES = tests/bench/celltime.c
tests_bench_celltime_LDADD = $(MEDIA_LIBS)

# What graphics.py measures.
EXTRA_PROGRAMS += tests/bench/encode
tests_bench_encode_SOURCES = tests/bench/encode.c
tests_bench_encode_LDADD = $(TUI_LIBS)
