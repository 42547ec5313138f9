/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/mjpeg_enc.h"
#include "media/testcard.h"
#include "tui/image.h"
#include "tui/imager.h"
#include "tui/pixdiff.h"
#include "unit/pixels.h"

/* From a JPEG to what a terminal with graphics is sent, and back to pixels. */

enum {
    CARD_W = 320,
    CARD_H = 240,
    COLS = 30,
    ROWS = 12,
    CELL_W = 8,
    CELL_H = 16,
    PLENTY = 1 << 22
};

static const struct picture_spec base = {.cols = COLS,
                                         .rows = ROWS,
                                         .cell_aspect = 2,
                                         .cell_w = CELL_W,
                                         .cell_h = CELL_H,
                                         .registers = 256};

/* What a test draws with. */
struct rig {
    struct frame_pool *pool;
    struct mjpeg_enc *enc;
    struct testcard *card;
    struct picture *picture;
    struct imager *imager;
    struct drawn drawn;
    struct strips strips;
    struct image image;
    struct bytes out;
};

static int set_up(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    assert_non_null(r);
    assert_int_equal(frame_pool_new(4, &r->pool), 0);
    assert_int_equal(mjpeg_enc_new(&r->enc), 0);
    assert_int_equal(testcard_new(CARD_W, CARD_H, "x", &r->card), 0);
    assert_int_equal(picture_new(&r->picture), 0);
    assert_int_equal(imager_new(&r->imager), 0);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;
    drawn_forget(&r->drawn);
    strips_fini(&r->strips);
    image_fini(&r->image);
    bytes_fini(&r->out);
    imager_free(r->imager);
    picture_free(r->picture);
    testcard_free(r->card);
    mjpeg_enc_free(r->enc);
    frame_pool_free(r->pool);
    free(r);
    return 0;
}

/* The card without anything that moves, or with lines from `grey_from` on in grey. */
static struct frame *jpeg_of(struct rig *r, unsigned grey_from)
{
    struct frame *raw, *jpeg;
    assert_int_equal(testcard_draw(r->card, 1, 1, 1, r->pool, &raw), 0);
    if (grey_from < CARD_H) {
        memset(raw->data + (size_t)grey_from * CARD_W, 0x80, (size_t)(CARD_H - grey_from) * CARD_W);
    }
    assert_int_equal(mjpeg_enc_frame(r->enc, raw, 85, r->pool, &jpeg), 0);
    frame_unref(&raw);
    return jpeg;
}

static struct picture_spec spec_of(enum picture_form form)
{
    struct picture_spec s = base;
    s.form = form;
    return s;
}

static unsigned fresh(const struct strips *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->n; i++) {
        n += s->strip[i].fresh;
    }
    return n;
}

static void render(struct rig *r, const struct frame *jpeg, enum picture_form form, size_t most)
{
    struct picture_spec s = spec_of(form);
    assert_int_equal(imager_render(r->imager, r->picture, jpeg, &s, most, &r->drawn, &r->strips),
                     0);
}

/* How far apart on the average, in levels, decoded pixels are from the JPEG's lines from y0 on. */
static double apart(struct rig *r, const struct frame *jpeg, const struct pixels *p, unsigned y0,
                    unsigned height)
{
    struct frame *want = NULL;
    double sum = 0;
    assert_int_equal(picture_pixels_rgba(r->picture, jpeg, p->width, height, &want), 0);
    for (unsigned y = 0; y < p->height; y++) {
        for (unsigned x = 0; x < p->width; x++) {
            const uint8_t *w = want->data + ((size_t)(y0 + y) * p->width + x) * 4;
            uint32_t is = pixels_get(p, x, y);
            assert_int_not_equal(is, PIXELS_UNSET);
            for (int c = 0; c < 3; c++) {
                sum += abs((int)(is >> (16 - 8 * c) & 255) - w[c]);
            }
        }
    }
    frame_unref(&want);
    return sum / 3 / p->width / p->height;
}

