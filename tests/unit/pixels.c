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
        if (c != *text) {
            fail_msg("character %d where %d should be", c, *text);
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

static void unpack(struct pixels *to, const uint8_t *bytes, size_t len, bool packed)
{
    uLongf size = (uLongf)to->width * to->height * 3;
    uint8_t *rgb = malloc(size + 1);
    assert_non_null(rgb);
    if (packed) {
        uLongf room = size + 1;
        assert_int_equal(uncompress(rgb, &room, bytes, len), Z_OK);
        assert_int_equal(room, size);
    } else {
        assert_int_equal(len, size);
        memcpy(rgb, bytes, len);
    }
    for (size_t i = 0; i < (size_t)to->width * to->height; i++) {
        to->at[i] = (uint32_t)rgb[3 * i] << 16 | (uint32_t)rgb[3 * i + 1] << 8 | rgb[3 * i + 2];
    }
    free(rgb);
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
    if (payload) {
        assert_int_equal(first.value['f'], 24);
        pixels_make(&out->pixels, first.value['s'], first.value['v']);
        unpack(&out->pixels, payload, payload_len, first.value['o'] == 'z');
    }
    out->sequences = sequences;
    free(payload);
    return (size_t)(r.at - bytes);
}
