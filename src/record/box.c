/* SPDX-License-Identifier: MIT */
#include "record/box.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/err.h"

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t load64(const uint8_t *p)
{
    return (uint64_t)load32(p) << 32 | load32(p + 4);
}

static bool has(struct box_in *in, size_t bytes)
{
    if (!in->bad && (size_t)(in->end - in->at) >= bytes)
        return true;
    in->bad = true;
    in->at = in->end;
    return false;
}

uint32_t box_get32(struct box_in *in)
{
    if (!has(in, 4))
        return 0;
    in->at += 4;
    return load32(in->at - 4);
}

uint64_t box_get64(struct box_in *in)
{
    if (!has(in, 8))
        return 0;
    in->at += 8;
    return load64(in->at - 8);
}

void box_skip(struct box_in *in, size_t bytes)
{
    if (has(in, bytes))
        in->at += bytes;
}

bool box_next(struct box_in *in, uint32_t *type, struct box_in *body)
{
    if (in->at == in->end || !has(in, 8))
        return false;
    uint32_t size = load32(in->at);
    *type = load32(in->at + 4);
    if (size < 8 || !has(in, size)) { /* large and open-ended boxes are never inside others here */
        in->bad = true;
        return false;
    }
    *body = (struct box_in){.at = in->at + 8, .end = in->at + size};
    in->at += size;
    return true;
}

bool box_find(struct box_in in, uint32_t type, struct box_in *body)
{
    uint32_t found;
    while (box_next(&in, &found, body))
        if (found == type)
            return true;
    return false;
}

static uint8_t *room(struct box_out *out, size_t bytes)
{
    if (out->err == 0 && out->len + bytes > out->cap) {
        size_t cap = out->cap ? out->cap : 4096;
        while (cap < out->len + bytes)
            cap *= 2;
        uint8_t *grown = mem_grow(out->bytes, cap, 1);
        if (grown) {
            out->bytes = grown;
            out->cap = cap;
        } else {
            out->err = -ENOMEM;
        }
    }
    if (out->err < 0)
        return NULL;
    out->len += bytes;
    return out->bytes + out->len - bytes;
}

static void store32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

void box_put32(struct box_out *out, uint32_t v)
{
    uint8_t *p = room(out, 4);
    if (p)
        store32(p, v);
}

void box_put64(struct box_out *out, uint64_t v)
{
    box_put32(out, (uint32_t)(v >> 32));
    box_put32(out, (uint32_t)v);
}

void box_put(struct box_out *out, const uint8_t *bytes, size_t len)
{
    uint8_t *p = room(out, len);
    if (p && len > 0)
        memcpy(p, bytes, len);
}

void box_patch32(struct box_out *out, size_t at, uint32_t v)
{
    if (out->err == 0)
        store32(out->bytes + at, v);
}

size_t box_begin(struct box_out *out, uint32_t type)
{
    size_t begin = out->len;
    box_put32(out, 0);
    box_put32(out, type);
    return begin;
}

void box_end(struct box_out *out, size_t begin)
{
    if (out->len - begin > UINT32_MAX)
        out->err = ERR_LIMIT;
    box_patch32(out, begin, (uint32_t)(out->len - begin));
}

void box_out_free(struct box_out *out)
{
    mem_free(out->bytes);
    *out = (struct box_out){0};
}

int box_pread(int fd, void *buf, size_t len, uint64_t at)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(fd, (char *)buf + done, len - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : ERR_FORMAT;
        done += (size_t)n;
    }
    return 0;
}

int box_read(int fd, uint64_t at, uint64_t end, struct box *out)
{
    uint8_t head[16];
    *out = (struct box){.at = at, .head = 8};
    if (at >= end)
        return ERR_END;
    size_t n = end - at < sizeof head ? (size_t)(end - at) : sizeof head;
    if (n < 8)
        return -EAGAIN;
    int rc = box_pread(fd, head, n, at);
    if (rc < 0)
        return rc;
    out->size = load32(head);
    out->type = load32(head + 4);
    if (out->size == 1) {
        if (n < sizeof head)
            return -EAGAIN;
        out->head = 16;
        out->size = load64(head + 8);
    }
    if (out->size < out->head)
        return ERR_FORMAT;
    return out->size > end - at ? -EAGAIN : 0;
}

int box_seek(int fd, uint64_t at, uint64_t end, uint32_t type, struct box *out)
{
    int rc;
    while ((rc = box_read(fd, at, end, out)) == 0) {
        if (out->type == type)
            return 0;
        at += out->size;
    }
    return rc == ERR_END ? ERR_UNKNOWN : rc;
}
