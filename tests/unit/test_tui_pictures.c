/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "media/mjpeg_enc.h"
#include "media/testcard.h"
#include "tui/output.h"
#include "tui/picture.h"
#include "tui/preview.h"
#include "tui/raster.h"
#include "util/mono.h"

/* From a JPEG to the bytes of a picture: cells, differences, slices, the scheduler. */

enum { W = 8, H = 4 };

static const struct picture_spec spec = {W, H, CELL_TRUECOLOR, TUI_SYMBOLS_HALF, 2, 0};
static const struct box place = {2, 3, H, W};

struct picture_of {
    struct cell at[W * H];
};

static void set(struct raster *r, struct picture_of *p)
{
    struct cells c = {.spec = spec, .at = p->at};
    raster_set(r, &c);
}

static void fill(struct picture_of *p, uint32_t rgb)
{
    for (int i = 0; i < W * H; i++) {
        p->at[i] = (struct cell){0x2580, rgb, rgb};
    }
}

/* Sends all there is; returns the bytes. */
static size_t send_all(struct raster *r, size_t most, struct bytes *b)
{
    bytes_clear(b);
    while (raster_slice(r, b, most, NULL, 0, 80, 24)) {
    }
    return b->len;
}

static void start(struct raster *r, struct picture_of *p, struct bytes *b)
{
    raster_init(r);
    assert_int_equal(raster_place(r, place, &spec), 0);
    assert_int_equal(send_all(r, 10000, b), 0); /* nothing to show yet */
    fill(p, 0x404040);
    set(r, p);
    assert_true(send_all(r, 10000, b) > 0);
    assert_int_equal(send_all(r, 10000, b), 0);
}

static void test_only_differences_leave(void **state)
{
    struct raster r;
    struct picture_of p;
    struct bytes b = {0};
    start(&r, &p, &b);
    set(&r, &p);
    assert_int_equal(send_all(&r, 10000, &b), 0);
    p.at[W + 2].fg = 0x800000;
    set(&r, &p);
    send_all(&r, 10000, &b);
    bytes_add(&b, "", 1);
    assert_string_equal((char *)b.at,
                        "\0337\033[0m\033[4;6H\033[38;2;128;0;0;48;2;64;64;64m▀\0338");
    raster_fini(&r);
    bytes_fini(&b);
}

static void test_noise_within_the_tolerance_costs_nothing(void **state)
{
    struct raster r;
    struct picture_of p;
    struct bytes b = {0};
    start(&r, &p, &b);
    for (int i = 1; i < RASTER_REFRESH_EVERY - 1; i++) {
        fill(&p, i % 2 ? 0x464646 : 0x3a3a3a);
        set(&r, &p);
        assert_int_equal(send_all(&r, 10000, &b), 0);
    }
    fill(&p, 0x474040); /* one beyond */
    set(&r, &p);
    assert_true(send_all(&r, 10000, &b) > 0);
    raster_fini(&r);
    bytes_fini(&b);
}

/* Slow drift is followed: never further from what is wanted than the tolerance. */
static void test_drift_stays_within_the_tolerance_and_is_repaired(void **state)
{
    struct raster r;
    struct picture_of p;
    struct bytes b = {0};
    start(&r, &p, &b);
    for (unsigned v = 0x40; v < 0x80; v++) {
        fill(&p, v << 16 | v << 8 | v);
        set(&r, &p);
        send_all(&r, 10000, &b);
        for (int i = 0; i < W * H; i++) {
            assert_in_range((v + RASTER_TOLERANCE) - (r.shown[i].fg & 0xff), 0,
                            2 * RASTER_TOLERANCE);
        }
    }
    for (int i = 0; i < RASTER_REFRESH_EVERY * (H + 1); i++) {
        set(&r, &p);
        send_all(&r, 10000, &b);
    }
    assert_memory_equal(r.shown, p.at, sizeof p.at);
    raster_fini(&r);
    bytes_fini(&b);
}

static void test_slices_and_masks(void **state)
{
    struct raster r;
    struct picture_of p;
    struct bytes b = {0};
    struct box mask = {2, 3, 1, W};
    start(&r, &p, &b);
    fill(&p, 0xff0000);
    set(&r, &p);
    int slices = 1;
    while (raster_slice(&r, &b, 1, NULL, 0, 80, 24)) {
        slices++;
    }
    assert_int_equal(slices, H); /* a row at least in each */
    assert_memory_equal(r.shown, p.at, sizeof p.at);
    fill(&p, 0x00ff00);
    set(&r, &p);
    bytes_clear(&b);
    raster_slice(&r, &b, 10000, &mask, 1, 80, 24);
    bytes_add(&b, "", 1);
    assert_null(strstr((char *)b.at, "\033[3;4H"));
    assert_non_null(strstr((char *)b.at, "\033[4;4H"));
    raster_dirty(&r, mask);
    send_all(&r, 10000, &b);
    assert_memory_equal(r.shown, p.at, sizeof p.at);
    raster_fini(&r);
    bytes_fini(&b);
}