static void test_sixel_strips_are_the_picture(void **state)
{
    struct rig *r = *state;
    struct frame *jpeg = jpeg_of(r, CARD_H);
    render(r, jpeg, PICTURE_SIXEL, PLENTY);
    assert_int_equal(r->strips.cols, COLS); /* 4:3 in cells of 1:2 is 30 x 11 */
    assert_int_equal(r->strips.rows, 11);
    assert_int_equal(r->strips.strip_rows, 3); /* 48 lines are whole bands */
    assert_int_equal(r->strips.n, 4);
    assert_int_equal(fresh(&r->strips), 4);
    for (unsigned i = 0; i < r->strips.n; i++) {
        const struct bytes *b = &r->strips.strip[i].bytes;
        struct pixels p;
        assert_int_equal(pixels_read_sixel(b->at, b->len, 256, &p), b->len);
        assert_int_equal(p.width, COLS * CELL_W);
        assert_int_equal(p.height, (i < 3 ? 3 : 2) * CELL_H);
        assert_true(apart(r, jpeg, &p, i * 3 * CELL_H, 11 * CELL_H) < 24);
        pixels_free(&p);
    }
    frame_unref(&jpeg);
}

static void test_only_strips_that_changed(void **state)
{
    struct rig *r = *state;
    struct frame *card = jpeg_of(r, CARD_H), *half = jpeg_of(r, CARD_H * 3 / 4);
    render(r, card, PICTURE_SIXEL, PLENTY);
    render(r, card, PICTURE_SIXEL, PLENTY);
    assert_int_equal(fresh(&r->strips), 0);
    render(r, half, PICTURE_SIXEL, PLENTY); /* 132 of 176 lines are as before */
    assert_int_equal(fresh(&r->strips), 2);
    assert_true(r->strips.strip[2].fresh && r->strips.strip[3].fresh);
    drawn_forget(&r->drawn);
    render(r, half, PICTURE_SIXEL, PLENTY);
    assert_int_equal(fresh(&r->strips), 4);
    frame_unref(&card);
    frame_unref(&half);
}

static void test_kitty_and_its_limit(void **state)
{
    static const size_t most[] = {PLENTY, 20000, 5000};
    struct rig *r = *state;
    struct frame *jpeg = jpeg_of(r, CARD_H);
    unsigned before = COLS * CELL_W + 1;
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        struct pixels_kitty k;
        drawn_forget(&r->drawn);
        render(r, jpeg, PICTURE_KITTY, most[i]);
        const struct bytes *b = &r->strips.strip[0].bytes;
        assert_int_equal(r->strips.n, 1);
        assert_in_range(b->len, 1, most[i]);
        assert_int_equal(pixels_read_kitty(b->at, b->len, &k), b->len);
        assert_int_equal(k.id, r->strips.id);
        assert_int_equal(k.cols, COLS);
        assert_int_equal(k.rows, 11);
        assert_true(k.pixels.width < before); /* smaller each time */
        before = k.pixels.width;
        if (i == 0) {
            assert_int_equal(k.pixels.width, COLS * CELL_W);
            assert_true(apart(r, jpeg, &k.pixels, 0, 11 * CELL_H) < 3);
        }
        pixels_free(&k.pixels);
    }
    frame_unref(&jpeg);
}

/* The file in an iTerm2 image; the caller frees it. */
static uint8_t *file_of(const struct bytes *b, size_t *len)
{
    const uint8_t *colon = memchr(b->at, ':', b->len);
    assert_non_null(colon);
    return pixels_unbase64(colon + 1, (size_t)(b->at + b->len - colon) - 2, len);
}

