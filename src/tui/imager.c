/* SPDX-License-Identifier: MIT */
#include "tui/imager.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "media/mjpeg_enc.h"
#include "media/mjpeg_probe.h"
#include "tui/iterm.h"
#include "tui/kitty.h"
#include "tui/pixdiff.h"
#include "tui/sixel.h"
#include "util/alloc.h"
#include "util/err.h"

enum {
    WHOLE = 8, /* eighths */
    SHRINK_MOST = 64,
    QUALITY = 75,
    COMPARED = 4, /* pictures that stay JPEG are compared that much smaller */
    KITTY_IDS = 0xffffff,
};

struct imager {
    struct frame_pool *pool;
    struct kitty *kitty;
    struct mjpeg_enc *jpeg;
    struct sixel *sixel;
    unsigned registers; /* that sixel was made for */
};

int imager_new(struct imager **out)
{
    struct imager *p = mem_zero(1, sizeof *p);
    if (!p) {
        return -ENOMEM;
    }
    int err = frame_pool_new(4, &p->pool);
    err = err ? err : kitty_new(&p->kitty);
    err = err ? err : mjpeg_enc_new(&p->jpeg);
    if (err) {
        imager_free(p);
        return err;
    }
    *out = p;
    return 0;
}

void imager_free(struct imager *p)
{
    if (p) {
        sixel_free(p->sixel);
        mjpeg_enc_free(p->jpeg);
        kitty_free(p->kitty);
        frame_pool_free(p->pool);
        mem_free(p);
    }
}

void drawn_forget(struct drawn *d)
{
    frame_unref(&d->pixels);
}

/* A picture to be made. */
struct job {
    const struct frame *jpeg;
    struct mjpeg_info info;
    struct picture *picture;
    struct drawn *drawn;
    size_t most;
    struct strips *to;
};

/* Where in the spec's cells the picture lies, in the middle and in whole cells. */
static void lay_out(const struct job *j, const struct picture_spec *spec, struct strips *shape)
{
    struct picture_spec room = *spec;
    if (spec->width_most && spec->cols * spec->cell_w > spec->width_most) {
        room.cols = spec->width_most / spec->cell_w;
    }
    *shape = (struct strips){.spec = *spec};
    picture_fit(j->info.width, j->info.height, &room, &shape->cols, &shape->rows);
    shape->x = (spec->cols - shape->cols) / 2;
    shape->y = (spec->rows - shape->rows) / 2;
    shape->strip_rows = spec->form == PICTURE_SIXEL ? sixel_strip_rows(spec->cell_h) : shape->rows;
    shape->n = (shape->rows + shape->strip_rows - 1) / shape->strip_rows;
}

static unsigned at_most(unsigned wanted, unsigned there, unsigned shrink)
{
    unsigned n = (wanted < there ? wanted : there) * WHOLE / shrink;
    return n ? n : 1;
}

/* Pixels to send: no more than the cells have, nor, where the terminal scales, than there are. */
static void size_of(const struct job *j, unsigned *width, unsigned *height)
{
    const struct strips *to = j->to;
    *width = to->cols * to->spec.cell_w;
    *height = to->rows * to->spec.cell_h;
    if (to->spec.form != PICTURE_SIXEL) {
        *width = at_most(*width, j->info.width, j->drawn->shrink);
        *height = at_most(*height, j->info.height, j->drawn->shrink);
    }
}

static int sixel_ready(struct imager *p, unsigned registers)
{
    if (p->sixel && p->registers == registers) {
        return 0;
    }
    sixel_free(p->sixel);
    p->sixel = NULL;
    p->registers = registers;
    return sixel_new(registers, &p->sixel);
}

/* Remembers strip i of a picture as drawn. */
static void keep_lines(struct drawn *d, const struct frame *now, unsigned y0, unsigned h)
{
    size_t line = (size_t)now->width * 4;
    h = y0 + h > now->height ? now->height - y0 : h;
    memcpy(d->pixels->data + y0 * line, now->data + y0 * line, h * line);
}

