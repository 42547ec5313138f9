/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "media/frame.h"
#include "util/alloc.h"
#include "util/mailbox.h"
#include "util/thread.h"

static void test_new_is_zero_and_alone(void **state)
{
    struct frame_pool *pool;
    struct frame *f;
    assert_int_equal(frame_pool_new(2, &pool), 0);
    for (int round = 0; round < 3; round++) { /* a reused buffer is as clean as a new one */
        assert_int_equal(frame_new(pool, 100, &f), 0);
        assert_true(f->cap >= 100);
        assert_int_equal(f->len, 0);
        assert_int_equal(f->number, 0);
        assert_false(f->discontinuity);
        assert_true(frame_alone(f));
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(f->data[i], 0);
        memset(f->data, 0xa5, f->cap);
        f->len = 100;
        f->number = 7;
        f->discontinuity = true;
        frame_unref(&f);
        assert_null(f);
    }
    frame_pool_free(pool);
}

static void test_counting(void **state)
{
    struct frame_pool *pool;
    struct frame *f;
    assert_int_equal(frame_pool_new(1, &pool), 0);
    assert_int_equal(frame_new(pool, 1, &f), 0);
    struct frame *g = frame_ref(f);
    assert_ptr_equal(f, g);
    assert_false(frame_alone(f));
    assert_int_equal(frame_pool_live(pool), 1);
    frame_unref(&f);
    assert_true(frame_alone(g));
    assert_int_equal(frame_pool_live(pool), 1);
    frame_drop(g);
    assert_int_equal(frame_pool_live(pool), 0);
    frame_unref(&f); /* NULL by now */
    frame_drop(NULL);
    frame_pool_free(pool);
    frame_pool_free(NULL);
}

static void test_reuses_what_fits(void **state)
{
    struct frame_pool *pool;
    struct frame *large, *small, *f;
    assert_int_equal(frame_pool_new(2, &pool), 0);
    assert_int_equal(frame_new(pool, 100000, &large), 0);
    assert_int_equal(frame_new(pool, 1000, &small), 0);
    uint8_t *large_data = large->data, *small_data = small->data;
    frame_unref(&small);
    frame_unref(&large);

    assert_int_equal(frame_new(pool, 900, &f), 0);
    assert_ptr_equal(f->data, small_data); /* and leaves the large one for a large picture */
    assert_int_equal(frame_new(pool, 100000, &large), 0);
    assert_ptr_equal(large->data, large_data);
    frame_unref(&f);
    assert_int_equal(frame_new(pool, 50000, &f), 0); /* nothing fits: grows */
    assert_true(f->cap >= 50000);
    frame_unref(&f);
    frame_unref(&large);
    frame_pool_free(pool);
}

