/* SPDX-License-Identifier: MIT */
/* Small films played in loops, and sources that cannot be opened. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/source.h"
#include "media/testcard.h"
#include "unit/clip.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/thread.h"

struct kit {
    char dir[64], path[128];
    struct stop stop;
    struct frame_pool *pool;
    struct source_spec spec;
    struct source *source;
    char error[512];
};

static int set_up(void **state)
{
    struct kit *k = test_calloc(1, sizeof *k);
    snprintf(k->dir, sizeof k->dir, "/tmp/camwall-clip-XXXXXX");
    *state = k;
    return !mkdtemp(k->dir) || stop_init(&k->stop) || frame_pool_new(4, &k->pool);
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    source_close(k->source);
    assert_int_equal(frame_pool_live(k->pool), 0);
    frame_pool_free(k->pool);
    stop_fini(&k->stop);
    unlink(k->path);
    rmdir(k->dir);
    test_free(k);
    return 0;
}

/* Makes the clip under a name in the kit's directory, and a spec of it. */
static void make(struct kit *k, struct clip clip, const char *name)
{
    unlink(k->path);
    snprintf(k->path, sizeof k->path, "%s/%s", k->dir, name);
    clip.path = k->path;
    clip_make(&clip);
    assert_int_equal(source_parse(k->path, &k->spec, k->error, sizeof k->error), 0);
}

static void open_it(struct kit *k)
{
    source_close(k->source);
    k->source = NULL;
    if (source_open(&k->spec, &k->stop, &k->source, k->error, sizeof k->error) != 0)
        fail_msg("%s", k->error);
}

static struct frame *next(struct kit *k)
{
    struct frame *f = NULL;
    int r = k->source->ops->read(k->source, k->pool, &f);
    if (r != 0)
        fail_msg("read: %s", err_str(r));
    assert_true(mono_us() >= f->capture_us); /* never before it is due */
    return f;
}

/* The number of a picture, whether it came as a JPEG of the clip or decoded. */
static uint32_t number_of(struct kit *k, const struct frame *f, const struct clip *clip)
{
    uint32_t number;
    uint64_t capture_us;
    if (f->format == FRAME_I420) {
        assert_int_equal(
            testcard_read(f->data, f->width, f->height, f->width, &number, &capture_us), 0);
        assert_int_equal(capture_us, number * 1000);
        return number;
    }
    for (number = 0; number < clip->frames; number++) {
        struct frame *jpeg = clip_jpeg(k->pool, number, false);
        bool same = jpeg->len == f->len && memcmp(jpeg->data, f->data, f->len) == 0;
        frame_unref(&jpeg);
        if (same)
            return number;
    }
    fail_msg("a JPEG that is none of the clip's");
    return 0;
}

/* Films of many kinds; each is played for three loops and a picture. */
static const struct {
    const char *name;
    struct clip clip;
    bool jpeg;
} films[] = {
    {"mpeg4.mp4", {.codec = AV_CODEC_ID_MPEG4, .rate_num = 50, .rate_den = 1, .frames = 7}, false},
    {"odd.mkv",
     {.codec = AV_CODEC_ID_MPEG4, .rate_num = 60000, .rate_den = 1001, .frames = 6},
     false},
    {"jpeg.mp4", {.codec = AV_CODEC_ID_MJPEG, .rate_num = 100, .rate_den = 1, .frames = 5}, true},
    {"jpeg.avi", {.codec = AV_CODEC_ID_MJPEG, .rate_num = 50, .rate_den = 1, .frames = 5}, true},
    {"one.mp4", {.codec = AV_CODEC_ID_MPEG4, .rate_num = 25, .rate_den = 1, .frames = 1}, false},
    {"one.avi", {.codec = AV_CODEC_ID_MJPEG, .rate_num = 40, .rate_den = 1, .frames = 1}, true},
    {"raw.mjpeg",
     {.codec = AV_CODEC_ID_MJPEG, .rate_num = 25, .rate_den = 1, .frames = 4, .no_times = true},
     true},
    {"still.jpg", {.codec = AV_CODEC_ID_MJPEG, .rate_num = 25, .rate_den = 1, .frames = 1}, true},
};

/* Every picture of every loop once, in order, evenly apart over the seams. */
static void check_loops(struct kit *k, const struct clip *clip, unsigned pictures)
{
    uint64_t first = 0;
    bool hiccup = false;
    for (unsigned i = 0; i < pictures; i++) {
        struct frame *f = next(k);
        assert_int_equal(number_of(k, f, clip), i % clip->frames);
        uint64_t due = (uint64_t)i * 1000000 * (uint64_t)clip->rate_den / (uint64_t)clip->rate_num;
        if (i == 0)
            first = f->capture_us;
        hiccup |= mono_us() - f->capture_us > 900000; /* the machine's, which puts the rest off */
        /* Matroska rounds each time to thousandths of a second. */
        if (!hiccup && (f->capture_us - first + 1000 < due || f->capture_us - first > due + 1000))
            fail_msg("picture %u at %llu, not %llu", i, (unsigned long long)(f->capture_us - first),
                     (unsigned long long)due);
        assert_true(f->wall_us > 0);
        frame_unref(&f);
    }
}