static void test_iterm2_takes_the_file_where_it_can(void **state)
{
    struct rig *r = *state;
    struct frame *jpeg = jpeg_of(r, CARD_H);
    struct picture_spec big = spec_of(PICTURE_ITERM2);
    size_t len;
    big.cols = 60;
    big.rows = 30;
    assert_int_equal(
        imager_render(r->imager, r->picture, jpeg, &big, PLENTY, &r->drawn, &r->strips), 0);
    uint8_t *file = file_of(&r->strips.strip[0].bytes, &len);
    assert_int_equal(len, jpeg->len);
    assert_memory_equal(file, jpeg->data, len);
    free(file);
    render(r, jpeg, PICTURE_ITERM2, PLENTY); /* 240 pixels wide do */
    file = file_of(&r->strips.strip[0].bytes, &len);
    assert_true(len < jpeg->len);
    free(file);
    drawn_forget(&r->drawn);
    render(r, jpeg, PICTURE_ITERM2, 3000);
    assert_in_range(r->strips.strip[0].bytes.len, 1, 3200);
    render(r, jpeg, PICTURE_ITERM2, 3000);
    assert_int_equal(fresh(&r->strips), 0);
    frame_unref(&jpeg);
}

static void test_damaged_pictures(void **state)
{
    struct rig *r = *state;
    struct picture_spec s = spec_of(PICTURE_SIXEL);
    struct frame *jpeg = jpeg_of(r, CARD_H);
    jpeg->len = 30;
    assert_true(imager_render(r->imager, r->picture, jpeg, &s, PLENTY, &r->drawn, &r->strips) < 0);
    frame_unref(&jpeg);
}

static bool has(const struct bytes *b, const char *text)
{
    return memmem(b->at, b->len, text, strlen(text)) != NULL;
}

static void test_strips_leave_at_their_places(void **state)
{
    struct rig *r = *state;
    struct frame *card = jpeg_of(r, CARD_H), *half = jpeg_of(r, CARD_H * 3 / 4);
    render(r, card, PICTURE_SIXEL, PLENTY);
    r->image.box = (struct box){4, 10, ROWS, COLS};
    assert_true(image_take(&r->image, &r->strips)); /* covers other cells than nothing did */
    assert_true(image_left(&r->image));
    assert_true(image_slice(&r->image, &r->out, 1, false)); /* it does not fit */
    assert_int_equal(r->out.len, 0);
    assert_true(image_slice(&r->image, &r->out, 1, true)); /* it must */
    assert_true(!strncmp((char *)r->out.at, "\0337\033[5;11H\033P", 11));
    assert_memory_equal(r->out.at + r->out.len - 4, "\033\\\0338", 4);
    assert_false(has(&r->out, "\033[8;11H"));
    assert_false(image_slice(&r->image, &r->out, PLENTY, true));
    assert_true(has(&r->out, "\033[8;11H") && has(&r->out, "\033[14;11H"));
    bytes_clear(&r->out);
    assert_false(image_slice(&r->image, &r->out, PLENTY, true));
    assert_int_equal(r->out.len, 0);
    render(r, half, PICTURE_SIXEL, PLENTY);
    assert_false(image_take(&r->image, &r->strips));
    assert_false(image_slice(&r->image, &r->out, PLENTY, true));
    assert_true(has(&r->out, "\033[11;11H") && !has(&r->out, "\033[5;11H"));
    bytes_clear(&r->out);
    image_dirty(&r->image, &r->out);
    assert_false(image_slice(&r->image, &r->out, PLENTY, true));
    assert_true(has(&r->out, "\033[5;11H") && has(&r->out, "\033[14;11H"));
    assert_true(image_refresh(&r->image));
    assert_int_equal(fresh(&r->image.now), 1);
    frame_unref(&card);
    frame_unref(&half);
}

