/* SPDX-License-Identifier: MIT */
/* A band is six lines; a colour of it is drawn as a string of columns, each a mask of six bits.
 * What is drawn later covers what was drawn before, so the colours are drawn from the widest to the
 * narrowest, and each may also fill pixels of those that come after it wherever that makes
 * longer runs. Colours whose strings lie beside each other share a pass over the band. */
#include "tui/sixel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/sixel_palette.h"
#include "util/alloc.h"

enum {
    COLORS = 256,
    BLOCK = 8,
    RUN_BYTES = 14,    /* "!65535?!65535~" */
    STRING_BYTES = 40, /* a carriage return, the colour with its definition, a gap */
};

/* A colour of the band. */
struct ink {
    unsigned begin, end; /* columns; end 0: not in the band */
    const uint8_t *text, *text_end;
    uint8_t color;
    struct ink *next; /* to the right, in the same pass */
};

struct sixel {
    struct sixel_palette palette;
    unsigned width;   /* that there is room for */
    uint8_t *line;    /* width: colours */
    uint8_t *mask;    /* COLORS * width: pixels of each colour in the columns of the band */
    uint8_t *left;    /* width: pixels of colours that are still to be drawn */
    uint16_t *height; /* passes that have drawn there, for each BLOCK columns */
    uint8_t *text;    /* of all strings of the band */
    struct band {
        uint8_t *text; /* behind the last string */
        struct ink ink[COLORS];
        struct ink *used[COLORS];
        unsigned n_used;
        struct ink *pass[COLORS];
        unsigned passes;
    } band;
    bool defined[COLORS]; /* in this sequence */
    int color;            /* that the terminal draws with; -1: not known */
};

int sixel_new(unsigned registers, struct sixel **out)
{
    if (registers < 16) {
        return -EINVAL;
    }
    struct sixel *s = mem_zero(1, sizeof *s);
    if (!s) {
        return -ENOMEM;
    }
    sixel_palette_init(&s->palette, registers);
    *out = s;
    return 0;
}

static void drop_room(struct sixel *s)
{
    mem_free(s->line);
    mem_free(s->mask);
    mem_free(s->left);
    mem_free(s->height);
    mem_free(s->text);
    s->line = s->mask = s->left = s->text = NULL;
    s->height = NULL;
    s->width = 0;
}

void sixel_free(struct sixel *s)
{
    if (s) {
        drop_room(s);
        mem_free(s);
    }
}

/* A column has at most as many colours as pixels, so a band has at most that many runs. */
static int make_room(struct sixel *s, unsigned width)
{
    if (width <= s->width) {
        return 0;
    }
    drop_room(s);
    s->line = mem_alloc(width);
    s->mask = mem_zero(COLORS, width);
    s->left = mem_alloc(width);
    s->height = mem_zero(width / BLOCK + 1, sizeof *s->height);
    s->text = mem_alloc((size_t)width * SIXEL_BAND * RUN_BYTES);
    if (!s->line || !s->mask || !s->left || !s->height || !s->text) {
        drop_room(s);
        return -ENOMEM;
    }
    s->width = width;
    return 0;
}

unsigned sixel_strip_rows(unsigned cell_height)
{
    unsigned rows = 1;
    while (rows * cell_height % SIXEL_BAND) {
        rows++;
    }
    return rows;
}

static uint8_t *put_number(uint8_t *at, unsigned n)
{
    unsigned div = 1;
    while (n / div >= 10) {
        div *= 10;
    }
    for (; div; div /= 10) {
        *at++ = (uint8_t)('0' + n / div % 10);
    }
    return at;
}

static uint8_t *put_columns(uint8_t *at, unsigned n, unsigned mask)
{
    if (n > 3) {
        *at++ = '!';
        at = put_number(at, n);
        n = 1;
    }
    while (n--) {
        *at++ = (uint8_t)('?' + mask);
    }
    return at;
}

/* Puts a string above all that is drawn in its columns already. */
static void place(struct sixel *s, struct ink *ink)
{
    unsigned pass = 0;
    for (unsigned i = ink->begin / BLOCK; i * BLOCK < ink->end; i++) {
        pass = s->height[i] > pass ? s->height[i] : pass;
    }
    for (unsigned i = ink->begin / BLOCK; i * BLOCK < ink->end; i++) {
        s->height[i] = (uint16_t)(pass + 1);
    }
    struct ink **link = &s->band.pass[pass];
    while (*link && (*link)->begin < ink->begin) {
        link = &(*link)->next;
    }
    ink->next = *link;
    *link = ink;
    s->band.passes = pass + 1 > s->band.passes ? pass + 1 : s->band.passes;
}

/* The longest run of columns from begin to at most end that one mask will do for; it ends with a
 * column that has the colour. */
static unsigned run_end(const struct sixel *s, const uint8_t *mask, unsigned begin, unsigned end,
                        unsigned *columns)
{
    unsigned must = 0, may = ~0u, last = begin;
    for (unsigned x = begin; x < end; x++) {
        must |= mask[x];
        may &= s->left[x];
        if (must & ~may) {
            break;
        }
        if (mask[x]) {
            *columns = may;
            last = x;
        }
    }
    return last + 1;
}