static void test_the_last_cell_is_never_written(void **state)
{
    struct raster r;
    struct picture_of p;
    struct bytes b = {0};
    raster_init(&r);
    assert_int_equal(raster_place(&r, (struct box){20, 72, H, W}, &spec), 0);
    fill(&p, 0x123456);
    set(&r, &p);
    send_all(&r, 10000, &b);
    assert_int_equal(r.shown[W * H - 1].ch, 0);
    assert_int_equal(r.shown[W * H - 2].ch, 0x2580);
    assert_null(memchr(b.at, '\n', b.len));
    raster_fini(&r);
    bytes_fini(&b);
}

static struct frame *card(unsigned w, unsigned h)
{
    struct frame_pool *pool;
    struct testcard *t;
    struct mjpeg_enc *e;
    struct frame *raw, *jpeg;
    assert_int_equal(frame_pool_new(2, &pool), 0);
    assert_int_equal(testcard_new(w, h, "x", &t), 0);
    assert_int_equal(mjpeg_enc_new(&e), 0);
    assert_int_equal(testcard_draw(t, 1, 1, 1, pool, &raw), 0);
    assert_int_equal(mjpeg_enc_frame(e, raw, 85, pool, &jpeg), 0);
    frame_unref(&raw);
    mjpeg_enc_free(e);
    testcard_free(t);
    frame_pool_free(pool);
    return jpeg;
}

