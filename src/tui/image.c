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

/* What goes next of a strip. */
static size_t next_bytes(const struct strip *s, size_t sent, bool pieces)
{
    size_t left = s->bytes.len - sent;
    return pieces ? sequence(s->bytes.at + sent, left) : left;
}

static void slice_kitty(struct image *im, struct bytes *to, size_t most, bool must)
{
    struct strip *s = &im->now.strip[0];
    size_t start = to->len, n = next_bytes(s, im->sent, true);
    if (n > most && !must) {
        return;
    }
    begin(im, to, 0);
    do {
        bytes_add(to, s->bytes.at + im->sent, n);
        im->sent += n;
        n = next_bytes(s, im->sent, true);
    } while (n && to->len - start + n <= most);
    if (im->sent == s->bytes.len) {
        show_next(im, to);
    }
    end(to);
}

static void send_piece(struct image *im, struct bytes *to, unsigned strip)
{
    struct strip *s = &im->now.strip[strip];
    size_t n = next_bytes(s, s->sent, s->piece_cols);
    begin(im, to, strip);
    bytes_add(to, s->bytes.at + s->sent, n);
    end(to);
    s->sent += n;
    s->piece++;
    s->fresh = s->sent < s->bytes.len;
}

static void slice_strips(struct image *im, struct bytes *to, size_t most, bool must)
{
    size_t start = to->len;
    for (unsigned i = 0; i < im->now.n; i++) {
        unsigned at = im->next % im->now.n;
        const struct strip *s = &im->now.strip[at];
        while (s->fresh) {
            size_t n = next_bytes(s, s->sent, s->piece_cols);
            if (to->len - start + n > most && !(must && to->len == start)) {
                return;
            }
            send_piece(im, to, at);
        }
        im->next = at + 1;
    }
}

bool image_slice(struct image *im, struct bytes *to, size_t most, bool must)
{
    if (im->now.n && im->now.spec.form == PICTURE_KITTY && im->now.strip[0].fresh) {
        slice_kitty(im, to, most, must);
    } else if (im->now.spec.form != PICTURE_KITTY) {
        slice_strips(im, to, most, must);
    }
    return image_left(im);
}
