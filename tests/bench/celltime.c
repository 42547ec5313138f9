/* SPDX-License-Identifier: MIT */
/* celltime COLUMNS ROWS < LOG: when each picture of the test card was on the screen. LOG is what a
 * program wrote to a terminal, in chunks: when it came (u64, microseconds), how many bytes (u64,
 * both in the machine's order), the bytes. The picture is COLUMNS x ROWS cells of half blocks,
 * somewhere near the upper left corner. Prints a line for each picture that became readable: its
 * number, its capture time and the time of the chunk that completed it. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/testcard.h"
#include "util/text.h"

enum { COLS_MAX = 512, ROWS_MAX = 256, ARGS = 32, CHUNK_MAX = 1 << 20, CORNER = 4 };
enum { UPPER_HALF = 0x2580, LOWER_HALF = 0x2584, FULL = 0x2588 };

struct screen {
    unsigned y, x;
    unsigned saved_y, saved_x;
    uint8_t fg, bg; /* luma */
    uint32_t last;
    uint8_t luma[2 * ROWS_MAX][COLS_MAX];
};

static void put(struct screen *s, uint32_t ch)
{
    if (s->y < ROWS_MAX && s->x < COLS_MAX) {
        s->luma[2 * s->y][s->x] = ch == UPPER_HALF || ch == FULL ? s->fg : s->bg;
        s->luma[2 * s->y + 1][s->x] = ch == LOWER_HALF || ch == FULL ? s->fg : s->bg;
    }
    s->x++;
    s->last = ch;
}

static uint8_t luma_of(const unsigned *rgb)
{
    return (uint8_t)((rgb[0] * 77 + rgb[1] * 150 + rgb[2] * 29) >> 8);
}

/* The usual palette from 16 on; the 16 before it are a person's choice and in no picture. */
static uint8_t luma_of_palette(unsigned index)
{
    static const uint8_t level[6] = {0, 95, 135, 175, 215, 255};
    if (index >= 232)
        return (uint8_t)(8 + 10 * (index - 232));
    index = index < 16 ? 0 : index - 16;
    return luma_of(
        (const unsigned[]){level[index / 36 % 6], level[index / 6 % 6], level[index % 6]});
}

static void attributes(struct screen *s, const unsigned *arg, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint8_t *color = arg[i] == 38 ? &s->fg : &s->bg;
        if ((arg[i] != 38 && arg[i] != 48) || i + 2 >= n)
            continue;
        if (arg[i + 1] == 2 && i + 4 < n) {
            *color = luma_of(arg + i + 2);
            i += 4;
        } else if (arg[i + 1] == 5) {
            *color = luma_of_palette(arg[i + 2]);
            i += 2;
        }
    }
}

static void control(struct screen *s, char final, const unsigned *arg, unsigned n)
{
    unsigned count = arg[0] ? arg[0] : 1;
    switch (final) {
    case 'H':
        s->y = count - 1;
        s->x = n > 1 && arg[1] ? arg[1] - 1 : 0;
        break;
    case 'G':
        s->x = count - 1;
        break;
    case 'd':
        s->y = count - 1;
        break;
    case 'C':
        s->x += count;
        break;
    case 'b':
        for (unsigned i = 0; i < count && i < COLS_MAX; i++)
            put(s, s->last);
        break;
    case 'm':
        attributes(s, arg, n);
        break;
    default: /* nothing that pictures are drawn with */
        break;
    }
}

/* The length of the control sequence b begins with, 0 if its end has not come yet. */
static size_t csi(struct screen *s, const uint8_t *b, size_t len)
{
    unsigned arg[ARGS] = {0}, n = 1;
    for (size_t i = 2; i < len; i++) {
        if (b[i] >= '0' && b[i] <= '9')
            arg[n - 1] = arg[n - 1] * 10 + (b[i] - '0');
        else if (b[i] == ';' && n < ARGS)
            n++;
        else if (b[i] >= '@') {
            if (b[2] != '?' && b[2] != '>')
                control(s, (char)b[i], arg, n);
            return i + 1;
        }
    }
    return 0;
}

/* Also strings (OSC, DCS), which are skipped. */
static size_t escape(struct screen *s, const uint8_t *b, size_t len)
{
    if (len < 2)
        return 0;
    if (b[1] == '[')
        return csi(s, b, len);
    if (b[1] == 'P' || b[1] == ']') {
        const uint8_t *end = memmem(b + 2, len - 2, "\033\\", 2);
        return end ? (size_t)(end - b) + 2 : 0;
    }
    if (b[1] == '7') {
        s->saved_y = s->y;
        s->saved_x = s->x;
    } else if (b[1] == '8') {
        s->y = s->saved_y;
        s->x = s->saved_x;
    }
    return b[1] == '(' ? (len < 3 ? 0 : 3) : 2;
}

/* How many bytes were taken; an unfinished sequence or character at the end is not. */
static size_t feed(struct screen *s, const uint8_t *b, size_t len)
{
    size_t at = 0;
    while (at < len) {
        uint32_t ch = b[at];
        size_t n = 1;
        if (ch == 27)
            n = escape(s, b + at, len - at);
        else if (ch >= 0x80 && len - at < 4)
            n = 0;
        else if (ch >= ' ')
            n = text_decode((const char *)b + at, len - at, &ch);
        if (n == 0)
            break;
        if (ch == '\r')
            s->x = 0;
        else if (ch == '\n')
            s->y++;
        else if (ch >= ' ')
            put(s, ch);
        at += n;
    }
    return at;
}

/* The picture is looked for where borders and titles may have put it. */
static bool read_card(const struct screen *s, unsigned cols, unsigned rows, uint32_t *number,
                      uint64_t *capture_us)
{
    for (unsigned at = 0; at < CORNER * CORNER; at++)
        if (testcard_read(&s->luma[2 * (at / CORNER)][at % CORNER], cols, 2 * rows, COLS_MAX,
                          number, capture_us) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    static struct screen s;
    static uint8_t bytes[2 * CHUNK_MAX];
    unsigned cols = argc == 3 ? (unsigned)atoi(argv[1]) : 0;
    unsigned rows = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
    uint64_t head[2], capture_us;
    uint32_t number, newest = 0;
    size_t have = 0;

    if (cols == 0 || cols > COLS_MAX - CORNER || rows == 0 || rows > ROWS_MAX - CORNER) {
        fprintf(stderr, "usage: celltime COLUMNS ROWS < LOG\n");
        return 2;
    }
    while (fread(head, sizeof head, 1, stdin) == 1) {
        if (head[1] > CHUNK_MAX || have > CHUNK_MAX ||
            fread(bytes + have, 1, head[1], stdin) != head[1])
            return 2;
        have += head[1];
        size_t taken = feed(&s, bytes, have);
        memmove(bytes, bytes + taken, have - taken);
        have -= taken;
        if (!read_card(&s, cols, rows, &number, &capture_us) || number == newest)
            continue;
        newest = number;
        printf("%" PRIu32 " %" PRIu64 " %" PRIu64 "\n", number, capture_us, head[0]);
    }
    return 0;
}
