/* SPDX-License-Identifier: MIT */
#include "media/marks.h"

#include <stdbool.h>
#include <string.h>

#include "util/err.h"

enum {
    NUMBER_BYTES = 4,
    TIME_BYTES = 7,
    CRC_BYTES = 2,
    PAYLOAD_BYTES = NUMBER_BYTES + TIME_BYTES,
    BITS = (PAYLOAD_BYTES + CRC_BYTES) * 8,
    LEAST_CONTRAST = 48,
};

/* rows * (columns - 2) is BITS; a row's height is 1/parts of the picture's. */
struct layout {
    unsigned rows, columns, parts;
};
static const struct layout large = {2, 54, 40};
static const struct layout small = {4, 28, 20};

static const struct layout *layout_for(unsigned width, unsigned height)
{
    return width >= 480 && height >= 360 ? &large : &small;
}

static uint16_t crc16(const uint8_t *bytes, size_t len)
{
    unsigned crc = 0xffff;
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned)bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
    }
    return (uint16_t)crc;
}

static void put_bytes(uint8_t *to, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        to[bytes] = (uint8_t)value;
        value >>= 8;
    }
}

static uint64_t get_bytes(const uint8_t *from, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | from[i];
    return value;
}

/* The square's place in the message, or -1 for the first and last of a row. */
static int bit_index(const struct layout *l, unsigned row, unsigned column)
{
    if (column == 0 || column == l->columns - 1)
        return -1;
    return (int)(row * (l->columns - 2) + column - 1);
}

/* Whether the first or last square of a row is white. */
static bool edge_is_white(unsigned row, unsigned column)
{
    return (column == 0) == (row % 2 == 0);
}

unsigned marks_height(unsigned width, unsigned height)
{
    if (width < MARKS_MIN_WIDTH || height < MARKS_MIN_HEIGHT)
        return 0;
    const struct layout *l = layout_for(width, height);
    unsigned top = height * (l->parts - l->rows) / l->parts;
    return height - top / 2 * 2;
}

/* One row of squares, drawn once and copied to the lines it covers. */
static void draw_row(uint8_t *to, const struct layout *l, unsigned row, unsigned width,
                     const uint8_t *message)
{
    for (unsigned column = 0; column < l->columns; column++) {
        int bit = bit_index(l, row, column);
        bool white = bit < 0 ? edge_is_white(row, column) : message[bit / 8] >> (7 - bit % 8) & 1;
        unsigned from = column * width / l->columns, end = (column + 1) * width / l->columns;
        memset(to + from, white ? 255 : 0, end - from);
    }
}

void marks_draw(uint8_t *luma, unsigned width, unsigned height, size_t stride, uint32_t number,
                uint64_t capture_us)
{
    const struct layout *l = layout_for(width, height);
    uint8_t message[PAYLOAD_BYTES + CRC_BYTES];
    put_bytes(message, number, NUMBER_BYTES);
    put_bytes(message + NUMBER_BYTES, capture_us, TIME_BYTES);
    put_bytes(message + PAYLOAD_BYTES, crc16(message, PAYLOAD_BYTES), CRC_BYTES);

    unsigned y = height - marks_height(width, height);
    for (unsigned row = 0; row < l->rows; row++) {
        unsigned end = height * (l->parts - l->rows + row + 1) / l->parts;
        uint8_t *line = luma + y * stride;
        draw_row(line, l, row, width, message);
        while (++y < end)
            memcpy(luma + y * stride, line, width);
    }
}

/* Mean brightness of the middle of a square. */
static unsigned sample(const uint8_t *luma, unsigned width, unsigned height, size_t stride,
                       const struct layout *l, unsigned row, unsigned column)
{
    /* The centre, and how far from it to look, in 1/2 of squares' units. */
    unsigned x = (2 * column + 1) * width / (2 * l->columns);
    unsigned y = (2 * (l->parts - l->rows + row) + 1) * height / (2 * l->parts);
    unsigned dx = width / l->columns / 6, dy = height / l->parts / 6;
    unsigned sum = 0, n = 0;
    for (unsigned at_y = y - dy; at_y <= y + dy; at_y++)
        for (unsigned at_x = x - dx; at_x <= x + dx; at_x++, n++)
            sum += luma[at_y * stride + at_x];
    return sum / n;
}

/* The brightness between black and white, from the ends of all rows; -1: they are not marks. */
static int threshold(const uint8_t *luma, unsigned width, unsigned height, size_t stride,
                     const struct layout *l)
{
    unsigned darkest_white = 255, brightest_black = 0;
    for (unsigned row = 0; row < l->rows; row++)
        for (unsigned column = 0; column < l->columns; column += l->columns - 1) {
            unsigned v = sample(luma, width, height, stride, l, row, column);
            if (edge_is_white(row, column))
                darkest_white = v < darkest_white ? v : darkest_white;
            else
                brightest_black = v > brightest_black ? v : brightest_black;
        }
    if (darkest_white < brightest_black + LEAST_CONTRAST)
        return -1;
    return (int)(darkest_white + brightest_black) / 2;
}

static int read_layout(const uint8_t *luma, unsigned width, unsigned height, size_t stride,
                       const struct layout *l, uint8_t message[PAYLOAD_BYTES + CRC_BYTES])
{
    if (width < l->columns || height < l->parts)
        return ERR_FORMAT;
    int middle = threshold(luma, width, height, stride, l);
    if (middle < 0)
        return ERR_FORMAT;
    memset(message, 0, PAYLOAD_BYTES + CRC_BYTES);
    for (unsigned row = 0; row < l->rows; row++)
        for (unsigned column = 1; column + 1 < l->columns; column++) {
            int bit = bit_index(l, row, column);
            if ((int)sample(luma, width, height, stride, l, row, column) > middle)
                message[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
        }
    uint64_t crc = get_bytes(message + PAYLOAD_BYTES, CRC_BYTES);
    return crc == crc16(message, PAYLOAD_BYTES) ? 0 : ERR_FORMAT;
}

int marks_read(const uint8_t *luma, unsigned width, unsigned height, size_t stride,
               uint32_t *number, uint64_t *capture_us)
{
    uint8_t message[PAYLOAD_BYTES + CRC_BYTES];
    /* A picture may have been scaled: its size does not tell how it was drawn. */
    if (read_layout(luma, width, height, stride, &large, message) < 0 &&
        read_layout(luma, width, height, stride, &small, message) < 0)
        return ERR_FORMAT;
    *number = (uint32_t)get_bytes(message, NUMBER_BYTES);
    *capture_us = get_bytes(message + NUMBER_BYTES, TIME_BYTES);
    return 0;
}
