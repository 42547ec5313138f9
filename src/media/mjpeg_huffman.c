/* SPDX-License-Identifier: MIT */
#include "media/mjpeg_huffman.h"

#include <string.h>

#include "util/err.h"

enum { ZERO_RUN = 0xf0, SIZE_MAX_BITS = 15, BLOCK_AC = 63 };

static huffman_step make_step(unsigned bits, unsigned coefficients, unsigned ends)
{
    return (huffman_step)(bits | coefficients << 5 | ends << 12);
}

/* What a symbol of so many bits means. */
static huffman_step step_of(const struct huffman *h, unsigned symbol, unsigned length)
{
    unsigned run = symbol >> 4, size = symbol & 15;
    if (!h->ac)
        return make_step(length, symbol, 0);
    if (symbol == ZERO_RUN)
        return make_step(length, 16, 0);
    if (size == 0)
        return make_step(length, 0, 1);
    return make_step(length + size, run + 1, 0);
}

/* Codes are numbered upwards, and twice as many with each bit: F.2.2.3. */
static int number_codes(struct huffman *h)
{
    uint32_t code = 0;
    int32_t index = 0;
    for (unsigned i = 0; i < HUFFMAN_LENGTHS; i++) {
        h->offset[i] = index - (int32_t)code;
        code += h->count[i];
        index += h->count[i];
        if (code > 1u << (i + 1))
            return ERR_FORMAT;
        h->end[i] = code << (HUFFMAN_LENGTHS - 1 - i);
        code <<= 1;
    }
    return 0;
}

huffman_step huffman_long(const struct huffman *h, unsigned bits16)
{
    for (unsigned i = HUFFMAN_LOOK; i < HUFFMAN_LENGTHS; i++) {
        if (h->count[i] && bits16 < h->end[i]) {
            int32_t at = (int32_t)(bits16 >> (HUFFMAN_LENGTHS - 1 - i)) + h->offset[i];
            return step_of(h, h->symbol[at], i + 1);
        }
    }
    return 0;
}

static void fill_one(struct huffman *h)
{
    unsigned at = 0, symbol = 0;
    memset(h->one, 0, sizeof h->one);
    for (unsigned i = 0; i < HUFFMAN_LOOK; i++) {
        unsigned span = 1u << (HUFFMAN_LOOK - 1 - i);
        for (unsigned n = 0; n < h->count[i]; n++) {
            huffman_step s = step_of(h, h->symbol[symbol++], i + 1);
            for (unsigned k = 0; k < span; k++)
                h->one[at++] = s;
        }
    }
}

/* Further symbols that lie in the same bits. */
static huffman_step fill_many(const struct huffman *h, unsigned bits)
{
    huffman_step sum = h->one[bits];
    while (sum && !huffman_ends(sum) && huffman_bits(sum) < HUFFMAN_LOOK) {
        unsigned rest = bits << huffman_bits(sum) & ((1u << HUFFMAN_LOOK) - 1);
        huffman_step next = h->one[rest];
        unsigned whole = huffman_bits(sum) + huffman_bits(next);
        unsigned coefficients = huffman_coefficients(sum) + huffman_coefficients(next);
        if (!next || whole > HUFFMAN_LOOK || coefficients > BLOCK_AC)
            break;
        sum = make_step(whole, coefficients, huffman_ends(next));
    }
    return sum;
}

static bool same(const struct huffman *h, bool ac, const uint8_t *bytes, unsigned symbols)
{
    return h->symbols == symbols && h->ac == ac && !memcmp(h->count, bytes, HUFFMAN_LENGTHS) &&
           !memcmp(h->symbol, bytes + HUFFMAN_LENGTHS, symbols);
}

int huffman_set(struct huffman *h, bool ac, const uint8_t *bytes, size_t len)
{
    unsigned symbols = 0;
    for (unsigned i = 0; i < HUFFMAN_LENGTHS && len >= HUFFMAN_LENGTHS; i++)
        symbols += bytes[i];
    if (symbols == 0 || symbols > HUFFMAN_SYMBOLS || len < HUFFMAN_LENGTHS + symbols)
        return ERR_FORMAT;
    if (same(h, ac, bytes, symbols))
        return (int)(HUFFMAN_LENGTHS + symbols);
    h->symbols = 0;
    h->ac = ac;
    memcpy(h->count, bytes, HUFFMAN_LENGTHS);
    memcpy(h->symbol, bytes + HUFFMAN_LENGTHS, symbols);
    for (unsigned i = 0; i < symbols && !ac; i++)
        if (h->symbol[i] > SIZE_MAX_BITS)
            return ERR_FORMAT;
    if (number_codes(h) < 0)
        return ERR_FORMAT;
    fill_one(h);
    for (unsigned i = 0; i < 1u << HUFFMAN_LOOK; i++)
        h->many[i] = fill_many(h, i);
    h->symbols = symbols;
    return (int)(HUFFMAN_LENGTHS + symbols);
}
