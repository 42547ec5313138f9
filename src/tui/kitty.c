/* SPDX-License-Identifier: MIT */
#include "tui/kitty.h"

#include <errno.h>
#include <zlib.h>

#include "tui/base64.h"
#include "util/alloc.h"

/* What makes 4096 characters of base64. */
enum { CHUNK_BYTES = 3072, DEFLATE_LEVEL = 1 };

struct kitty {
    z_stream z;
    uint8_t *row; /* RGB */
    size_t row_cap;
    uint8_t chunk[CHUNK_BYTES];
};

static void *z_alloc(void *unused, unsigned count, unsigned bytes)
{
    return mem_zero(count, bytes);
}

static void z_free(void *unused, void *p)
{
    mem_free(p);
}

int kitty_new(struct kitty **out)
{
    struct kitty *k = mem_zero(1, sizeof *k);
    if (!k) {
        return -ENOMEM;
    }
    k->z.zalloc = z_alloc;
    k->z.zfree = z_free;
    if (deflateInit(&k->z, DEFLATE_LEVEL) != Z_OK) {
        mem_free(k);
        return -ENOMEM;
    }
    *out = k;
    return 0;
}

void kitty_free(struct kitty *k)
{
    if (k) {
        deflateEnd(&k->z);
        mem_free(k->row);
        mem_free(k);
    }
}

/* What an image's first sequence says of it. */
struct heading {
    unsigned width, height, id, cols, rows;
    bool said;
};

/* One sequence with what the compressor has put out. */
static void add_chunk(struct kitty *k, struct bytes *to, struct heading *h, bool more)
{
    bytes_text(to, "\033_G");
    if (!h->said) {
        bytes_printf(to, "a=T,f=24,o=z,s=%u,v=%u,i=%u,c=%u,r=%u,C=1,", h->width, h->height, h->id,
                     h->cols, h->rows);
        h->said = true;
    }
    bytes_text(to, more ? "q=2,m=1;" : "q=2,m=0;");
    base64_add(to, k->chunk, CHUNK_BYTES - k->z.avail_out);
    bytes_text(to, "\033\\");
    k->z.next_out = k->chunk;
    k->z.avail_out = CHUNK_BYTES;
}

/* A full chunk is never the last one: the end of the stream is still to come. */
static void deflate_row(struct kitty *k, struct bytes *to, struct heading *h, bool last)
{
    for (;;) {
        int r = deflate(&k->z, last ? Z_FINISH : Z_NO_FLUSH);
        if (r == Z_STREAM_END) {
            add_chunk(k, to, h, false);
            return;
        }
        if (k->z.avail_out) {
            return;
        }
        add_chunk(k, to, h, true);
    }
}

static void drop_alpha(uint8_t *to, const uint8_t *from, unsigned width)
{
    for (unsigned x = 0; x < width; x++, to += 3, from += 4) {
        to[0] = from[0];
        to[1] = from[1];
        to[2] = from[2];
    }
}

static int grow_row(struct kitty *k, size_t bytes)
{
    if (bytes <= k->row_cap) {
        return 0;
    }
    uint8_t *row = mem_grow(k->row, bytes, 1);
    if (!row) {
        return -ENOMEM;
    }
    k->row = row;
    k->row_cap = bytes;
    return 0;
}

int kitty_image(struct kitty *k, struct bytes *to, const struct frame *rgba, unsigned id,
                unsigned cols, unsigned rows)
{
    struct heading h = {rgba->width, rgba->height, id, cols, rows, false};
    if (rgba->format != FRAME_RGBA || !h.width || !h.height || !cols || !rows || !id) {
        return -EINVAL;
    }
    if (grow_row(k, (size_t)h.width * 3) < 0) {
        to->failed = true;
        return -ENOMEM;
    }
    deflateReset(&k->z);
    k->z.next_out = k->chunk;
    k->z.avail_out = CHUNK_BYTES;
    for (unsigned y = 0; y < h.height; y++) {
        drop_alpha(k->row, rgba->data + (size_t)y * h.width * 4, h.width);
        k->z.next_in = k->row;
        k->z.avail_in = h.width * 3;
        deflate_row(k, to, &h, y + 1 == h.height);
    }
    return to->failed ? -ENOMEM : 0;
}

void kitty_delete(struct bytes *to, unsigned id)
{
    bytes_printf(to, "\033_Ga=d,d=I,i=%u,q=2\033\\", id);
}

void kitty_query(struct bytes *to, unsigned id)
{
    bytes_printf(to, "\033_Ga=q,i=%u,s=1,v=1,t=d,f=24;AAAA\033\\", id);
}