static void test_films_loop(void **state)
{
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof films / sizeof films[0]; i++) {
        make(k, films[i].clip, films[i].name);
        open_it(k);
        assert_int_equal(k->source->info.jpeg, films[i].jpeg);
        assert_int_equal(k->source->info.width, CLIP_WIDTH);
        assert_int_equal(k->source->info.height, CLIP_HEIGHT);
        uint32_t rate = (uint32_t)(films[i].clip.rate_num * INT64_C(1000) / films[i].clip.rate_den);
        assert_in_range(k->source->info.millihertz, rate - 1, rate + 1);
        check_loops(k, &films[i].clip, films[i].clip.frames * 3 + 1);
    }
}

/* The last picture of a loop stays as long as the film says. */
static void test_seam_takes_its_time(void **state)
{
    struct kit *k = *state;
    struct clip clip = {.codec = AV_CODEC_ID_MJPEG, .rate_num = 100, .rate_den = 1, .frames = 3};
    clip.last_length = 4;
    make(k, clip, "seam.mp4");
    open_it(k);
    static const uint64_t expected[] = {0, 10000, 20000, 60000, 70000, 80000, 120000};
    uint64_t first = 0;
    for (uint32_t n = 0; n < 7; n++) {
        struct frame *f = next(k);
        assert_int_equal(number_of(k, f, &clip), n % 3);
        first = n == 0 ? f->capture_us : first;
        if (mono_us() - f->capture_us < 900000)
            assert_in_range(f->capture_us - first, expected[n], expected[n] + 1);
        frame_unref(&f);
    }
}

static void test_bare_jpegs_get_tables(void **state)
{
    struct kit *k = *state;
    struct clip clip = {.codec = AV_CODEC_ID_MJPEG, .rate_num = 100, .rate_den = 1, .frames = 3};
    clip.bare = true;
    make(k, clip, "bare.avi");
    open_it(k);
    for (uint32_t n = 0; n < 4; n++) {
        struct frame *f = next(k), *bare = clip_jpeg(k->pool, n % 3, true);
        assert_int_equal(f->format, FRAME_JPEG);
        assert_int_equal(f->len, bare->len + 420);
        assert_memory_equal(f->data + f->len - 1000, bare->data + bare->len - 1000, 1000);
        frame_unref(&f);
        frame_unref(&bare);
    }
}

static void test_other_size(void **state)
{
    struct kit *k = *state;
    struct clip clip = {.codec = AV_CODEC_ID_MJPEG, .rate_num = 100, .rate_den = 1, .frames = 3};
    make(k, clip, "size.avi");
    k->spec.width = CLIP_WIDTH;
    k->spec.height = CLIP_HEIGHT;
    open_it(k);
    assert_true(k->source->info.jpeg); /* that is its own size */
    k->spec.width = 201;
    k->spec.height = 151;
    open_it(k);
    assert_false(k->source->info.jpeg);
    assert_int_equal(k->source->info.width, 201);
    for (uint32_t n = 0; n < 4; n++) {
        struct frame *f = next(k);
        assert_int_equal(f->width, 201);
        assert_int_equal(f->height, 151);
        assert_int_equal(number_of(k, f, &clip), n % 3);
        frame_unref(&f);
    }
}

/* Half and two fifths of the pictures, evenly, and also when the seam lies between. */
static void test_lower_rate(void **state)
{
    struct kit *k = *state;
    struct clip clip = {.codec = AV_CODEC_ID_MPEG4, .rate_num = 100, .rate_den = 1, .frames = 6};
    make(k, clip, "rate.mp4");
    k->spec.millihertz = 50000;
    open_it(k);
    assert_int_equal(k->source->info.millihertz, 50000);
    for (uint32_t n = 0; n < 10; n++) {
        struct frame *f = next(k);
        assert_int_equal(number_of(k, f, &clip), n * 2 % 6);
        frame_unref(&f);
    }
    static const uint32_t expected[] = {0, 2, 5, 1, 4, 0};
    k->spec.millihertz = 40000;
    open_it(k);
    for (uint32_t n = 0; n < 6; n++) {
        struct frame *f = next(k);
        assert_int_equal(number_of(k, f, &clip), expected[n]);
        frame_unref(&f);
    }
    k->spec.millihertz = 200000; /* more than there is: all of them */
    open_it(k);
    assert_int_equal(k->source->info.millihertz, 100000);
}

