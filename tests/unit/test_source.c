/* SPDX-License-Identifier: MIT */
/* SOURCE operands, and the test card as a source. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "capture/source.h"
#include "media/testcard.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/thread.h"

static const struct {
    const char *operand;
    enum source_kind kind;
    const char *name;
    bool named;
    const char *location;
    unsigned width, height, millihertz;
} good[] = {
    {"pattern", SOURCE_PATTERN, "pattern", false, "", 0, 0, 0},
    {"pattern:320x240", SOURCE_PATTERN, "pattern", false, "", 320, 240, 0},
    {"pattern:@30", SOURCE_PATTERN, "pattern", false, "", 0, 0, 30000},
    {"pattern:320x240@29.97", SOURCE_PATTERN, "pattern", false, "", 320, 240, 29970},
    {"pattern:16x16@0.1", SOURCE_PATTERN, "pattern", false, "", 16, 16, 100},
    {"pattern:8000x8000@240", SOURCE_PATTERN, "pattern", false, "", 8000, 8000, 240000},
    {"front=pattern", SOURCE_PATTERN, "front", true, "", 0, 0, 0},
    {"a_b-9=pattern:@1", SOURCE_PATTERN, "a_b-9", true, "", 0, 0, 1000},
    {"12345678901234567890123456789012=pattern", SOURCE_PATTERN, "12345678901234567890123456789012",
     true, "", 0, 0, 0},
    {"./clip.mp4", SOURCE_FILE, "clip", false, "./clip.mp4", 0, 0, 0},
    {"/films/My Holiday (2).v2.mkv", SOURCE_FILE, "my-holiday-2-v2", false,
     "/films/My Holiday (2).v2.mkv", 0, 0, 0},
    {"file:clip.mp4", SOURCE_FILE, "clip", false, "clip.mp4", 0, 0, 0},
    {"file:///films/a.avi", SOURCE_FILE, "a", false, "///films/a.avi", 0, 0, 0},
    {"file:pattern", SOURCE_FILE, "pattern", false, "pattern", 0, 0, 0},
    {"x=./a=b.mp4", SOURCE_FILE, "x", true, "./a=b.mp4", 0, 0, 0},
    {"./a=b.mp4", SOURCE_FILE, "a-b", false, "./a=b.mp4", 0, 0, 0},
    {"Front=./a.mp4", SOURCE_FILE, "a", false, "Front=./a.mp4", 0, 0, 0},
    {"./.hidden", SOURCE_FILE, "hidden", false, "./.hidden", 0, 0, 0},
    {"/films/\xe9\xa3\x9f.mp4", SOURCE_FILE, "camera", false, "/films/\xe9\xa3\x9f.mp4", 0, 0, 0},
    {"./a-very-long-name-of-a-film-that-does-not-fit.mp4", SOURCE_FILE,
     "a-very-long-name-of-a-film-that", false, "./a-very-long-name-of-a-film-that-does-not-fit.mp4",
     0, 0, 0},
    {"://host", SOURCE_FILE, "host", false, "://host", 0, 0, 0},
    {"v4l2:/dev/video0", SOURCE_V4L2, "video0", false, "/dev/video0", 0, 0, 0},
    {"yard=v4l2:/dev/v4l/by-id/x", SOURCE_V4L2, "yard", true, "/dev/v4l/by-id/x", 0, 0, 0},
    {"rtsp://10.0.0.2", SOURCE_URL, "10-0-0-2", false, "rtsp://10.0.0.2", 0, 0, 0},
    {"rtsp://me:pass@Cam.lan:554/", SOURCE_URL, "cam-lan", false, "rtsp://me:pass@Cam.lan:554/", 0,
     0, 0},
    {"rtsp://me:p@ss@host:554", SOURCE_URL, "host", false, "rtsp://me:p@ss@host:554", 0, 0, 0},
    {"rtsp://[fe80::1]:554", SOURCE_URL, "fe80-1-554", false, "rtsp://[fe80::1]:554", 0, 0, 0},
    {"http://h/live/Front.mjpg?user=a/b.c", SOURCE_URL, "front", false,
     "http://h/live/Front.mjpg?user=a/b.c", 0, 0, 0},
    {"http://h?a=b", SOURCE_URL, "h", false, "http://h?a=b", 0, 0, 0},
    {"yard=http://h/x?a=b", SOURCE_URL, "yard", true, "http://h/x?a=b", 0, 0, 0},
};

static const char *const bad[] = {
    "",
    "foo",
    "foo.mp4",
    "Pattern",
    "x=",
    "x=foo",
    "X=pattern",
    "=pattern",
    "123456789012345678901234567890123=pattern",
    "pattern:",
    "pattern:@",
    "pattern:25",
    "pattern:x240",
    "pattern:320x",
    "pattern:320x240@",
    "pattern:320x240@x",
    "pattern:320x240@0.09",
    "pattern:320x240@240.1",
    "pattern:320x240@25@25",
    "pattern:320x240x2",
    "pattern:15x16",
    "pattern:16x15",
    "pattern:8001x8000",
    "pattern:16385x16",
    "pattern:0x0",
    "patterns",
    "file:",
    "./",
    "/",
    "films/",
    "v4l2:",
    "v4l2:video0",
    "http://",
    "pattern:00000000000000000000000000000000000000000320x240",
};

static void test_parse_good(void **state)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct source_spec s;
        char error[512] = "";
        if (source_parse(good[i].operand, &s, error, sizeof error) != 0)
            fail_msg("%s: %s", good[i].operand, error);
        assert_int_equal(s.kind, good[i].kind);
        assert_string_equal(s.name, good[i].name);
        assert_int_equal(s.named, good[i].named);
        assert_string_equal(s.location, good[i].location);
        assert_int_equal(s.width, good[i].width);
        assert_int_equal(s.height, good[i].height);
        assert_int_equal(s.millihertz, good[i].millihertz);
        assert_string_equal(s.options, "");
    }
}

static void test_parse_bad(void **state)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct source_spec s = {.name = "untouched"};
        char error[512] = "";
        if (source_parse(bad[i], &s, error, sizeof error) != ERR_FORMAT)
            fail_msg("accepted: %s", bad[i]);
        assert_string_equal(s.name, "untouched");
        assert_non_null(strstr(error, bad[i]));
        assert_non_null(strstr(error, "v4l2:/dev/videoN"));
    }
}

static void test_too_long(void **state)
{
    struct source_spec s;
    char operand[1200], error[64];
    memset(operand, 'a', sizeof operand);
    operand[0] = '/';
    operand[1024] = '\0';
    assert_int_equal(source_parse(operand, &s, error, sizeof error), ERR_FORMAT);
    assert_true(strlen(error) < sizeof error);
    operand[1023] = '\0';
    assert_int_equal(source_parse(operand, &s, error, sizeof error), 0);
}

struct kit {
    struct stop stop;
    struct frame_pool *pool;
    struct source_spec spec;
    char error[512];
};

static int set_up(void **state)
{
    struct kit *k = test_calloc(1, sizeof *k);
    *state = k;
    return stop_init(&k->stop) || frame_pool_new(4, &k->pool);
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    assert_int_equal(frame_pool_live(k->pool), 0);
    frame_pool_free(k->pool);
    stop_fini(&k->stop);
    test_free(k);
    return 0;
}

static struct source *open_card(struct kit *k, const char *operand)
{
    struct source *s = NULL;
    assert_int_equal(source_parse(operand, &k->spec, k->error, sizeof k->error), 0);
    assert_int_equal(source_open(&k->spec, &k->stop, &s, k->error, sizeof k->error), 0);
    return s;
}

static void test_card_defaults(void **state)
{
    struct source *s = open_card(*state, "pattern");
    assert_int_equal(s->info.width, 640);
    assert_int_equal(s->info.height, 480);
    assert_int_equal(s->info.millihertz, 25000);
    assert_false(s->info.jpeg);
    source_close(s);
    source_close(NULL);
}

/* Numbers from 0 without a gap, times evenly apart and never given before they are due. */
static void test_card_pace(void **state)
{
    struct kit *k = *state;
    struct source *s = open_card(k, "pattern:160x120@240");
    uint64_t first = 0;
    for (uint32_t i = 0; i < 60; i++) {
        struct frame *f;
        assert_int_equal(s->ops->read(s, k->pool, &f), 0);
        assert_true(mono_us() >= f->capture_us);
        assert_true(frame_alone(f));
        assert_int_equal(f->number, i);
        int64_t wall_now = wall_us();
        assert_true(f->wall_us <= wall_now && f->wall_us > wall_now - 60 * 1000000);
        uint32_t number;
        uint64_t capture_us;
        assert_int_equal(testcard_read(f->data, 160, 120, 160, &number, &capture_us), 0);
        assert_int_equal(number, i);
        assert_int_equal(capture_us, f->capture_us);
        if (i == 0)
            first = capture_us;
        else if (capture_us - first < 1000000) /* else this machine slept for a second */
            assert_in_range(capture_us - first, i * 1000000 / 240, i * 1000000 / 240 + 1);
        frame_unref(&f);
    }
    source_close(s);
}