/* Columns x0 … of lines y0 … of a picture as a picture of their own. */
static int crop(struct imager *p, const struct frame *from, unsigned x0, unsigned w, unsigned y0,
                unsigned h, struct frame **out)
{
    struct frame *f;
    int err = frame_new(p->pool, (size_t)w * h * 4, &f);
    if (err) {
        return err;
    }
    f->format = FRAME_RGBA;
    f->width = (uint16_t)w;
    f->height = (uint16_t)h;
    f->len = (size_t)w * h * 4;
    for (unsigned y = 0; y < h; y++) {
        memcpy(f->data + (size_t)y * w * 4, from->data + ((size_t)(y0 + y) * from->width + x0) * 4,
               (size_t)w * 4);
    }
    *out = f;
    return 0;
}

/* A strip in pieces of s->piece_cols; *longest: bytes of one. */
static int encode_pieces(struct imager *p, const struct job *j, const struct frame *now,
                         struct strip *s, unsigned y0, unsigned h, size_t *longest)
{
    const struct strips *to = j->to;
    unsigned w = to->spec.cell_w;
    int err = 0;
    bytes_clear(&s->bytes);
    *longest = 0;
    for (unsigned x = 0; x < to->cols && !err; x += s->piece_cols) {
        unsigned cols = to->cols - x < s->piece_cols ? to->cols - x : s->piece_cols;
        size_t start = s->bytes.len;
        struct frame *piece = NULL;
        err = crop(p, now, x * w, cols * w, y0, h, &piece);
        err = err ? err : sixel_strip(p->sixel, &s->bytes, piece, 0, h);
        frame_unref(&piece);
        *longest = s->bytes.len - start > *longest ? s->bytes.len - start : *longest;
    }
    return err;
}

/* A strip that would take a slow link too long, in pieces that can leave one by one. */
static int split_sixel(struct imager *p, const struct job *j, const struct frame *now,
                       struct strip *s, unsigned y0, unsigned h)
{
    unsigned cols = j->to->cols, pieces = (unsigned)(s->bytes.len / j->most) + 1;
    size_t longest;
    s->piece_cols = (cols + pieces - 1) / pieces;
    int err = encode_pieces(p, j, now, s, y0, h, &longest);
    while (!err && longest > j->most && s->piece_cols > 1) {
        s->piece_cols = (s->piece_cols + 1) / 2;
        err = encode_pieces(p, j, now, s, y0, h, &longest);
    }
    return err;
}

static int encode_sixel(struct imager *p, const struct job *j, const struct frame *now,
                        struct strip *s, unsigned y0, unsigned h)
{
    h = y0 + h > now->height ? now->height - y0 : h;
    s->fresh = true;
    int err = sixel_strip(p->sixel, &s->bytes, now, y0, h);
    return !err && s->bytes.len > j->most ? split_sixel(p, j, now, s, y0, h) : err;
}

static int draw_sixel(struct imager *p, const struct job *j, const struct frame *now)
{
    struct strips *to = j->to;
    unsigned h = to->strip_rows * to->spec.cell_h;
    bool all = now == j->drawn->pixels;
    int err = sixel_ready(p, to->spec.registers);
    for (unsigned i = 0; i < to->n && !err; i++) {
        struct strip *s = &to->strip[i];
        if (all || pixdiff_lines(j->drawn->pixels, now, i * h, h)) {
            err = encode_sixel(p, j, now, s, i * h, h);
        }
        if (s->fresh && !all) {
            keep_lines(j->drawn, now, i * h, h);
        }
    }
    return err;
}

static unsigned next_id(void)
{
    static atomic_uint ids;
    return atomic_fetch_add(&ids, 1) % KITTY_IDS + 1;
}

static void shrink(struct drawn *d)
{
    d->shrink += d->shrink / 2;
}

static void grow(struct drawn *d)
{
    d->shrink = d->shrink * 3 / 4 < WHOLE ? WHOLE : d->shrink * 3 / 4;
}

static int draw_kitty(struct imager *p, const struct job *j, const struct frame *now)
{
    struct strips *to = j->to;
    struct strip *s = &to->strip[0];
    struct frame *smaller = NULL;
    to->id = next_id();
    s->fresh = true;
    int err = kitty_image(p->kitty, &s->bytes, now, to->id, to->cols, to->rows);
    while (!err && s->bytes.len > j->most && j->drawn->shrink < SHRINK_MOST) {
        unsigned width, height;
        shrink(j->drawn);
        size_of(j, &width, &height);
        frame_unref(&smaller);
        bytes_clear(&s->bytes);
        err = picture_pixels_rgba(j->picture, j->jpeg, width, height, &smaller);
        err = err ? err : kitty_image(p->kitty, &s->bytes, smaller, to->id, to->cols, to->rows);
    }
    if (s->bytes.len < j->most / 4) {
        grow(j->drawn);
    }
    frame_unref(&smaller);
    return err;
}