static void test_keeps_no_more_than_told(void **state)
{
    struct frame_pool *pool;
    struct frame *f[3];
    uint8_t *last;
    assert_int_equal(frame_pool_new(1, &pool), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(frame_new(pool, 10, &f[i]), 0);
    last = f[0]->data;
    for (int i = 0; i < 3; i++)
        frame_unref(&f[i]);
    assert_int_equal(frame_new(pool, 10, &f[0]), 0);
    assert_ptr_equal(f[0]->data, last);
    mem_fail_at(1); /* the second one has to be allocated, so this is seen */
    assert_int_equal(frame_new(pool, 10, &f[1]), -ENOMEM);
    mem_fail_at(0);
    assert_int_equal(frame_pool_live(pool), 1);
    frame_unref(&f[0]);
    frame_pool_free(pool);
}

static void test_out_of_memory(void **state)
{
    struct frame_pool *pool = NULL;
    struct frame *f = NULL;
    mem_fail_at(1);
    assert_int_equal(frame_pool_new(1, &pool), -ENOMEM);
    assert_int_equal(frame_pool_new(1, &pool), 0);
    for (unsigned n = 1; n <= 2; n++) {
        mem_fail_at(n);
        assert_int_equal(frame_new(pool, 10, &f), -ENOMEM);
        assert_null(f);
        assert_int_equal(frame_pool_live(pool), 0);
    }
    mem_fail_at(0);
    assert_int_equal(frame_new(pool, SIZE_MAX, &f), -ENOMEM);
    frame_pool_free(pool);
}

static void test_pool_outlives_its_frames(void **state)
{
    struct frame_pool *pool;
    struct frame *f, *g;
    assert_int_equal(frame_pool_new(4, &pool), 0);
    assert_int_equal(frame_new(pool, 10, &f), 0);
    assert_int_equal(frame_new(pool, 10, &g), 0);
    frame_pool_free(pool);
    f->data[9] = 1;
    frame_unref(&f);
    g->data[9] = 1;
    frame_unref(&g); /* the sanitizer sees whether the pool went, and went once */
}

/* Frames made on one thread and dropped on others, and the pool closed meanwhile. */
enum { PASSED = 20000, TAKERS = 2 };

struct passing {
    struct mailbox box;
    int done, torn; /* atomic */
};

static void take_all(void *arg)
{
    struct passing *p = arg;
    for (;;) {
        bool done = __atomic_load_n(&p->done, __ATOMIC_ACQUIRE);
        struct frame *f = mailbox_take(&p->box);
        if (f && f->data[0] != (uint8_t)f->number)
            __atomic_add_fetch(&p->torn, 1, __ATOMIC_RELAXED);
        frame_unref(&f);
        if (done)
            return;
    }
}

static void test_threads(void **state)
{
    struct passing p = {.done = 0};
    struct thread taker[TAKERS] = {0};
    struct frame_pool *pool;
    struct frame *f;
    mailbox_init(&p.box, frame_drop);
    assert_int_equal(frame_pool_new(3, &pool), 0);
    for (int i = 0; i < TAKERS; i++)
        assert_int_equal(thread_start(&taker[i], "taker", THREAD_STACK, take_all, &p), 0);
    for (uint32_t i = 0; i < PASSED; i++) {
        assert_int_equal(frame_new(pool, 16, &f), 0);
        f->number = i;
        f->data[0] = (uint8_t)i;
        mailbox_put(&p.box, f);
    }
    frame_pool_free(pool);
    __atomic_store_n(&p.done, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < TAKERS; i++)
        thread_join(&taker[i]);
    mailbox_fini(&p.box);
    assert_int_equal(p.torn, 0); /* none was reused while somebody had it */
}

static void test_i420_layout(void **state)
{
    static const struct {
        unsigned width, height;
        size_t bytes, u, v;
        int half;
    } cases[] = {
        {1, 1, 3, 1, 2, 1},
        {2, 2, 6, 4, 5, 1},
        {3, 2, 10, 6, 8, 2},
        {3, 3, 17, 9, 13, 2},
        {640, 480, 460800, 307200, 384000, 320},
        {16384, 1, 32768, 16384, 24576, 8192},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[1];
        struct frame f = {
            .data = bytes, .width = (uint16_t)cases[i].width, .height = (uint16_t)cases[i].height};
        uint8_t *plane[3];
        int stride[3];
        assert_int_equal(frame_i420_bytes(cases[i].width, cases[i].height), cases[i].bytes);
        frame_i420_planes(&f, plane, stride);
        assert_ptr_equal(plane[0], bytes);
        assert_int_equal((uintptr_t)plane[1] - (uintptr_t)bytes, cases[i].u);
        assert_int_equal((uintptr_t)plane[2] - (uintptr_t)bytes, cases[i].v);
        assert_int_equal(stride[0], cases[i].width);
        assert_int_equal(stride[1], cases[i].half);
        assert_int_equal(stride[2], cases[i].half);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_is_zero_and_alone),
        cmocka_unit_test(test_counting),
        cmocka_unit_test(test_reuses_what_fits),
        cmocka_unit_test(test_keeps_no_more_than_told),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_pool_outlives_its_frames),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_i420_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
