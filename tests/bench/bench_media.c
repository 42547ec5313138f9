/* SPDX-License-Identifier: MIT */
/* bench_media [ROUNDS]: microseconds a frame of 640x480, the median of ROUNDS (200): test card,
 * encoding, decoding at every scale, scaling. */
#include <stdio.h>
#include <stdlib.h>

#include "media/mjpeg_dec.h"
#include "media/mjpeg_enc.h"
#include "media/mjpeg_probe.h"
#include "media/scale.h"
#include "media/testcard.h"
#include "util/mono.h"

enum { WIDTH = 640, HEIGHT = 480, QUALITY = 85, ROUNDS = 200, ROUNDS_MAX = 10000 };

struct bench {
    struct frame_pool *pool;
    struct testcard *card;
    struct mjpeg_enc *enc;
    struct mjpeg_dec *dec;
    struct frame *raw, *rgba, *jpeg;
    uint32_t number;
    int quality_now;
};

static void require(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench_media: %s: %d\n", what, r);
    exit(1);
}

static void draw(struct bench *b, unsigned unused)
{
    struct frame *f;
    require(testcard_draw(b->card, b->number, b->number * UINT64_C(40000), wall_us(), b->pool, &f),
            "draw");
    b->number++;
    frame_unref(&f);
}

static void read_marks(struct bench *b, unsigned unused)
{
    uint32_t number;
    uint64_t capture_us;
    require(testcard_read(b->raw->data, WIDTH, HEIGHT, WIDTH, &number, &capture_us), "read");
}

static void encode(struct bench *b, unsigned quality)
{
    struct frame *f;
    require(mjpeg_enc_frame(b->enc, b->raw, (int)quality, b->pool, &f), "encode");
    frame_unref(&f);
}

static void fit(struct bench *b, unsigned percent)
{
    struct frame *f;
    require(mjpeg_enc_fit(b->enc, b->raw, QUALITY, b->jpeg->len * percent / 100, &b->quality_now,
                          b->pool, &f),
            "fit");
    frame_unref(&f);
}

static void probe(struct bench *b, unsigned unused)
{
    struct mjpeg_info info;
    require(mjpeg_probe_whole(b->jpeg->data, b->jpeg->len, &info), "probe");
}

static void decode(struct bench *b, enum frame_format format, unsigned scale)
{
    struct frame *f;
    require(mjpeg_dec_frame(b->dec, b->jpeg->data, b->jpeg->len, format, scale, b->pool, &f),
            "decode");
    frame_unref(&f);
}

static void decode_i420(struct bench *b, unsigned scale)
{
    decode(b, FRAME_I420, scale);
}

static void decode_rgba(struct bench *b, unsigned scale)
{
    decode(b, FRAME_RGBA, scale);
}

static void shrink_i420(struct bench *b, unsigned divisor)
{
    struct frame *f;
    require(scale_i420(b->raw, WIDTH / divisor, HEIGHT / divisor, b->pool, &f), "scale");
    frame_unref(&f);
}

static void shrink_rgba(struct bench *b, unsigned width)
{
    struct frame *f;
    require(scale_rgba(b->rgba, width, width / 2, b->pool, &f), "scale");
    frame_unref(&f);
}

static const struct {
    const char *name;
    void (*run)(struct bench *b, unsigned argument);
    unsigned argument;
} measures[] = {
    {"test card", draw, 0},
    {"read marks", read_marks, 0},
    {"encode q85", encode, 85},
    {"encode q50", encode, 50},
    {"encode to fit 60 %", fit, 60},
    {"probe whole", probe, 0},
    {"decode I420 1/1", decode_i420, 1},
    {"decode I420 1/2", decode_i420, 2},
    {"decode I420 1/4", decode_i420, 4},
    {"decode I420 1/8", decode_i420, 8},
    {"decode RGBA 1/1", decode_rgba, 1},
    {"decode RGBA 1/2", decode_rgba, 2},
    {"decode RGBA 1/4", decode_rgba, 4},
    {"decode RGBA 1/8", decode_rgba, 8},
    {"scale I420 by 2", shrink_i420, 2},
    {"scale RGBA to 100x50", shrink_rgba, 100},
};

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void set_up(struct bench *b)
{
    require(frame_pool_new(8, &b->pool), "pool");
    require(testcard_new(WIDTH, HEIGHT, "bench", &b->card), "card");
    require(mjpeg_enc_new(&b->enc), "encoder");
    require(mjpeg_dec_new(&b->dec), "decoder");
    require(testcard_draw(b->card, 1, 1, 1, b->pool, &b->raw), "draw");
    require(mjpeg_enc_frame(b->enc, b->raw, QUALITY, b->pool, &b->jpeg), "encode");
    require(mjpeg_dec_frame(b->dec, b->jpeg->data, b->jpeg->len, FRAME_RGBA, 1, b->pool, &b->rgba),
            "decode");
}

static void tear_down(struct bench *b)
{
    frame_unref(&b->raw);
    frame_unref(&b->rgba);
    frame_unref(&b->jpeg);
    mjpeg_enc_free(b->enc);
    mjpeg_dec_free(b->dec);
    testcard_free(b->card);
    frame_pool_free(b->pool);
}

int main(int argc, char **argv)
{
    static uint64_t ns[ROUNDS_MAX];
    struct bench b = {.number = 0};
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_media [ROUNDS]\n");
        return 2;
    }
    set_up(&b);
    printf("%ux%u, JPEG of %zu bytes\n", WIDTH, HEIGHT, b.jpeg->len);
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        for (int n = 0; n < rounds; n++) {
            uint64_t begin = mono_ns();
            measures[i].run(&b, measures[i].argument);
            ns[n] = mono_ns() - begin;
        }
        qsort(ns, (size_t)rounds, sizeof ns[0], compare);
        printf("%-22s %8.1f us\n", measures[i].name, (double)ns[rounds / 2] / 1e3);
    }
    tear_down(&b);
    return 0;
}
