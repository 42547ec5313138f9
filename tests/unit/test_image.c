/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "unit/image_rig.h"
#include "unit/pixels.h"

/* When a picture's strips leave for the terminal, and in which pieces. */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_strips_leave_at_their_places),
        TEST(test_strips_in_pieces),
        TEST(test_what_was_not_sent_is_not_lost),
        TEST(test_kitty_leaves_in_sequences),
        TEST(test_kitty_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
