/* SPDX-License-Identifier: MIT */
/* encode WIDTH HEIGHT CELL_HEIGHT: reads RGBA pictures one after another; prints a line for
 * each way to send them to a terminal: its name, bytes and CPU in microseconds a picture. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "media/frame.h"
#include "tui/kitty.h"
#include "tui/sixel.h"

enum { PICTURES_MOST = 100, CELL_WIDTH = 8 };

struct bench {
    struct frame_pool *pool;
    struct frame *picture[PICTURES_MOST];
    unsigned pictures, cell_height;
    struct kitty *kitty;
    struct sixel *sixel;
};

static void require(int r, const char *what)
{
    if (r < 0) {
        fprintf(stderr, "encode: %s: %d\n", what, r);
        exit(1);
    }
}

static void read_pictures(struct bench *b, unsigned width, unsigned height)
{
    size_t bytes = (size_t)width * height * 4;
    for (; b->pictures < PICTURES_MOST; b->pictures++) {
        struct frame *f;
        require(frame_new(b->pool, bytes, &f), "frame");
        f->format = FRAME_RGBA;
        f->width = (uint16_t)width;
        f->height = (uint16_t)height;
        f->len = bytes;
        if (fread(f->data, 1, bytes, stdin) != bytes) {
            frame_unref(&f);
            return;
        }
        b->picture[b->pictures] = f;
    }
}

static int add_kitty(struct bench *b, struct bytes *to, const struct frame *f)
{
    return kitty_image(b->kitty, to, f, 1, f->width / CELL_WIDTH, f->height / b->cell_height);
}

static int add_sixels(struct bench *b, struct bytes *to, const struct frame *f)
{
    unsigned h = sixel_strip_rows(b->cell_height) * b->cell_height;
    int r = 0;
    for (unsigned y = 0; y < f->height && r == 0; y += h) {
        r = sixel_strip(b->sixel, to, f, y, h);
    }
    return r;
}

static void measure(struct bench *b, const char *name,
                    int (*add)(struct bench *, struct bytes *, const struct frame *))
{
    struct bytes out = {0};
    size_t bytes = 0;
    clock_t begin = clock();
    for (unsigned i = 0; i < b->pictures; i++) {
        bytes_clear(&out);
        require(add(b, &out, b->picture[i]), name);
        bytes += out.len;
    }
    double us = (double)(clock() - begin) * 1e6 / CLOCKS_PER_SEC;
    printf("%s\t%zu\t%.0f\n", name, bytes / b->pictures, us / b->pictures);
    bytes_fini(&out);
}

static void measure_sixels(struct bench *b, unsigned registers)
{
    char name[40];
    snprintf(name, sizeof name, "sixel, %u registers", registers);
    require(sixel_new(registers, &b->sixel), "sixel");
    measure(b, name, add_sixels);
    sixel_free(b->sixel);
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    if (argc != 4 || (b.cell_height = (unsigned)strtoul(argv[3], NULL, 10)) == 0) {
        fprintf(stderr, "usage: encode WIDTH HEIGHT CELL_HEIGHT <RGBA\n");
        return 2;
    }
    require(frame_pool_new(0, &b.pool), "pool");
    read_pictures(&b, (unsigned)strtoul(argv[1], NULL, 10), (unsigned)strtoul(argv[2], NULL, 10));
    require(b.pictures ? kitty_new(&b.kitty) : -1, "pictures");
    measure(&b, "kitty", add_kitty);
    measure_sixels(&b, 256);
    measure_sixels(&b, 64);
    measure_sixels(&b, 16);
    kitty_free(b.kitty);
    for (unsigned i = 0; i < b.pictures; i++) {
        frame_unref(&b.picture[i]);
    }
    frame_pool_free(b.pool);
    return 0;
}
