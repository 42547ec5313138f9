/* SPDX-License-Identifier: MIT */
#include "tui/image.h"

#include <string.h>

#include "tui/kitty.h"

void image_fini(struct image *im)
{
    strips_fini(&im->now);
    *im = (struct image){0};
}

bool image_take(struct image *im, struct strips *from)
{
    return strips_move(&im->now, from);
}

bool image_left(const struct image *im)
{
    return strips_any(&im->now);
}

bool image_begun(const struct image *im)
{
    return im->sent > 0;
}

static void take_away(struct image *im, struct bytes *to)
{
    if (im->shown) {
        kitty_delete(to, im->shown);
        im->shown = 0;
    }
}

void image_dirty(struct image *im, struct bytes *to)
{
    take_away(im, to);
    strips_all(&im->now);
}

bool image_refresh(struct image *im)
{
    if (!im->now.n || im->now.spec.form != PICTURE_SIXEL) {
        return false;
    }
    im->refreshed = (im->refreshed + 1) % im->now.n;
    struct strip *s = &im->now.strip[im->refreshed];
    strip_again(s);
    return s->fresh;
}

void image_abort(struct image *im, struct bytes *to)
{
    if (im->sent) {
        bytes_text(to, KITTY_ABORT);
        kitty_delete(to, im->now.id);
        im->sent = 0;
    }
}

void image_clear(struct image *im, struct bytes *to)
{
    image_abort(im, to);
    take_away(im, to);
    im->now.n = 0; /* keeps the room */
    im->next = 0;
}

static void begin(const struct image *im, struct bytes *to, unsigned strip)
{
    const struct strip *s = &im->now.strip[strip];
    int y = im->box.y + (int)(im->now.y + strip * im->now.strip_rows);
    int x = im->box.x + (int)(im->now.x + s->piece * s->piece_cols);
    bytes_printf(to, "\0337\033[%d;%dH", y + 1, x + 1);
}

static void end(struct bytes *to)
{
    bytes_text(to, "\0338");
}

/* Length of the first sequence with its end. */
static size_t sequence(const uint8_t *at, size_t len)
{
    const uint8_t *st = memmem(at, len, "\033\\", 2);
    return st ? (size_t)(st - at) + 2 : len;
}

static void show_next(struct image *im, struct bytes *to)
{
    struct strip *s = &im->now.strip[0];
    s->fresh = false;
    im->sent = 0;
    if (im->shown && im->shown != im->now.id) {
        kitty_delete(to, im->shown);
    }
    im->shown = im->now.id;
}

static void slice_kitty(struct image *im, struct bytes *to, size_t most)
{
    struct strip *s = &im->now.strip[0];
    size_t start = to->len;
    begin(im, to, 0);
    do {
        size_t n = sequence(s->bytes.at + im->sent, s->bytes.len - im->sent);
        bytes_add(to, s->bytes.at + im->sent, n);
        im->sent += n;
    } while (im->sent < s->bytes.len && to->len - start < most);
    if (im->sent == s->bytes.len) {
        show_next(im, to);
    }
    end(to);
}

static void send_piece(struct image *im, struct bytes *to, unsigned strip)
{
    struct strip *s = &im->now.strip[strip];
    size_t left = s->bytes.len - s->sent;
    size_t n = s->piece_cols ? sequence(s->bytes.at + s->sent, left) : left;
    begin(im, to, strip);
    bytes_add(to, s->bytes.at + s->sent, n);
    end(to);
    s->sent += n;
    s->piece++;
    s->fresh = n < left;
}

static void slice_strips(struct image *im, struct bytes *to, size_t most)
{
    size_t start = to->len;
    for (unsigned i = 0; i < im->now.n && to->len - start < most; i++) {
        unsigned at = im->next % im->now.n;
        while (im->now.strip[at].fresh && (to->len == start || to->len - start < most)) {
            send_piece(im, to, at);
        }
        im->next = im->now.strip[at].fresh ? at : at + 1;
    }
}

bool image_slice(struct image *im, struct bytes *to, size_t most)
{
    if (im->now.n && im->now.spec.form == PICTURE_KITTY && im->now.strip[0].fresh) {
        slice_kitty(im, to, most);
    } else if (im->now.spec.form != PICTURE_KITTY) {
        slice_strips(im, to, most);
    }
    return image_left(im);
}