static void test_cannot_open(void **state)
{
    struct kit *k = *state;
    snprintf(k->path, sizeof k->path, "%s/text.mp4", k->dir);
    FILE *f = fopen(k->path, "w");
    assert_non_null(f);
    fputs("this is no film", f);
    fclose(f);
    const struct {
        const char *operand, *expected;
        int code;
    } cases[] = {
        {"./no/such.mp4", "cannot open ./no/such.mp4: No such file or directory", -ENOENT},
        {k->path, "Invalid data", ERR_FORMAT},
        {k->dir, "cannot open", 0},
        {"v4l2:/dev/no-video", "cannot open /dev/no-video: No such file or directory", -ENOENT},
        {"http://me:secret@127.0.0.1:1/x", "cannot open http://127.0.0.1:1/x: Connection refused",
         -ECONNREFUSED},
        {"nosuch://h/x", "cannot open nosuch://h/x: Protocol not found", ERR_LIBRARY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(source_parse(cases[i].operand, &k->spec, k->error, sizeof k->error), 0);
        int r = source_open(&k->spec, &k->stop, &k->source, k->error, sizeof k->error);
        assert_true(r < 0);
        if (cases[i].code)
            assert_int_equal(r, cases[i].code);
        if (!strstr(k->error, cases[i].expected))
            fail_msg("%s: %s", cases[i].operand, k->error);
        assert_null(k->source);
    }
}

static void test_wrong_options(void **state)
{
    struct kit *k = *state;
    struct clip clip = {.codec = AV_CODEC_ID_MPEG4, .rate_num = 100, .rate_den = 1, .frames = 2};
    make(k, clip, "options.mp4");
    snprintf(k->spec.options, sizeof k->spec.options, "no equals sign");
    assert_true(source_open(&k->spec, &k->stop, &k->source, k->error, sizeof k->error) < 0);
    assert_non_null(strstr(k->error, "cannot open"));
    snprintf(k->spec.options, sizeof k->spec.options, "probesize=100000,fflags=+genpts");
    open_it(k);
}

static void raise_it(void *arg)
{
    stop_raise(arg);
}

static void test_stop_while_waiting(void **state)
{
    struct kit *k = *state;
    struct clip clip = {.codec = AV_CODEC_ID_MPEG4, .rate_num = 1, .rate_den = 10, .frames = 2};
    struct thread t = {0};
    make(k, clip, "slow.mkv");
    open_it(k);
    struct frame *f = next(k);
    frame_unref(&f);
    uint64_t before = mono_us();
    assert_int_equal(thread_start(&t, "raise", THREAD_STACK, raise_it, &k->stop), 0);
    assert_int_equal(k->source->ops->read(k->source, k->pool, &f), ERR_STOPPED);
    thread_join(&t);
    assert_true(mono_us() - before < 9000000);
    assert_null(f);
}

/* A server that takes the connection and never says a word. */
struct mute {
    int listener;
    struct stop *stop;
};

static void accept_and_raise(void *arg)
{
    struct mute *m = arg;
    int fd = accept(m->listener, NULL, NULL);
    stop_raise(m->stop);
    /* It is closed when the other end gives up, which is what this test waits for. */
    char c;
    while (read(fd, &c, 1) > 0)
        ;
    close(fd);
}

static void test_stop_while_opening(void **state)
{
    struct kit *k = *state;
    struct mute m = {.listener = socket(AF_INET, SOCK_STREAM, 0), .stop = &k->stop};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    struct thread t = {0};
    char url[64];
    assert_int_equal(bind(m.listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(m.listener, 1), 0);
    assert_int_equal(getsockname(m.listener, (struct sockaddr *)&at, &len), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/x.mjpeg", ntohs(at.sin_port));
    assert_int_equal(source_parse(url, &k->spec, k->error, sizeof k->error), 0);
    assert_int_equal(thread_start(&t, "mute", THREAD_STACK, accept_and_raise, &m), 0);
    uint64_t before = mono_us();
    assert_int_equal(source_open(&k->spec, &k->stop, &k->source, k->error, sizeof k->error),
                     ERR_STOPPED);
    assert_true(mono_us() - before < 9000000); /* and not the patience with a mute server */
    thread_join(&t);
    close(m.listener);
}

/* FFmpeg's complaints come out of the log, each once. */
static void count_line(void *ctx, enum log_level level, int64_t at_us, const char *message)
{
    unsigned *lines = ctx;
    if (level == LOG_LEVEL_WARNING && strstr(message, "127.0.0.1:1 failed"))
        ++*lines;
}

static void test_library_log(void **state)
{
    struct kit *k = *state;
    unsigned lines = 0;
    log_set_hook(count_line, &lines);
    assert_int_equal(source_parse("tcp://127.0.0.1:1", &k->spec, k->error, sizeof k->error), 0);
    for (int i = 0; i < 3; i++)
        assert_true(source_open(&k->spec, &k->stop, &k->source, k->error, sizeof k->error) < 0);
    log_set_hook(NULL, NULL);
    assert_int_equal(lines, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_library_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_films_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_seam_takes_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bare_jpegs_get_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lower_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cannot_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_options, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop_while_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop_while_opening, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
