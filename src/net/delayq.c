/* SPDX-License-Identifier: MIT */
#include "net/delayq.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "util/alloc.h"

enum { SPOIL = 0x55 };

int delayq_init(struct delayq *q, size_t cap, size_t cap_bytes)
{
    *q = (struct delayq){.cap = cap, .cap_bytes = cap_bytes};
    q->heap = mem_zero(cap, sizeof *q->heap);
    return q->heap ? 0 : -ENOMEM;
}

void delayq_fini(struct delayq *q)
{
    for (size_t i = 0; i < q->n; i++)
        mem_free(q->heap[i]);
    mem_free(q->heap);
    *q = (struct delayq){NULL};
}

static bool sooner(const struct delayed *a, const struct delayed *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void swap(struct delayed **a, struct delayed **b)
{
    struct delayed *t = *a;
    *a = *b;
    *b = t;
}

static void sift_up(struct delayq *q, size_t i)
{
    for (; i > 0 && sooner(q->heap[i], q->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&q->heap[i], &q->heap[(i - 1) / 2]);
}

static void sift_down(struct delayq *q, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < q->n; child++)
            if (sooner(q->heap[child], q->heap[least]))
                least = child;
        if (least == i)
            return;
        swap(&q->heap[i], &q->heap[least]);
        i = least;
    }
}

int delayq_push(struct delayq *q, uint64_t at_ns, unsigned tag, const uint8_t *bytes, size_t len,
                int corrupt_byte)
{
    if (q->n == q->cap || len > q->cap_bytes - q->bytes) {
        q->overflowed++;
        return 0;
    }
    struct delayed *d = mem_alloc(sizeof *d + len);
    if (!d)
        return -ENOMEM;
    *d = (struct delayed){.at_ns = at_ns, .order = q->pushed++, .tag = tag, .len = len};
    memcpy(d->bytes, bytes, len);
    if (corrupt_byte >= 0)
        d->bytes[corrupt_byte] ^= SPOIL;
    q->heap[q->n] = d;
    sift_up(q, q->n++);
    q->bytes += len;
    return 0;
}

uint64_t delayq_next_ns(const struct delayq *q)
{
    return q->n ? q->heap[0]->at_ns : UINT64_MAX;
}

struct delayed *delayq_pop(struct delayq *q, uint64_t now_ns)
{
    if (q->n == 0 || q->heap[0]->at_ns > now_ns)
        return NULL;
    struct delayed *first = q->heap[0];
    q->heap[0] = q->heap[--q->n];
    sift_down(q, 0);
    q->bytes -= first->len;
    return first;
}
