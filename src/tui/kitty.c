/* SPDX-License-Identifier: MIT */
#include "tui/kitty.h"

#include <errno.h>

#include "tui/base64.h"
#include "tui/pngenc.h"
#include "util/alloc.h"

/* What makes 1024 characters of base64; 4096 may be, but fewer leave a slow link sooner. */
enum { CHUNK_BYTES = 768 };

struct kitty {
    struct pngenc *png;
    struct bytes file;
};

int kitty_new(struct kitty **out)
{
    struct kitty *k = mem_zero(1, sizeof *k);
    if (!k) {
        return -ENOMEM;
    }
    int err = pngenc_new(&k->png);
    if (err) {
        mem_free(k);
        return err;
    }
    *out = k;
    return 0;
}

void kitty_free(struct kitty *k)
{
    if (k) {
        pngenc_free(k->png);
        bytes_fini(&k->file);
        mem_free(k);
    }
}

/* The payload of a command in as many sequences as it takes; the first one goes on. */
static void add_payload(struct bytes *to, const uint8_t *at, size_t len)
{
    for (;;) {
        size_t n = len < CHUNK_BYTES ? len : CHUNK_BYTES;
        bytes_text(to, n < len ? "q=2,m=1;" : "q=2,m=0;");
        base64_add(to, at, n);
        bytes_text(to, "\033\\");
        at += n;
        len -= n;
        if (!len) {
            return;
        }
        bytes_text(to, "\033_G");
    }
}

int kitty_image(struct kitty *k, struct bytes *to, const struct frame *rgba, unsigned id,
                unsigned cols, unsigned rows)
{
    if (!id || !cols || !rows) {
        return -EINVAL;
    }
    bytes_clear(&k->file);
    k->file.failed = false;
    int err = pngenc_add(k->png, &k->file, rgba);
    if (err) {
        to->failed |= err == -ENOMEM;
        return err;
    }
    bytes_printf(to, "\033_Ga=T,f=100,i=%u,c=%u,r=%u,C=1,", id, cols, rows);
    add_payload(to, k->file.at, k->file.len);
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
