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
#include "tui/picture_chafa.h"
#include "tui/preview.h"
#include "util/mono.h"

/* From a JPEG to cells, and the scheduler of what leaves. */

enum { W = 8, H = 4 };

static const struct picture_spec spec = {W, H, CELL_TRUECOLOR, TUI_SYMBOLS_HALF, 2, 0};
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
    struct tiles tiles = {0};
    struct picture *p;
    struct frame *jpeg = card(320, 240);
    assert_int_equal(picture_new(&p), 0);
    for (int colors = CELL_TRUECOLOR; colors <= CELL_MONO; colors++) {
        for (int symbols = 0; symbols < TUI_SYMBOLSETS; symbols++) {
            struct cells c = {.spec = {40, 12, (enum cell_colors)colors, (enum tui_symbols)symbols,
                                       2, colors == CELL_MONO ? CELL_PLAIN : 0},
                              .at = at};
            memset(at, 0, sizeof at);
            assert_int_equal(picture_render(p, jpeg, &tiles, &c), 0);
            bool few = colors == CELL_16 || colors == CELL_8;
            uint32_t entries = CELL_PALETTE | (colors == CELL_16 ? 15 : 7);
            for (int i = 0; i < 40 * 12; i++) {
                assert_in_range(at[i].ch, ' ', 0x1ffff);
                if (colors != CELL_MONO) {
                    assert_in_range(at[i].fg, 0, few ? entries : 0xffffff);
                    assert_in_range(at[i].bg, 0, few ? entries : 0xffffff);
                }
            }
        }
    }
    tiles_fini(&tiles);
    picture_free(p);
    frame_unref(&jpeg);
}

/* Only tiles whose pixels moved further than the tolerance from those drawn are drawn again, at the
 * edges, too; and then the picture is the same as one drawn whole. */
static void test_only_changed_tiles_are_drawn(void **state)
{
    enum { COLS = 2 * TILES_COLS + 3, ROWS = TILES_ROWS + 1, PARTS = 2 };
    static const struct {
        unsigned x, y; /* cell */
        int add, drawn;
    } cases[] = {{0, 0, 0, 0},
                 {0, 0, TILES_TOLERANCE, 0},
                 {0, 0, TILES_TOLERANCE + 1, 1},
                 {8, 3, 90, 1},
                 {COLS - 1, ROWS - 1, 90, 1}};
    const struct picture_spec quad = {COLS, ROWS, CELL_TRUECOLOR, TUI_SYMBOLS_QUAD, 2, 0};
    struct tiles tiles = {0}, whole = {0};
    struct picture_chafa chafa = {0};
    struct frame_pool *pool;
    struct frame *f;
    assert_int_equal(frame_pool_new(1, &pool), 0);
    assert_int_equal(frame_new(pool, COLS * ROWS * PARTS * PARTS * 4, &f), 0);
    f->width = COLS * PARTS;
    f->height = ROWS * PARTS;
    for (unsigned i = 0; i < COLS * ROWS * PARTS * PARTS * 4; i++) {
        f->data[i] = (uint8_t)(i % 4 == 3 ? 255 : i * 7 % 100);
    }
    tiles_shape(&tiles, &quad, COLS, ROWS, f->width, f->height);
    assert_int_equal(picture_chafa_draw(&chafa, f, &tiles), 3 * 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t *p = f->data + (cases[i].y * PARTS * f->width + cases[i].x * PARTS) * 4;
        uint8_t before = *p;
        *p = (uint8_t)(*p + cases[i].add);
        assert_int_equal(picture_chafa_draw(&chafa, f, &tiles), cases[i].drawn);
        if (!cases[i].drawn) {
            *p = before;
        }
    }
    tiles_shape(&whole, &quad, COLS, ROWS, f->width, f->height);
    assert_int_equal(picture_chafa_draw(&chafa, f, &whole), 3 * 2);
    assert_memory_equal(tiles.cell, whole.cell, COLS * ROWS * sizeof *whole.cell);
    picture_chafa_fini(&chafa);
    tiles_fini(&tiles);
    tiles_fini(&whole);
    frame_unref(&f);
    frame_pool_free(pool);
}

static void test_damaged_pictures_are_errors(void **state)
{
    static struct cell at[W * H];
    struct cells c = {.spec = spec, .at = at};
    struct tiles tiles = {0};
    struct picture *p;
    struct frame *jpeg = card(160, 120);
    assert_int_equal(picture_new(&p), 0);
    size_t len = jpeg->len;
    for (size_t cut = 0; cut < 64; cut++) {
        jpeg->len = cut;
        assert_true(picture_render(p, jpeg, &tiles, &c) < 0);
    }
    jpeg->len = len;
    assert_int_equal(picture_render(p, jpeg, &tiles, &c), 0);
    tiles_fini(&tiles);
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
    preview_ask(p, 0, 0); /* an empty slot */
    preview_set(p, 3, 7, &spec);
    preview_ask(p, 3, 0);
    assert_true(ready(fd, 60000));
    assert_true(preview_take(p, 3, &c));
    assert_int_equal(c.stream, 7);
    assert_int_equal(c.arrival_us, 5);
    assert_int_equal(c.spec.cols, W);
    assert_false(preview_take(p, 3, &c));
    preview_ask(p, 3, 0); /* the same frame: nothing */
    preview_set(p, 4, 7, &spec);
    preview_ask(p, 4, 0); /* another slot draws it */
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
    output_init(&o, fds[1], &(struct output_pictures){&source, slice}, 0);
    flow_set_mode(&o.flow, FLOW_SILENT);
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
    output_init(&o, fds[1], &(struct output_pictures){&source, slice}, 0);
    flow_set_mode(&o.flow, FLOW_SILENT);
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
        cmocka_unit_test(test_a_picture_keeps_its_shape),
        cmocka_unit_test(test_every_mode_and_symbol_fills_all_cells),
        cmocka_unit_test(test_only_changed_tiles_are_drawn),
        cmocka_unit_test(test_damaged_pictures_are_errors),
        cmocka_unit_test(test_nearest_colours),
        cmocka_unit_test(test_the_pool_draws_new_frames_once),
        cmocka_unit_test(test_text_leaves_before_pictures_and_nothing_is_torn),
        cmocka_unit_test(test_short_writes_go_on_where_they_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