static void draw_ink(struct sixel *s, struct ink *ink)
{
    uint8_t *mask = s->mask + (size_t)ink->color * s->width, *at = s->band.text;
    ink->text = at;
    for (unsigned x = ink->begin; x < ink->end;) {
        unsigned columns = 0, end = run_end(s, mask, x, ink->end, &columns);
        at = put_columns(at, end - x, columns);
        for (x = end; x < ink->end && !mask[x]; x++) {
        }
        at = put_columns(at, x - end, 0);
    }
    ink->text_end = s->band.text = at;
    for (unsigned x = ink->begin; x < ink->end; x++) {
        s->left[x] &= (uint8_t)~mask[x];
    }
    memset(mask + ink->begin, 0, ink->end - ink->begin);
    place(s, ink);
}

static void take_line(struct sixel *s, unsigned width, unsigned bit)
{
    struct band *b = &s->band;
    for (unsigned x = 0; x < width; x++) {
        struct ink *ink = &b->ink[s->line[x]];
        if (!ink->end) {
            *ink = (struct ink){.begin = x, .color = s->line[x]};
            b->used[b->n_used++] = ink;
        }
        ink->begin = x < ink->begin ? x : ink->begin;
        ink->end = x >= ink->end ? x + 1 : ink->end;
        s->mask[(size_t)ink->color * s->width + x] |= (uint8_t)bit;
    }
}

static unsigned columns_of(const struct ink *ink)
{
    return ink->end - ink->begin;
}

/* Widest first. */
static void sort_inks(struct band *b)
{
    for (unsigned i = 1; i < b->n_used; i++) {
        struct ink *ink = b->used[i];
        unsigned at = i;
        for (; at && columns_of(b->used[at - 1]) < columns_of(ink); at--) {
            b->used[at] = b->used[at - 1];
        }
        b->used[at] = ink;
    }
}

static void draw_band(struct sixel *s, const struct frame *rgba, unsigned y, unsigned lines)
{
    unsigned width = rgba->width;
    s->band = (struct band){.text = s->text};
    memset(s->left, (1 << lines) - 1, width);
    memset(s->height, 0, (width / BLOCK + 1) * sizeof *s->height);
    for (unsigned i = 0; i < lines; i++) {
        sixel_palette_line(&s->palette, rgba->data + (size_t)(y + i) * width * 4, width, y + i,
                           s->line);
        take_line(s, width, 1u << i);
    }
    sort_inks(&s->band);
    for (unsigned i = 0; i < s->band.n_used; i++) {
        draw_ink(s, s->band.used[i]);
    }
}

static uint8_t *put_color(struct sixel *s, uint8_t *at, unsigned color)
{
    if (!s->defined[color]) {
        const uint8_t *percent = s->palette.percent[color];
        s->defined[color] = true;
        *at++ = '#';
        at = put_number(at, color);
        *at++ = ';';
        *at++ = '2';
        for (int i = 0; i < 3; i++) {
            *at++ = ';';
            at = put_number(at, percent[i]);
        }
    }
    *at++ = '#';
    s->color = (int)color;
    return put_number(at, color);
}

static void write_pass(struct sixel *s, struct bytes *to, const struct ink *ink)
{
    uint8_t *at = to->at + to->len;
    for (unsigned x = 0; ink; x = ink->end, ink = ink->next) {
        size_t len = (size_t)(ink->text_end - ink->text);
        if (s->color != ink->color) {
            at = put_color(s, at, ink->color);
        }
        at = put_columns(at, ink->begin - x, 0);
        memcpy(at, ink->text, len);
        at += len;
    }
    to->len = (size_t)(at - to->at);
}

static void write_band(struct sixel *s, struct bytes *to)
{
    if (!bytes_reserve(to, (size_t)(s->band.text - s->text) + s->band.n_used * STRING_BYTES)) {
        return;
    }
    for (unsigned i = 0; i < s->band.passes; i++) {
        if (i) {
            to->at[to->len++] = '$';
        }
        write_pass(s, to, s->band.pass[i]);
    }
}

int sixel_strip(struct sixel *s, struct bytes *to, const struct frame *rgba, unsigned y0,
                unsigned h)
{
    if (rgba->format != FRAME_RGBA || !rgba->width || !h || y0 >= rgba->height || y0 % SIXEL_BAND) {
        return -EINVAL;
    }
    unsigned end = h < rgba->height - y0 ? y0 + h : rgba->height;
    if (make_room(s, rgba->width) < 0) {
        to->failed = true;
        return -ENOMEM;
    }
    memset(s->defined, 0, sizeof s->defined);
    s->color = -1;
    bytes_printf(to, "\033P0;1q\"1;1;%u;%u", (unsigned)rgba->width, end - y0);
    for (unsigned y = y0; y < end; y += SIXEL_BAND) {
        draw_band(s, rgba, y, end - y < SIXEL_BAND ? end - y : SIXEL_BAND);
        bytes_text(to, y > y0 ? "-" : "");
        write_band(s, to);
    }
    bytes_text(to, "\033\\");
    return to->failed ? -ENOMEM : 0;
}
