/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "media/mjpeg_probe.h"
#include "server/camera.h"
#include "util/mono.h"

enum { PATIENCE_S = 30 };

static struct camera *start(const char *operand, bool always)
{
    static struct camera_settings s;
    struct camera *c;
    char error[200];
    memset(&s, 0, sizeof s);
    s.quality = 85;
    assert_int_equal(source_parse(operand, &s.source, error, sizeof error), 0);
    assert_int_equal(camera_start(&s, always, &c), 0);
    return c;
}

static struct frame *next_frame(struct inbox *b)
{
    uint64_t end = mono_ns() + PATIENCE_S * NS_PER_S;
    struct frame *f;
    while (!(f = inbox_take_frame(b)) && mono_ns() < end) {
        inbox_take_words(b);
        inbox_wait(b, true, end);
    }
    assert_non_null(f);
    return f;
}

static void pictures_are_numbered_and_of_the_tier(void **state)
{
    static const struct {
        unsigned tier, width, height;
    } rows[] = {{0, 320, 240}, {1, 160, 120}, {2, 80, 60}, {3, 40, 30}, {FANOUT_LEGACY, 320, 240}};
    struct camera *c = start("pattern:320x240@100", false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct inbox b;
        struct watcher w = {.inbox = &b};
        inbox_init(&b);
        camera_watch(c, &w, rows[i].tier);
        struct frame *one = next_frame(&b), *two = next_frame(&b);
        struct mjpeg_info info;
        assert_int_equal(mjpeg_probe_whole(one->data, one->len, &info), 0);
        assert_int_equal(info.width, rows[i].width);
        assert_int_equal(info.height, rows[i].height);
        assert_int_equal(one->tier, rows[i].tier);
        assert_true(two->number > one->number);
        assert_true(two->capture_us > one->capture_us);
        camera_unwatch(c, &w);
        frame_unref(&one);
        frame_unref(&two);
        inbox_fini(&b);
    }
    camera_stop(c);
}

static void watchers_share_one_frame(void **state)
{
    struct camera *c = start("pattern:160x120@50", false);
    struct inbox a, b;
    struct watcher wa = {.inbox = &a}, wb = {.inbox = &b};
    inbox_init(&a);
    inbox_init(&b);
    camera_watch(c, &wa, 0);
    camera_watch(c, &wb, 0);
    struct frame *fa = next_frame(&a), *fb = next_frame(&b);
    while (fa->number != fb->number) { /* one may have come a picture earlier */
        struct frame **older = fa->number < fb->number ? &fa : &fb;
        struct inbox *from = older == &fa ? &a : &b;
        frame_unref(older);
        *older = next_frame(from);
    }
    assert_ptr_equal(fa, fb);
    frame_unref(&fa);
    frame_unref(&fb);
    camera_unwatch(c, &wa);
    camera_unwatch(c, &wb);
    inbox_fini(&a);
    inbox_fini(&b);
    camera_stop(c);
}

static void facts_are_learnt_at_start(void **state)
{
    struct camera *c = start("pattern:320x240@50", false);
    struct camera_facts f;
    uint64_t end = mono_ns() + PATIENCE_S * NS_PER_S;
    do
        camera_facts(c, &f);
    while (f.state != CAMERA_LIVE && mono_ns() < end);
    assert_int_equal(f.width, 320);
    assert_int_equal(f.height, 240);
    assert_int_equal(f.millihertz, 50000);
    static const struct {
        unsigned width, height, tier;
    } rows[] = {{0, 0, 0},     {320, 240, 0}, {161, 10, 0}, {160, 120, 1},
                {160, 121, 0}, {80, 60, 2},   {1, 1, 3},    {9999, 9999, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(camera_tier(c, rows[i].width, rows[i].height), rows[i].tier);
    camera_stop(c);
}

static void a_missing_file_is_offline_with_a_reason(void **state)
{
    struct camera *c = start("cam=/nonexistent/clip.mp4", false);
    struct camera_facts f;
    uint64_t end = mono_ns() + PATIENCE_S * NS_PER_S;
    do
        camera_facts(c, &f);
    while (f.state != CAMERA_OFFLINE && mono_ns() < end);
    assert_int_equal(f.state, CAMERA_OFFLINE);
    assert_non_null(strstr(f.why, "/nonexistent/clip.mp4"));
    camera_stop(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_numbered_and_of_the_tier),
        cmocka_unit_test(watchers_share_one_frame),
        cmocka_unit_test(facts_are_learnt_at_start),
        cmocka_unit_test(a_missing_file_is_offline_with_a_reason),
    };
    return cmocka_run_group_tests_name("camera", tests, NULL, NULL);
}
