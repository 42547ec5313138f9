/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/delayq.h"
#include "net/simlink.h"
#include "util/alloc.h"

static const struct netmodel_settings clean;
static struct simlink *sim;
static struct link *end[2];
static struct link_batch batch;

static int open_sim(const struct netmodel_settings *there, const struct netmodel_settings *back)
{
    int e = simlink_new(there, back, 1, &sim);
    for (int i = 0; i < 2 && e == 0; i++)
        end[i] = simlink_end(sim, i);
    return e == 0 ? link_batch_init(&batch, 4, 100) : e;
}

static int setup(void **state)
{
    return open_sim(&clean, &clean);
}

static int teardown(void **state)
{
    simlink_free(sim);
    link_batch_fini(&batch);
    return 0;
}

static void send_text(int from, const char *text, size_t segment)
{
    size_t done;
    int e = end[from]->ops->send(end[from], NULL, &end[!from]->bound, (const uint8_t *)text,
                                 strlen(text), segment, &done);
    assert_int_equal(e, 0);
    assert_int_equal(done, strlen(text));
}

static void assert_text(size_t i, const char *text)
{
    assert_true(i < batch.n);
    assert_int_equal(batch.at[i].len, strlen(text));
    assert_memory_equal(batch.at[i].data, text, strlen(text));
}

static void test_there_and_back(void **state)
{
    assert_int_equal(end[0]->fd, -1);
    assert_false(addr_equal(&end[0]->bound, &end[1]->bound));
    send_text(0, "hello", 0);
    assert_int_equal(end[0]->ops->recv(end[0], &batch), 0);
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 1);
    assert_text(0, "hello");
    assert_true(addr_equal(&batch.at[0].peer, &end[0]->bound));
    assert_true(addr_equal(&batch.at[0].local, &end[1]->bound));
    send_text(1, "welcome", 0);
    assert_int_equal(end[0]->ops->recv(end[0], &batch), 1);
    assert_text(0, "welcome");
    assert_int_equal(end[0]->ops->recv(end[0], &batch), 0);
    assert_int_equal(end[0]->counters.tx_packets + end[0]->counters.rx_packets, 2);
    assert_int_equal(end[0]->counters.tx_bytes + end[0]->counters.rx_bytes, 12);
    assert_int_equal(end[0]->ops->events(end[0], (struct link_event[1]){{0}}, 1), 0);
}

static void test_segments(void **state)
{
    send_text(0, "aabbccd", 2);
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 4);
    assert_text(0, "aa");
    assert_text(2, "cc");
    assert_text(3, "d");
    send_text(0, "aabbccddee", 2); /* one more than the batch holds */
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 4);
    assert_true(batch.more);
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 1);
    assert_false(batch.more);
    assert_text(0, "ee");
    send_text(0, "", 0);
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 1);
    assert_int_equal(batch.at[0].len, 0);
}

static void test_slot_size(void **state)
{
    static char text[102];
    memset(text, 'x', 101);
    send_text(0, text, 0);
    text[100] = 0;
    send_text(0, text, 0);
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 1);
    assert_text(0, text);
}

static void test_nothing_arrives_early(void **state)
{
    struct netmodel_settings there = {.delay_ns = 100}, back = {.delay_ns = 30};
    simlink_change(sim, &there, &back);
    assert_int_equal(simlink_deadline(sim), UINT64_MAX);
    simlink_advance(sim, 1000);
    send_text(0, "there", 0);
    assert_int_equal(simlink_deadline(sim), 1100);
    send_text(1, "back", 0);
    assert_int_equal(simlink_deadline(sim), 1030);
    simlink_advance(sim, 1029);
    assert_int_equal(end[0]->ops->recv(end[0], &batch), 0);
    simlink_advance(sim, 1030);
    assert_int_equal(end[0]->ops->recv(end[0], &batch), 1);
    simlink_advance(sim, 1099);
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 0);
    simlink_advance(sim, 1100);
    simlink_advance(sim, 5); /* time does not run back */
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 1);
    assert_int_equal(simlink_deadline(sim), UINT64_MAX);
}