/* Behind a slow link a strip is cut into pieces that leave one by one. */
static void test_strips_in_pieces(void **state)
{
    struct rig *r = *state;
    struct frame *card = jpeg_of(r, CARD_H);
    unsigned pieces = 0, cols = 0;
    char last[32];
    render(r, card, PICTURE_SIXEL, PLENTY);
    size_t whole = r->strips.strip[0].bytes.len;
    drawn_forget(&r->drawn);
    render(r, card, PICTURE_SIXEL, whole / 3);
    image_take(&r->image, &r->strips);
    const struct strip *first = &r->image.now.strip[0];
    unsigned width = first->piece_cols, wanted = (COLS + width - 1) / width;
    assert_true(first->bytes.len > whole && width > 1);
    while (first->fresh) {
        char place[32];
        struct pixels p;
        bytes_clear(&r->out);
        image_slice(&r->image, &r->out, 1, true);
        snprintf(place, sizeof place, "\0337\033[1;%uH", 1 + pieces * width);
        assert_true(!strncmp((char *)r->out.at, place, strlen(place)));
        assert_in_range(r->out.len - strlen(place) - 2, 100, whole / 3);
        size_t at = strlen(place);
        assert_int_equal(at + pixels_read_sixel(r->out.at + at, r->out.len - at, 256, &p) + 2,
                         r->out.len);
        assert_int_equal(p.height, 3 * CELL_H);
        cols += p.width / CELL_W;
        pieces++;
        pixels_free(&p);
    }
    assert_int_equal(pieces, wanted);
    assert_int_equal(cols, COLS);
    image_dirty(&r->image, &r->out);
    bytes_clear(&r->out);
    assert_false(image_slice(&r->image, &r->out, PLENTY, true));
    snprintf(last, sizeof last, "\033[1;%uH", 1 + (pieces - 1) * width);
    assert_true(has(&r->out, "\033[1;1H") && has(&r->out, last) && has(&r->out, "\033[10;1H"));
    frame_unref(&card);
}

/* What was never sent of one picture comes with the next, of which it is a part. */
static void test_what_was_not_sent_is_not_lost(void **state)
{
    struct rig *r = *state;
    struct frame *card = jpeg_of(r, CARD_H), *half = jpeg_of(r, CARD_H * 3 / 4);
    render(r, card, PICTURE_SIXEL, PLENTY);
    image_take(&r->image, &r->strips);
    assert_true(image_slice(&r->image, &r->out, 1, true)); /* strip 0 */
    render(r, half, PICTURE_SIXEL, PLENTY);                /* strips 2 and 3 */
    image_take(&r->image, &r->strips);
    assert_int_equal(fresh(&r->image.now), 3);
    image_clear(&r->image, &r->out);
    assert_false(image_left(&r->image));
    frame_unref(&card);
    frame_unref(&half);
}

/* The sequences of out must be whole; a picture and what is deleted are told. */
static void read_kitty(const struct bytes *b, size_t at, struct pixels_kitty *k)
{
    static const char restore[] = "\0338";
    const uint8_t *first = memmem(b->at + at, b->len - at, "\033_G", 3);
    assert_non_null(first);
    size_t left = (size_t)(b->at + b->len - first);
    pixels_read_kitty(first, left, k);
    assert_memory_equal(b->at + b->len - 2, restore, 2);
}

static void test_kitty_leaves_in_sequences(void **state)
{
    struct rig *r = *state;
    struct frame *card = jpeg_of(r, CARD_H), *half = jpeg_of(r, CARD_H / 2);
    render(r, card, PICTURE_KITTY, PLENTY);
    unsigned first = r->strips.id;
    size_t whole = r->strips.strip[0].bytes.len, sent = 0;
    image_take(&r->image, &r->strips);
    for (bool more = true; more;) {
        bytes_clear(&r->out);
        assert_true(image_slice(&r->image, &r->out, 1, false)); /* it does not fit */
        assert_int_equal(r->out.len, 0);
        more = image_slice(&r->image, &r->out, 1, true);
        assert_int_equal(image_begun(&r->image), more);
        assert_in_range(r->out.len, 8, 4096 + 128);
        sent += r->out.len;
    }
    assert_true(sent > whole);
    assert_false(has(&r->out, "a=d")); /* there was none before */
    render(r, half, PICTURE_KITTY, PLENTY);
    assert_int_not_equal(r->strips.id, first);
    image_take(&r->image, &r->strips);
    bytes_clear(&r->out);
    assert_false(image_slice(&r->image, &r->out, PLENTY, true));
    struct pixels_kitty k;
    read_kitty(&r->out, 0, &k);
    assert_int_equal(k.id, r->image.shown);
    pixels_free(&k.pixels);
    char gone[64];
    snprintf(gone, sizeof gone, "\033_Ga=d,d=I,i=%u,", first);
    assert_true(has(&r->out, gone)); /* behind the new one */
    frame_unref(&card);
    frame_unref(&half);
}

