/* SPDX-License-Identifier: MIT */
#ifndef MEDIA_MARKS_H
#define MEDIA_MARKS_H

#include <stddef.h>
#include <stdint.h>

/* Number and time of a test-card picture as rows of black and white squares along its bottom edge.
 *
 * A picture of at least 480x360 has 2 rows of 54 squares, each a 40th of its height; a smaller one
 * 4 rows of 28, each a 20th, so that squares are at least 5 pixels wide from 160x120 on. Everything
 * is relative to the picture's size and thus survives scaling. Every row starts white and ends
 * black, or, every other row, the other way round: this is what the reader takes its threshold
 * from. Between, row by row, stand 104 bits, most significant first, white is 1:
 *
 *     32 number | 56 capture time in us | 16 CRC (CCITT, start 0xffff) of the eleven bytes before
 */
enum { MARKS_MIN_WIDTH = 160, MARKS_MIN_HEIGHT = 120 };

/* Rows of pixels that marks take at the bottom of a picture; 0: it is too small for them. Even. */
unsigned marks_height(unsigned width, unsigned height);
/* Draws into a luma plane of a size that has marks. */
void marks_draw(uint8_t *luma, unsigned width, unsigned height, size_t stride, uint32_t number,
                uint64_t capture_us);
/* 0 or ERR_FORMAT; any size. */
int marks_read(const uint8_t *luma, unsigned width, unsigned height, size_t stride,
               uint32_t *number, uint64_t *capture_us);

#endif
