/* SPDX-License-Identifier: MIT */
#ifndef RECORD_BOX_H
#define RECORD_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Boxes of MP4 files (ISO/IEC 14496-12, 4.2), in memory and on disk. Bytes may be anything. */

#define BOX(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

/* Reading: a cursor whose error is sticky. Past the end everything reads 0. */
struct box_in {
    const uint8_t *at, *end;
    bool bad;
};
uint32_t box_get32(struct box_in *in);
uint64_t box_get64(struct box_in *in);
void box_skip(struct box_in *in, size_t bytes);
/* The next box: its type, and a cursor over its contents. False at the end or when bad. */
bool box_next(struct box_in *in, uint32_t *type, struct box_in *body);
/* The first box of a type among those at in (which stays where it is). */
bool box_find(struct box_in in, uint32_t type, struct box_in *body);

/* Writing into a growing buffer; the error is sticky too, check it at the end. */
struct box_out {
    uint8_t *bytes;
    size_t len, cap;
    int err;
};
size_t box_begin(struct box_out *out, uint32_t type); /* returns what box_end wants */
void box_end(struct box_out *out, size_t begin);
void box_put32(struct box_out *out, uint32_t v);
void box_put64(struct box_out *out, uint64_t v);
void box_put(struct box_out *out, const uint8_t *bytes, size_t len);
void box_patch32(struct box_out *out, size_t at, uint32_t v);
void box_out_free(struct box_out *out);

/* On disk. */
struct box {
    uint32_t type;
    uint64_t at, size; /* of the whole box; at + size <= the end that was given */
    unsigned head;     /* bytes of its header, 8 or 16 */
};
/* The box at an offset, in a file or a box that ends at end. 0; ERR_END when there is none; -EAGAIN
 * when it is cut off, out then holding what is known; ERR_FORMAT; -errno. */
int box_read(int fd, uint64_t at, uint64_t end, struct box *out);
/* The first box of a type from an offset on; ERR_UNKNOWN if none. */
int box_seek(int fd, uint64_t at, uint64_t end, uint32_t type, struct box *out);
int box_pread(int fd, void *buf, size_t len, uint64_t at); /* all of it, or an error */

#endif