static void test_kitty_begins_anew(void **state)
{
    struct rig *r = *state;
    struct frame *card = jpeg_of(r, CARD_H);
    render(r, card, PICTURE_KITTY, PLENTY);
    image_take(&r->image, &r->strips);
    image_abort(&r->image, &r->out);
    assert_int_equal(r->out.len, 0); /* nothing is under way */
    assert_true(image_slice(&r->image, &r->out, 1, true));
    bytes_clear(&r->out);
    image_abort(&r->image, &r->out);
    assert_true(!strncmp((char *)r->out.at, "\033_Gq=2,m=0;\033\\", 13));
    assert_false(image_begun(&r->image));
    bytes_clear(&r->out);
    assert_false(image_slice(&r->image, &r->out, PLENTY, true));
    struct pixels_kitty k;
    read_kitty(&r->out, 0, &k);
    assert_int_equal(k.pixels.width, COLS * CELL_W);
    pixels_free(&k.pixels);
    bytes_clear(&r->out);
    image_clear(&r->image, &r->out);
    assert_true(has(&r->out, "a=d,d=I"));
    assert_false(image_left(&r->image));
    frame_unref(&card);
}

/* A picture of one grey, with noise or with a spot. */
static struct frame *grey(struct rig *r, unsigned w, unsigned h, int noise)
{
    struct frame *f;
    uint32_t seed = 7;
    assert_int_equal(frame_new(r->pool, (size_t)w * h * 4, &f), 0);
    f->format = FRAME_RGBA;
    f->width = (uint16_t)w;
    f->height = (uint16_t)h;
    f->len = (size_t)w * h * 4;
    for (size_t i = 0; i < f->len; i++) {
        seed = seed * 1664525 + 1013904223;
        f->data[i] = (uint8_t)(128 + (noise ? (int)(seed >> 24) % (2 * noise + 1) - noise : 0));
    }
    return f;
}

static void test_noise_is_no_change_and_a_spot_is(void **state)
{
    static const struct {
        unsigned x, y, w, h;
        int by;
        bool differs;
    } cases[] = {
        {0, 0, 8, 8, 5, true},     {0, 0, 8, 8, 4, false},
        {0, 0, 8, 8, -5, true},    {44, 28, 2, 2, 40, true},
        {44, 28, 2, 2, 30, false}, /* the last block, 6 x 6 */
        {16, 8, 1, 1, 100, false}, /* one of 64 */ {16, 8, 4, 4, 40, true},
    };
    struct rig *r = *state;
    struct frame *a = grey(r, 46, 30, 0), *noisy = grey(r, 46, 30, 8);
    assert_false(pixdiff_lines(a, a, 0, 30));
    assert_false(pixdiff_lines(a, noisy, 0, 30));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame *b = grey(r, 46, 30, 0);
        for (unsigned y = cases[i].y; y < cases[i].y + cases[i].h; y++) {
            for (unsigned x = cases[i].x; x < cases[i].x + cases[i].w; x++) {
                uint8_t *green = b->data + ((size_t)y * 46 + x) * 4 + 1;
                *green = (uint8_t)(*green + cases[i].by);
            }
        }
        print_message("%zu\n", i);
        assert_int_equal(pixdiff_lines(a, b, 0, 30), cases[i].differs);
        assert_false(pixdiff_lines(a, b, cases[i].y < 24 ? 24 : 0, cases[i].y < 24 ? 6 : 24));
        frame_unref(&b);
    }
    frame_unref(&a);
    frame_unref(&noisy);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sixel_strips_are_the_picture),
        TEST(test_only_strips_that_changed),
        TEST(test_kitty_and_its_limit),
        TEST(test_iterm2_takes_the_file_where_it_can),
        TEST(test_damaged_pictures),
        TEST(test_strips_leave_at_their_places),
        TEST(test_strips_in_pieces),
        TEST(test_what_was_not_sent_is_not_lost),
        TEST(test_kitty_leaves_in_sequences),
        TEST(test_kitty_begins_anew),
        TEST(test_noise_is_no_change_and_a_spot_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