static int encode_smaller(struct imager *p, const struct job *j, size_t most, struct frame **out)
{
    struct drawn *d = j->drawn;
    for (;;) {
        struct frame *raw = NULL;
        unsigned width, height;
        size_of(j, &width, &height);
        int err = picture_planes(j->picture, j->jpeg, width, height, &raw);
        if (!err) {
            err = mjpeg_enc_fit(p->jpeg, raw, QUALITY, most, &d->quality, p->pool, out);
        }
        frame_unref(&raw);
        if (err != ERR_LIMIT || d->shrink >= SHRINK_MOST) {
            return err;
        }
        shrink(d);
    }
}

/* The camera's file as it is, where it is small enough in every way. */
static int draw_iterm2(struct imager *p, const struct job *j)
{
    struct strips *to = j->to;
    struct strip *s = &to->strip[0];
    size_t most = j->most / 4 * 3; /* what base64 leaves of it */
    struct frame *smaller = NULL;
    bool fits = j->jpeg->len <= most && j->info.width <= to->cols * to->spec.cell_w &&
                j->info.height <= to->rows * to->spec.cell_h;
    int err = fits ? 0 : encode_smaller(p, j, most, &smaller);
    if (!err) {
        const struct frame *f = fits ? j->jpeg : smaller;
        err = iterm_image(&s->bytes, f->data, f->len, to->cols, to->rows);
        s->fresh = true;
        if (f->len < most / 4) {
            grow(j->drawn);
        }
    }
    frame_unref(&smaller);
    return err;
}

static int draw(struct imager *p, const struct job *j, struct frame *now)
{
    struct drawn *d = j->drawn;
    bool whole = j->to->spec.form != PICTURE_SIXEL;
    if (whole && now != d->pixels) {
        if (!pixdiff_lines(d->pixels, now, 0, now->height)) {
            return 0;
        }
        frame_unref(&d->pixels);
        d->pixels = frame_ref(now);
    }
    switch (j->to->spec.form) {
    case PICTURE_KITTY:
        return draw_kitty(p, j, now);
    case PICTURE_ITERM2:
        return draw_iterm2(p, j);
    default:
        return draw_sixel(p, j, now);
    }
}

/* What is compared: for sixel and kitty, what is sent. */
static int decode(const struct job *j, struct frame **now)
{
    unsigned width, height;
    size_of(j, &width, &height);
    if (j->to->spec.form == PICTURE_ITERM2) {
        width = j->info.width / COMPARED ? j->info.width / COMPARED : 1;
        height = j->info.height / COMPARED ? j->info.height / COMPARED : 1;
    }
    return picture_pixels_rgba(j->picture, j->jpeg, width, height, now);
}

static bool comparable(const struct drawn *d, const struct strips *shape, const struct frame *now)
{
    return d->pixels && strips_alike(&d->shape, shape) && d->pixels->width == now->width &&
           d->pixels->height == now->height;
}

int imager_render(struct imager *p, struct picture *picture, const struct frame *jpeg,
                  const struct picture_spec *spec, size_t most, struct drawn *drawn,
                  struct strips *to)
{
    struct job j = {.jpeg = jpeg, .picture = picture, .drawn = drawn, .most = most, .to = to};
    struct strips shape;
    struct frame *now = NULL;
    int err = mjpeg_probe(jpeg->data, jpeg->len, &j.info);
    if (err || !j.info.width || !j.info.height) {
        return ERR_FORMAT;
    }
    lay_out(&j, spec, &shape);
    drawn->shrink = drawn->shrink < WHOLE ? WHOLE : drawn->shrink;
    err = strips_shape(to, &shape);
    err = err ? err : decode(&j, &now);
    if (!err) {
        if (!comparable(drawn, &shape, now)) {
            frame_unref(&drawn->pixels);
            drawn->pixels = frame_ref(now);
            drawn->shape = shape;
        }
        err = draw(p, &j, now);
    }
    if (err) { /* part of it may be remembered as drawn */
        frame_unref(&drawn->pixels);
    }
    frame_unref(&now);
    return err;
}
