/* SPDX-License-Identifier: MIT */
#include "unit/pixels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

void pixels_free(struct pixels *p)
{
    free(p->at);
    *p = (struct pixels){0};
}

uint32_t pixels_get(const struct pixels *p, unsigned x, unsigned y)
{
    assert_true(x < p->width && y < p->height);
    return p->at[(size_t)y * p->width + x];
}

static void pixels_make(struct pixels *p, unsigned width, unsigned height)
{
    *p = (struct pixels){width, height, malloc((size_t)width * height * sizeof *p->at)};
    assert_non_null(p->at);
    for (size_t i = 0; i < (size_t)width * height; i++) {
        p->at[i] = PIXELS_UNSET;
    }
}

struct reader {
    const uint8_t *at, *end;
};

static int peek(const struct reader *r)
{
    return r->at < r->end ? *r->at : -1;
}

static int take(struct reader *r)
{
    if (r->at == r->end) {
        fail_msg("the bytes end within a sequence");
    }
    return *r->at++;
}

static void expect(struct reader *r, const char *text)
{
    for (; *text; text++) {
        int c = take(r);
        if (c != (uint8_t)*text) {
            fail_msg("character %d where %d should be", c, (uint8_t)*text);
        }
    }
}

static unsigned number(struct reader *r)
{
    uint64_t n = 0;
    unsigned digits = 0;
    for (; peek(r) >= '0' && peek(r) <= '9'; digits++) {
        n = n * 10 + (uint64_t)(take(r) - '0');
    }
    if (!digits || digits > 10 || n > UINT32_MAX) {
        fail_msg("%u digits where a number should be", digits);
    }
    return (unsigned)n;
}

struct sixel_reader {
    struct reader r;
    struct pixels *out;
    unsigned x, y; /* y: of the band */
    unsigned registers;
    uint32_t rgb[256];
    int color;
};

uint32_t pixels_percent(unsigned red, unsigned green, unsigned blue)
{
    const unsigned percent[3] = {red, green, blue};
    uint32_t rgb = 0;
    for (int i = 0; i < 3; i++) {
        assert_true(percent[i] <= 100);
        rgb = rgb << 8 | (percent[i] * 255 + 50) / 100;
    }
    return rgb;
}

static void read_color(struct sixel_reader *s)
{
    unsigned which = number(&s->r), percent[3];
    assert_true(which < s->registers);
    s->color = (int)which;
    if (peek(&s->r) != ';') {
        return;
    }
    expect(&s->r, ";2");
    for (int i = 0; i < 3; i++) {
        expect(&s->r, ";");
        percent[i] = number(&s->r);
    }
    s->rgb[which] = pixels_percent(percent[0], percent[1], percent[2]);
}

static void draw_sixels(struct sixel_reader *s, unsigned n, int c)
{
    assert_in_range(c, '?', '~');
    for (unsigned bit = 0; bit < 6; bit++) {
        if (!((c - '?') >> bit & 1)) {
            continue;
        }
        if (s->color < 0 || s->rgb[s->color] == PIXELS_UNSET || s->y + bit >= s->out->height) {
            fail_msg("colour %d drawn at line %u", s->color, s->y + bit);
        }
        for (unsigned x = s->x; x < s->x + n; x++) {
            assert_true(x < s->out->width);
            s->out->at[(size_t)(s->y + bit) * s->out->width + x] = s->rgb[s->color];
        }
    }
    s->x += n;
}

static void read_sixel_item(struct sixel_reader *s, int c)
{
    if (c == '#') {
        read_color(s);
    } else if (c == '!') {
        unsigned n = number(&s->r);
        draw_sixels(s, n, take(&s->r));
    } else if (c == '$') {
        s->x = 0;
    } else if (c == '-') {
        s->x = 0;
        s->y += 6;
    } else {
        draw_sixels(s, 1, c);
    }
}

size_t pixels_read_sixel(const uint8_t *bytes, size_t len, unsigned registers, struct pixels *out)
{
    struct sixel_reader s = {.r = {bytes, bytes + len}, .out = out, .registers = registers};
    s.color = -1;
    for (unsigned i = 0; i < 256; i++) {
        s.rgb[i] = PIXELS_UNSET;
    }
    expect(&s.r, "\033P0;1q\"1;1;");
    unsigned width = number(&s.r);
    expect(&s.r, ";");
    pixels_make(out, width, number(&s.r));
    for (int c = take(&s.r); c != '\033'; c = take(&s.r)) {
        read_sixel_item(&s, c);
    }
    expect(&s.r, "\\");
    return (size_t)(s.r.at - bytes);
}

static unsigned unbase64_digit(int c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    if (!at) {
        fail_msg("character %d in base64", c);
        return 0;
    }
    return (unsigned)(at - digits);
}

uint8_t *pixels_unbase64(const uint8_t *text, size_t len, size_t *out_len)
{
    uint8_t *out = malloc(len / 4 * 3 + 1);
    size_t n = 0, pad = len > 1 ? (text[len - 1] == '=') + (text[len - 2] == '=') : 0;
    assert_non_null(out);
    assert_int_equal(len % 4, 0);
    for (size_t i = 0; i < len; i += 4) {
        unsigned group = 0;
        for (size_t k = i; k < i + 4; k++) {
            group = group << 6 | (k < len - pad ? unbase64_digit(text[k]) : 0);
        }
        out[n++] = (uint8_t)(group >> 16);
        out[n++] = (uint8_t)(group >> 8);
        out[n++] = (uint8_t)group;
    }
    *out_len = n - pad;
    return out;
}

/* The control data of a kitty command. */
struct keys {
    unsigned value[128]; /* by key; letters as they are */
    unsigned given;
};

