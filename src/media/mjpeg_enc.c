/* SPDX-License-Identifier: MIT */
#include "media/mjpeg_enc.h"

#include <errno.h>
#include <string.h>
#include <turbojpeg.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"

struct mjpeg_enc {
    tjhandle handle;
    uint8_t *jpeg; /* room for the largest JPEG of a picture, so that frames are just as big as
                      what is in them */
    size_t jpeg_cap;
    uint8_t *padded; /* a picture of odd size, with its last column and row doubled */
    size_t padded_cap;
};

int mjpeg_enc_new(struct mjpeg_enc **out)
{
    struct mjpeg_enc *e = mem_zero(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->handle = tjInitCompress();
    if (!e->handle) {
        mem_free(e);
        return -ENOMEM;
    }
    *out = e;
    return 0;
}

void mjpeg_enc_free(struct mjpeg_enc *e)
{
    if (!e)
        return;
    tjDestroy(e->handle);
    mem_free(e->jpeg);
    mem_free(e->padded);
    mem_free(e);
}

static int want_room(uint8_t **buf, size_t *cap, size_t bytes)
{
    if (*cap >= bytes)
        return 0;
    mem_free(*buf);
    *buf = mem_alloc(bytes);
    *cap = *buf ? bytes : 0;
    return *buf ? 0 : -ENOMEM;
}

/* libjpeg-turbo reads whole pairs of luma columns and rows: gives it a copy that has them. */
static int pad_luma(struct mjpeg_enc *e, const struct frame *raw, uint8_t **plane, int *stride)
{
    size_t width = raw->width, height = raw->height;
    size_t even_width = (width + 1) & ~(size_t)1, even_height = (height + 1) & ~(size_t)1;
    int r = want_room(&e->padded, &e->padded_cap, even_width * even_height);
    if (r < 0)
        return r;
    for (size_t y = 0; y < even_height; y++) {
        const uint8_t *from = raw->data + (y < height ? y : height - 1) * width;
        uint8_t *to = e->padded + y * even_width;
        memcpy(to, from, width);
        to[even_width - 1] = from[width - 1];
    }
    *plane = e->padded;
    *stride = (int)even_width;
    return 0;
}

/* Compresses into e->jpeg. */
static int compress(struct mjpeg_enc *e, const struct frame *raw, int quality, size_t *len)
{
    uint8_t *plane[3];
    int stride[3];
    frame_i420_planes(raw, plane, stride);
    int r = 0;
    if (raw->width % 2 || raw->height % 2)
        r = pad_luma(e, raw, &plane[0], &stride[0]);
    if (r == 0)
        r = want_room(&e->jpeg, &e->jpeg_cap, tjBufSize(raw->width, raw->height, TJSAMP_420));
    if (r < 0)
        return r;
    unsigned long size = e->jpeg_cap;
    const unsigned char *in[3] = {plane[0], plane[1], plane[2]};
    if (tjCompressFromYUVPlanes(e->handle, in, raw->width, stride, raw->height, TJSAMP_420,
                                &e->jpeg, &size, quality, TJFLAG_NOREALLOC) < 0) {
        log_error("libjpeg-turbo: %s", tjGetErrorStr2(e->handle));
        return ERR_LIBRARY;
    }
    *len = size;
    return 0;
}

/* A frame of the bytes in e->jpeg, with the facts of the raw one. */
static int wrap(struct mjpeg_enc *e, const struct frame *raw, size_t len, struct frame_pool *pool,
                struct frame **out)
{
    struct frame *f;
    int r = frame_new(pool, len, &f);
    if (r < 0)
        return r;
    memcpy(f->data, e->jpeg, len);
    f->len = len;
    f->format = FRAME_JPEG;
    f->width = raw->width;
    f->height = raw->height;
    frame_copy_facts(f, raw);
    *out = f;
    return 0;
}

static bool is_encodable(const struct frame *raw, int quality)
{
    return raw->format == FRAME_I420 && raw->width && raw->height &&
           raw->len >= frame_i420_bytes(raw->width, raw->height) && quality >= 1 && quality <= 100;
}

int mjpeg_enc_frame(struct mjpeg_enc *e, const struct frame *raw, int quality,
                    struct frame_pool *pool, struct frame **out)
{
    size_t len;
    if (!is_encodable(raw, quality))
        return -EINVAL;
    int r = compress(e, raw, quality, &len);
    return r < 0 ? r : wrap(e, raw, len, pool, out);
}

/* The next quality to try between one that fits (0: none known) and one that does not (past the
 * wanted one: none known): doubling steps away from the last picture's until both are known, then
 * halves. */
static int next_try(int fits, int too_big, int quality, int step)
{
    if (fits == 0)
        return too_big - step > 1 ? too_big - step : 1;
    if (too_big > quality)
        return fits + step < quality ? fits + step : quality;
    return fits + (too_big - fits) / 2;
}

int mjpeg_enc_fit(struct mjpeg_enc *e, const struct frame *raw, int quality, size_t most_bytes,
                  int *quality_now, struct frame_pool *pool, struct frame **out)
{
    if (!is_encodable(raw, quality))
        return -EINVAL;
    int fits = 0, too_big = quality + 1, step = 1;
    int try = *quality_now >= 1 && *quality_now <= quality ? *quality_now : quality;
    struct frame *best = NULL;
    while (too_big - fits > 1) {
        size_t len;
        int r = compress(e, raw, try, &len);
        if (r == 0 && len <= most_bytes) {
            frame_unref(&best);
            r = wrap(e, raw, len, pool, &best);
            fits = try;
        } else {
            too_big = try;
        }
        if (r < 0) {
            frame_unref(&best);
            return r;
        }
        try = next_try(fits, too_big, quality, step);
        step *= 2;
    }
    *quality_now = fits ? fits : 1;
    *out = best;
    return best ? 0 : ERR_LIMIT;
}