static void test_order_of_arrival(void **state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    struct netmodel_settings jitter = {.jitter_ns = 1000000};
    char heard[27] = "";
    simlink_change(sim, &jitter, &clean);
    send_text(0, letters, 1);
    for (size_t n = 0; n < 26; n++) {
        uint64_t at_ns = simlink_deadline(sim);
        simlink_advance(sim, at_ns);
        assert_int_equal(end[1]->ops->recv(end[1], &batch), 1);
        heard[n] = (char)batch.at[0].data[0];
        assert_true(simlink_deadline(sim) > at_ns);
    }
    assert_string_not_equal(heard, letters);
    simlink_change(sim, &clean, &clean);
    send_text(0, letters, 1); /* all at one instant: as they were sent */
    for (size_t n = 0; n < 26; n += batch.n) {
        assert_true(end[1]->ops->recv(end[1], &batch) > 0);
        for (size_t i = 0; i < batch.n; i++)
            assert_int_equal(batch.at[i].data[0], letters[n + i]);
    }
}

static void test_damage(void **state)
{
    struct netmodel_settings s = {.duplicate = 1, .corrupt = 1}, lossy = {.loss = 1};
    simlink_change(sim, &s, &lossy);
    send_text(0, "hello", 0);
    send_text(1, "lost", 0);
    assert_int_equal(end[0]->ops->recv(end[0], &batch), 0);
    assert_int_equal(end[1]->ops->recv(end[1], &batch), 2);
    assert_memory_not_equal(batch.at[0].data, "hello", 5);
    assert_memory_equal(batch.at[1].data, "hello", 5);
}

static void test_memory_is_bounded(void **state)
{
    struct netmodel_settings never = {.delay_ns = UINT64_C(1) << 62};
    static uint8_t large[65000];
    simlink_change(sim, &never, &never);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(end[0]->ops->send(end[0], NULL, NULL, large, sizeof large, 0, NULL), 0);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(end[1]->ops->send(end[1], NULL, NULL, large, 1, 0, NULL), 0);
    simlink_advance(sim, UINT64_MAX);
    uint64_t got[2] = {0};
    struct link_batch wide;
    assert_int_equal(link_batch_init(&wide, 64, 65000), 0);
    for (int i = 0; i < 2; i++)
        while (end[i]->ops->recv(end[i], &wide) > 0)
            got[i] += wide.n;
    link_batch_fini(&wide);
    assert_int_equal(got[1], 32 * 1024 * 1024 / 65000);
    assert_int_equal(got[0], 16384);
}

static void test_no_memory(void **state)
{
    struct simlink *s;
    for (unsigned n = 1; n <= 3; n++) {
        mem_fail_at(n);
        assert_int_equal(simlink_new(&clean, &clean, 1, &s), -ENOMEM);
        mem_fail_at(0);
    }
    size_t done = 9;
    mem_fail_at(2);
    assert_int_equal(end[0]->ops->send(end[0], NULL, NULL, (const uint8_t *)"abcd", 4, 2, &done),
                     -ENOMEM);
    mem_fail_at(0);
    assert_int_equal(done, 2);
}

static void test_queue_order(void **state)
{
    struct delayq q;
    uint64_t at_ns = 12345, last_ns = 0, last_order = 0;
    assert_int_equal(delayq_init(&q, 1000, 1000), 0);
    assert_null(delayq_pop(&q, UINT64_MAX));
    for (unsigned i = 0; i < 1001; i++) {
        at_ns = at_ns * 1103515245 % 2147483648 % 97;
        assert_int_equal(delayq_push(&q, at_ns, i, (const uint8_t *)"x", 1, -1), 0);
    }
    assert_int_equal(q.overflowed, 1);
    for (unsigned i = 0; i < 1000; i++) {
        if (delayq_next_ns(&q) > 0)
            assert_null(delayq_pop(&q, delayq_next_ns(&q) - 1));
        struct delayed *d = delayq_pop(&q, delayq_next_ns(&q));
        assert_non_null(d);
        assert_true(d->at_ns > last_ns || (d->at_ns == last_ns && (!i || d->order > last_order)));
        last_ns = d->at_ns;
        last_order = d->order;
        mem_free(d);
    }
    assert_int_equal(delayq_next_ns(&q), UINT64_MAX);
    delayq_push(&q, 1, 0, (const uint8_t *)"abc", 3, 1);
    delayq_fini(&q);
}

#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN(test_there_and_back),
        OPEN(test_segments),
        OPEN(test_slot_size),
        OPEN(test_nothing_arrives_early),
        OPEN(test_order_of_arrival),
        OPEN(test_damage),
        OPEN(test_memory_is_bounded),
        OPEN(test_no_memory),
        cmocka_unit_test(test_queue_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
