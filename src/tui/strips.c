/* SPDX-License-Identifier: MIT */
#include "tui/strips.h"

#include <errno.h>
#include <string.h>

#include "util/alloc.h"

void strips_fini(struct strips *s)
{
    for (unsigned i = 0; i < s->cap; i++) {
        bytes_fini(&s->strip[i].bytes);
    }
    mem_free(s->strip);
    *s = (struct strips){0};
}

bool strips_alike(const struct strips *a, const struct strips *b)
{
    return a->n == b->n && a->x == b->x && a->y == b->y && a->cols == b->cols &&
           a->rows == b->rows && a->strip_rows == b->strip_rows &&
           picture_spec_equal(&a->spec, &b->spec);
}

int strips_shape(struct strips *s, const struct strips *shape)
{
    if (shape->n > s->cap) {
        struct strip *strip = mem_grow(s->strip, shape->n, sizeof *strip);
        if (!strip) {
            return -ENOMEM;
        }
        memset(strip + s->cap, 0, (shape->n - s->cap) * sizeof *strip);
        s->strip = strip;
        s->cap = shape->n;
    }
    const struct strips room = *s;
    *s = *shape;
    s->strip = room.strip;
    s->cap = room.cap;
    for (unsigned i = 0; i < s->cap; i++) {
        struct bytes emptied = s->strip[i].bytes;
        bytes_clear(&emptied);
        s->strip[i] = (struct strip){.bytes = emptied};
    }
    return 0;
}

bool strips_any(const struct strips *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        if (s->strip[i].fresh) {
            return true;
        }
    }
    return false;
}

void strip_again(struct strip *s)
{
    s->fresh = s->bytes.len > 0;
    s->piece = 0;
    s->sent = 0;
}

void strips_all(struct strips *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        strip_again(&s->strip[i]);
    }
}

bool strips_move(struct strips *to, struct strips *from)
{
    if (!strips_alike(to, from)) {
        const struct strips before = *to;
        *to = *from;
        *from = before;
        return true;
    }
    for (unsigned i = 0; i < to->n; i++) {
        if (from->strip[i].fresh) {
            const struct strip before = to->strip[i];
            to->strip[i] = from->strip[i];
            from->strip[i] = before;
            from->strip[i].fresh = false;
            to->id = from->id;
        }
    }
    return false;
}