static void read_keys(struct reader *r, struct keys *k)
{
    *k = (struct keys){.given = 0};
    do {
        int key = take(r);
        assert_in_range(key, 'A', 'z');
        expect(r, "=");
        bool digit = peek(r) >= '0' && peek(r) <= '9';
        k->value[key] = digit ? number(r) : (unsigned)take(r);
        k->given++;
    } while (peek(r) == ',' && take(r));
}

static void read_payload(struct reader *r, uint8_t **all, size_t *len, bool more)
{
    const uint8_t *end = r->at;
    size_t n;
    while (end < r->end && *end != '\033') {
        end++;
    }
    assert_true(end - r->at <= 4096);
    assert_true(!more || (end > r->at && end[-1] != '='));
    uint8_t *piece = pixels_unbase64(r->at, (size_t)(end - r->at), &n);
    *all = realloc(*all, *len + n + 1);
    assert_non_null(*all);
    memcpy(*all + *len, piece, n);
    *len += n;
    free(piece);
    r->at = end;
}

static void take_raw(struct pixels *to, const uint8_t *rgb, size_t len)
{
    assert_int_equal(len, (size_t)to->width * to->height * 3);
    for (size_t i = 0; i < (size_t)to->width * to->height; i++) {
        to->at[i] = (uint32_t)rgb[3 * i] << 16 | (uint32_t)rgb[3 * i + 1] << 8 | rgb[3 * i + 2];
    }
}

static uint32_t read_u32(struct reader *r)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        v = v << 8 | (uint32_t)take(r);
    }
    return v;
}

/* A chunk's data; its name and check must fit. */
static struct reader read_chunk(struct reader *r, const char *name)
{
    uint32_t len = read_u32(r);
    const uint8_t *from = r->at;
    expect(r, name);
    assert_true((size_t)(r->end - r->at) >= len);
    struct reader data = {r->at, r->at + len};
    r->at += len;
    assert_int_equal(read_u32(r), crc32(0, from, len + 4));
    return data;
}

static int nearest_of(int left, int above, int corner)
{
    int p = left + above - corner;
    int a = abs(p - left), b = abs(p - above), c = abs(p - corner);
    return a <= b && a <= c ? left : b <= c ? above : corner;
}

/* Lines of three bytes a pixel, each behind the number of its filter. */
static void unfilter(uint8_t *to, const uint8_t *from, unsigned width, unsigned height)
{
    size_t line = (size_t)width * 3;
    for (size_t i = 0; i < line * height; i++) {
        size_t y = i / line, x = i % line;
        int left = x > 2 ? to[i - 3] : 0, above = y ? to[i - line] : 0;
        int corner = x > 2 && y ? to[i - line - 3] : 0;
        const int guess[] = {0, left, above, (left + above) / 2, nearest_of(left, above, corner)};
        unsigned filter = from[y * (line + 1)];
        assert_in_range(filter, 0, 4);
        to[i] = (uint8_t)(from[y * (line + 1) + 1 + x] + guess[filter]);
    }
}

void pixels_read_png(const uint8_t *bytes, size_t len, struct pixels *out)
{
    struct reader r = {bytes, bytes + len};
    expect(&r, "\x89PNG\r\n\x1a\n");
    struct reader header = read_chunk(&r, "IHDR");
    unsigned width = read_u32(&header), height = read_u32(&header);
    assert_memory_equal(header.at, "\x08\x02\0\0\0", 5);
    struct reader data = read_chunk(&r, "IDAT"), end = read_chunk(&r, "IEND");
    assert_true(header.at + 5 == header.end && end.at == end.end && r.at == r.end);

    size_t line = (size_t)width * 3;
    uLongf size = (line + 1) * height, room = size + 1;
    uint8_t *packed = malloc(room), *rgb = malloc(line * height);
    assert_true(packed && rgb);
    assert_int_equal(uncompress(packed, &room, data.at, (uLong)(data.end - data.at)), Z_OK);
    assert_int_equal(room, size);
    unfilter(rgb, packed, width, height);
    pixels_make(out, width, height);
    take_raw(out, rgb, line * height);
    free(rgb);
    free(packed);
}

static void take_keys(const struct keys *k, struct pixels_kitty *out)
{
    *out = (struct pixels_kitty){
        .action = (char)k->value['a'],
        .what = (char)k->value['d'],
        .id = k->value['i'],
        .cols = k->value['c'],
        .rows = k->value['r'],
        .quiet = k->value['q'],
        .still = k->value['C'],
    };
}

size_t pixels_read_kitty(const uint8_t *bytes, size_t len, struct pixels_kitty *out)
{
    struct reader r = {bytes, bytes + len};
    struct keys first, k;
    uint8_t *payload = NULL;
    size_t payload_len = 0;
    unsigned sequences = 0;
    do {
        expect(&r, "\033_G");
        read_keys(&r, &k);
        if (!sequences++) {
            first = k;
            take_keys(&k, out);
        } else {
            assert_int_equal(k.given, 2); /* m and q */
            assert_int_equal(k.value['q'], first.value['q']);
        }
        if (peek(&r) == ';') {
            take(&r);
            read_payload(&r, &payload, &payload_len, k.value['m']);
        }
        expect(&r, "\033\\");
    } while (k.value['m']);
    if (payload && first.value['f'] == 100) {
        pixels_read_png(payload, payload_len, &out->pixels);
    } else if (payload) {
        assert_int_equal(first.value['f'], 24);
        pixels_make(&out->pixels, first.value['s'], first.value['v']);
        take_raw(&out->pixels, payload, payload_len);
    }
    out->payload = payload_len;
    out->sequences = sequences;
    free(payload);
    return (size_t)(r.at - bytes);
}
