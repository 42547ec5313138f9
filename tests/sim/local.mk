# SPDX-License-Identifier: MIT
# Both ends of the protocol in virtual time.
SIM_WORLD = \
	%D%/seeds.h \
	%D%/world.c %D%/world.h \
	%D%/world_client.c \
	%D%/world_impl.h \
	%D%/world_rows.c %D%/world_rows.h \
	%D%/world_server.c

check_PROGRAMS += tests/sim/sim_talk
TESTS += tests/sim/sim_talk
tests_sim_sim_talk_SOURCES = %D%/sim_talk.c $(SIM_WORLD)
tests_sim_sim_talk_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_sim_sim_talk_LDADD = src/server/libserver.a $(PROTO_LIBS) $(NET_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/sim/sim_record
TESTS += tests/sim/sim_record
tests_sim_sim_record_SOURCES = %D%/sim_record.c $(SIM_WORLD)
tests_sim_sim_record_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_sim_sim_record_LDADD = src/server/libserver.a $(PROTO_LIBS) $(NET_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/sim/sim_repair
TESTS += tests/sim/sim_repair
tests_sim_sim_repair_SOURCES = %D%/sim_repair.c %D%/seeds.h
tests_sim_sim_repair_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_sim_sim_repair_LDADD = $(PROTO_LIBS) $(NET_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/sim/sim_adapt
TESTS += tests/sim/sim_adapt
tests_sim_sim_adapt_SOURCES = %D%/sim_adapt.c %D%/seeds.h
tests_sim_sim_adapt_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_sim_sim_adapt_LDADD = src/server/libserver.a $(PROTO_LIBS) $(NET_LIBS) $(CMOCKA_LIBS)