static void test_a_picture_keeps_its_shape(void **state)
{
    static const struct {
        unsigned w, h, cols, rows, fit_cols, fit_rows;
    } cases[] = {{640, 480, 80, 24, 64, 24},
                 {640, 480, 40, 40, 40, 15},
                 {480, 640, 80, 24, 36, 24},
                 {1, 1000, 10, 10, 1, 10},
                 {1000, 1, 10, 10, 10, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture_spec s = spec;
        unsigned cols, rows;
        s.cols = cases[i].cols;
        s.rows = cases[i].rows;
        picture_fit(cases[i].w, cases[i].h, &s, &cols, &rows);
        assert_int_equal(cols, cases[i].fit_cols);
        assert_int_equal(rows, cases[i].fit_rows);
    }
}

static void test_every_mode_and_symbol_fills_all_cells(void **state)
{
    static struct cell at[40 * 12];
    struct picture *p;
    struct frame *jpeg = card(320, 240);
    assert_int_equal(picture_new(&p), 0);
    for (int colors = CELL_TRUECOLOR; colors <= CELL_MONO; colors++) {
        for (int symbols = 0; symbols < TUI_SYMBOLSETS; symbols++) {
            struct cells c = {.spec = {40, 12, (enum cell_colors)colors, (enum tui_symbols)symbols,
                                       2, colors == CELL_MONO ? CELL_PLAIN : 0},
                              .at = at};
            memset(at, 0, sizeof at);
            assert_int_equal(picture_render(p, jpeg, &c), 0);
            uint32_t most = colors == CELL_256 ? 255 : colors == CELL_16 ? 15 : 7;
            for (int i = 0; i < 40 * 12; i++) {
                assert_in_range(at[i].ch, ' ', 0x1ffff);
                if (colors == CELL_256 || colors == CELL_16 || colors == CELL_8) {
                    assert_in_range(at[i].fg, 0, most);
                    assert_in_range(at[i].bg, 0, most);
                }
            }
        }
    }
    picture_free(p);
    frame_unref(&jpeg);
}

static void test_damaged_pictures_are_errors(void **state)
{
    static struct cell at[W * H];
    struct cells c = {.spec = spec, .at = at};
    struct picture *p;
    struct frame *jpeg = card(160, 120);
    assert_int_equal(picture_new(&p), 0);
    size_t len = jpeg->len;
    for (size_t cut = 0; cut < 64; cut++) {
        jpeg->len = cut;
        assert_true(picture_render(p, jpeg, &c) < 0);
    }
    jpeg->len = len;
    assert_int_equal(picture_render(p, jpeg, &c), 0);
    picture_free(p);
    frame_unref(&jpeg);
}

static void test_nearest_colours(void **state)
{
    assert_int_equal(cell_index_256(0x000000), 16);
    assert_int_equal(cell_index_256(0xffffff), 231);
    assert_int_equal(cell_index_256(0xff0000), 196);
    assert_int_equal(cell_index_256(0x808080), 244);
    assert_int_equal(cell_index_16(0xfefefe, 16), 15);
    assert_int_equal(cell_index_16(0xfefefe, 8), 7);
    assert_int_equal(cell_index_16(0xa00000, 8), 1);
}

static struct frame *give(void *ctx, uint64_t stream)
{
    struct frame *jpeg = ctx;
    return stream == 7 ? frame_ref(jpeg) : NULL;
}

static bool ready(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t n;
    return poll(&p, 1, ms) == 1 && read(fd, &n, sizeof n) == sizeof n;
}

static void test_the_pool_draws_new_frames_once(void **state)
{
    struct preview *p;
    struct cells c = {0};
    struct frame *jpeg = card(160, 120);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    jpeg->arrival_us = 5;
    assert_int_equal(preview_new(&p, give, jpeg, fd), 0);
    assert_false(preview_take(p, 0, &c));
    preview_ask(p, 0); /* an empty slot */
    preview_set(p, 3, 7, &spec);
    preview_ask(p, 3);
    assert_true(ready(fd, 60000));
    assert_true(preview_take(p, 3, &c));
    assert_int_equal(c.stream, 7);
    assert_int_equal(c.arrival_us, 5);
    assert_int_equal(c.spec.cols, W);
    assert_false(preview_take(p, 3, &c));
    preview_ask(p, 3); /* the same frame: nothing */
    preview_set(p, 4, 7, &spec);
    preview_ask(p, 4); /* another slot draws it */
    assert_true(ready(fd, 60000));
    assert_true(preview_take(p, 4, &c));
    assert_false(preview_take(p, 3, &c));
    preview_free(p);
    cells_fini(&c);
    close(fd);
    frame_unref(&jpeg);
}

struct source {
    int slices;
};

static bool slice(void *ctx, struct bytes *to, size_t most)
{
    struct source *s = ctx;
    bytes_text(to, "p");
    return --s->slices > 0;
}

static void test_text_leaves_before_pictures_and_nothing_is_torn(void **state)
{
    int fds[2];
    char got[4096];
    struct source source = {3};
    struct output o;
    assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
    output_init(&o, fds[1], &(struct output_pictures){&source, slice});
    o.synchronized_output = true;
    bytes_text(&o.text, "text");
    output_wake(&o);
    assert_int_equal(output_pump(&o, 1), 0);
    ssize_t n = read(fds[0], got, sizeof got);
    assert_true(n > 0);
    got[n] = 0;
    assert_string_equal(got, "\033[?2026htextp\033[?2026l\033[?2026hp\033[?2026l"
                             "\033[?2026hp\033[?2026l");
    assert_int_equal(o.total_bytes, n);
    output_fini(&o);
    close(fds[0]);
    close(fds[1]);
}

/* A pipe that is full: what was begun goes on byte for byte, pictures wait to be made. */
static void test_short_writes_go_on_where_they_stopped(void **state)
{
    int fds[2];
    static char text[300000], got[400000];
    size_t total = 0;
    struct source source = {1};
    struct output o;
    assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
    output_init(&o, fds[1], &(struct output_pictures){&source, slice});
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('a' + i % 23);
    }
    bytes_add(&o.text, text, sizeof text);
    while (output_pump(&o, 1) == 1) {
        assert_int_equal(source.slices, 1);
        ssize_t n = read(fds[0], got + total, 5000);
        assert_true(n > 0);
        total += (size_t)n;
    }
    ssize_t n;
    while ((n = read(fds[0], got + total, sizeof got - total)) > 0) {
        total += (size_t)n;
    }
    assert_int_equal(total, sizeof text);
    assert_memory_equal(got, text, sizeof text);
    close(fds[0]);
    bytes_text(&o.text, "x");
    assert_true(output_pump(&o, 2) < 0);
    output_fini(&o);
    close(fds[1]);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_differences_leave),
        cmocka_unit_test(test_noise_within_the_tolerance_costs_nothing),
        cmocka_unit_test(test_drift_stays_within_the_tolerance_and_is_repaired),
        cmocka_unit_test(test_slices_and_masks),
        cmocka_unit_test(test_the_last_cell_is_never_written),
        cmocka_unit_test(test_a_picture_keeps_its_shape),
        cmocka_unit_test(test_every_mode_and_symbol_fills_all_cells),
        cmocka_unit_test(test_damaged_pictures_are_errors),
        cmocka_unit_test(test_nearest_colours),
        cmocka_unit_test(test_the_pool_draws_new_frames_once),
        cmocka_unit_test(test_text_leaves_before_pictures_and_nothing_is_torn),
        cmocka_unit_test(test_short_writes_go_on_where_they_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