static void raise_it(void *arg)
{
    stop_raise(arg);
}

static void test_card_stops(void **state)
{
    struct kit *k = *state;
    struct source *s = open_card(k, "pattern:160x120@0.1");
    struct frame *f = NULL;
    struct thread t = {0};
    assert_int_equal(s->ops->read(s, k->pool, &f), 0);
    frame_unref(&f);
    uint64_t before = mono_us();
    assert_int_equal(thread_start(&t, "raise", THREAD_STACK, raise_it, &k->stop), 0);
    assert_int_equal(s->ops->read(s, k->pool, &f), ERR_STOPPED);
    assert_true(mono_us() - before < 9000000);
    thread_join(&t);
    assert_null(f);
    source_close(s);
}

static void test_card_out_of_memory(void **state)
{
    struct kit *k = *state;
    struct source *s = NULL;
    assert_int_equal(source_parse("pattern", &k->spec, k->error, sizeof k->error), 0);
    for (unsigned n = 1; n <= 3; n++) {
        mem_fail_at(n);
        assert_int_equal(source_open(&k->spec, &k->stop, &s, k->error, sizeof k->error), -ENOMEM);
        assert_true(k->error[0] != '\0');
    }
    mem_fail_at(0);
    assert_null(s);

    s = open_card(k, "pattern:160x120@240");
    struct frame *f;
    mem_fail_at(1);
    assert_int_equal(s->ops->read(s, k->pool, &f), -ENOMEM);
    mem_fail_at(0);
    assert_int_equal(s->ops->read(s, k->pool, &f), 0);
    assert_int_equal(f->number, 0); /* nothing was skipped for it */
    frame_unref(&f);
    source_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_good),
        cmocka_unit_test(test_parse_bad),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test_setup_teardown(test_card_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_card_pace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_card_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_card_out_of_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
