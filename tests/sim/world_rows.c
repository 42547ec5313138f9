/* SPDX-License-Identifier: MIT */
#include "sim/world_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/alloc.h"
#include "util/mono.h"

#define MS NS_PER_MS
enum { SEED_STEP = 100000 }; /* between rows */

struct row_test {
    const struct world_suite *suite;
    unsigned i;
};

static struct world world;

static const struct world_row *row_of(const struct row_test *t)
{
    return (const void *)((const char *)t->suite->rows + t->i * t->suite->row_bytes);
}

static uint64_t play(const struct row_test *t, uint64_t seed)
{
    t->suite->play(&world, row_of(t), seed);
    uint64_t trace = world.trace;
    world_free(&world);
    return trace;
}

static void test_row(void **state)
{
    const struct row_test *t = *state;
    const struct world_row *row = row_of(t);
    unsigned n = row->seeds ? row->seeds : t->suite->seeds;
    uint64_t base = t->suite->base + (uint64_t)t->i * SEED_STEP, first = 0;
    for (uint64_t seed = 0; seed < SEEDS(n); seed++) {
        uint64_t trace = play(t, base + seed);
        if (seed == 0)
            first = trace;
        else
            assert_true(trace != first);
    }
    assert_true(play(t, base) == first);
}

/* A test that failed left its world behind. */
static int clear(void **state)
{
    const struct row_test *t = *state;
    if (!world.net)
        return 0;
    print_message("# row %u, seed %llu, at %llu ms\n", t->i, (unsigned long long)world.seed,
                  (unsigned long long)(world.now_ns / MS));
    world_free(&world);
    return 0;
}

static void test_one(void **state)
{
    const struct row_test *t = *state;
    printf("# trace %016llx\n", (unsigned long long)play(t, world.seed));
}

int world_rows_main(const struct world_suite *suite, int argc, char **argv)
{
    struct row_test *t = mem_zero(suite->n, sizeof *t);
    struct CMUnitTest *tests = mem_zero(suite->n, sizeof *tests);
    unsigned n = 0, only = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : suite->n;
    if (!t || !tests)
        return 1;
    seeds_give_way();
    if (argc > 2)
        world.seed = strtoull(argv[2], NULL, 10);
    for (unsigned i = 0; i < suite->n; i++) {
        t[i] = (struct row_test){suite, i};
        const struct world_row *row = row_of(&t[i]);
        if (only == suite->n || only == i)
            tests[n++] =
                (struct CMUnitTest){row->name, only == i ? test_one : test_row, NULL, clear, &t[i]};
    }
    int failed = _cmocka_run_group_tests(suite->title, tests, n, NULL, NULL);
    mem_free(tests);
    mem_free(t);
    return failed;
}

/* Networks */

uint64_t world_draw(struct netmodel *rng, uint64_t least, uint64_t most)
{
    return least + netmodel_random(rng) % (most - least + 1);
}

/* In thousandths. One network in three has the fault at all. */
static double share(struct netmodel *rng, unsigned most)
{
    bool faulty = netmodel_random(rng) % 3 == 0;
    double v = (double)world_draw(rng, 1, most) / 1000;
    return faulty ? v : 0;
}

struct netmodel_settings world_draw_net(struct netmodel *rng)
{
    return (struct netmodel_settings){
        .loss = share(rng, 80),
        .burst_loss = share(rng, 30),
        .burst_len = (unsigned)world_draw(rng, 2, 10),
        .duplicate = share(rng, 400),
        .corrupt = share(rng, 40),
        .reorder = share(rng, 250),
        .reorder_ns = world_draw(rng, 1, 60) * MS,
        .delay_ns = world_draw(rng, 0, 120) * MS,
        .jitter_ns = world_draw(rng, 0, 2) * world_draw(rng, 0, 15) * MS,
    };
}

struct world_settings world_draw_camera(struct netmodel *rng)
{
    uint32_t near_wrap = (uint32_t)(0u - world_draw(rng, 1, 200));
    return (struct world_settings){
        .interval_ns = world_draw(rng, 20, 100) * MS,
        .frame_min = 300,
        .frame_max = (uint32_t)world_draw(rng, 500, 8000),
        .first_frame = netmodel_random(rng) % 2 ? near_wrap : (uint32_t)netmodel_random(rng),
        .history = (unsigned)world_draw(rng, 100, 250),
    };
}
