/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MJPEG_HUFFMAN_H
#define MEDIA_MJPEG_HUFFMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Huffman tables (ITU-T T.81, C and F.2) for going over coefficients without looking at them: a
 * look at the next bits tells how many bits to pass, and over how many coefficients. */
enum { HUFFMAN_LOOK = 11, HUFFMAN_SYMBOLS = 256, HUFFMAN_LENGTHS = 16 };

/* A step: its bits (code and what follows it), coefficients, and whether the block ends. In a table
 * of DC codes the coefficients are the number of bits behind the code instead, which are not part
 * of the step. 0: none. */
typedef uint16_t huffman_step;

static inline unsigned huffman_bits(huffman_step s)
{
    return s & 31;
}

static inline unsigned huffman_coefficients(huffman_step s)
{
    return s >> 5 & 127;
}

static inline unsigned huffman_ends(huffman_step s)
{
    return s >> 12;
}

struct huffman {
    uint8_t count[HUFFMAN_LENGTHS], symbol[HUFFMAN_SYMBOLS]; /* as in the file */
    unsigned symbols;                                        /* 0: no table */
    bool ac;
    uint32_t end[HUFFMAN_LENGTHS];        /* first 16 bits that are past the codes of a length */
    int32_t offset[HUFFMAN_LENGTHS];      /* of a code's symbol from the code */
    huffman_step one[1 << HUFFMAN_LOOK];  /* the next symbol, by the next bits */
    huffman_step many[1 << HUFFMAN_LOOK]; /* AC: all symbols that lie wholly in them */
};

/* From the first bytes of a table in DHT, behind its class and number. Returns how many bytes it
 * took, or ERR_FORMAT. The same table again costs nothing. */
int huffman_set(struct huffman *h, bool ac, const uint8_t *bytes, size_t len);

/* The step for 16 bits whose first ones are no code short enough for the tables; 0: no code. */
huffman_step huffman_long(const struct huffman *h, unsigned bits16);

#endif
