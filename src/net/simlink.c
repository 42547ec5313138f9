/* SPDX-License-Identifier: MIT */
/* Each end holds a heap of the datagrams on their way to it, the next arrival on top. What is full
 * loses newcomers, as a router does; so memory is bounded whatever a test sends. */
#include "net/simlink.h"

#include <errno.h>
#include <string.h>

#include "util/alloc.h"

enum {
    END_DATAGRAMS = 16 * 1024,
    END_BYTES = 32 * 1024 * 1024,
    PORT = 9999,
};

struct flying {
    uint64_t at_ns, order; /* datagrams of one instant arrive in the order they were sent */
    size_t len;
    uint8_t bytes[];
};

struct end {
    struct link link; /* first: a link of this kind is an end */
    struct simlink *sim;
    struct netmodel out;
    struct flying **heap; /* on their way here */
    size_t n, bytes;
    struct end *other;
};

struct simlink {
    struct end end[2];
    uint64_t now_ns, sent;
};

static struct end *end_of(struct link *l)
{
    return (struct end *)l;
}

static bool sooner(const struct flying *a, const struct flying *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void swap(struct flying **a, struct flying **b)
{
    struct flying *t = *a;
    *a = *b;
    *b = t;
}

static void heap_push(struct end *e, struct flying *f)
{
    size_t i = e->n++;
    e->heap[i] = f;
    for (; i > 0 && sooner(e->heap[i], e->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&e->heap[i], &e->heap[(i - 1) / 2]);
    e->bytes += f->len;
}

static struct flying *heap_pop(struct end *e)
{
    struct flying *top = e->heap[0];
    e->heap[0] = e->heap[--e->n];
    for (size_t i = 0, least;; i = least) {
        least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < e->n; child++)
            if (sooner(e->heap[child], e->heap[least]))
                least = child;
        if (least == i)
            break;
        swap(&e->heap[i], &e->heap[least]);
    }
    e->bytes -= top->len;
    return top;
}

static int end_recv(struct link *l, struct link_batch *b)
{
    struct end *e = end_of(l);
    b->n = 0;
    while (b->n < b->slots && e->n > 0 && e->heap[0]->at_ns <= e->sim->now_ns) {
        struct flying *f = heap_pop(e);
        if (f->len <= b->slot_bytes) {
            struct link_dgram *d = &b->at[b->n];
            d->peer = e->other->link.bound;
            d->local = l->bound;
            d->data = b->memory + b->n++ * b->slot_bytes;
            d->len = f->len;
            memcpy(d->data, f->bytes, f->len);
            l->counters.rx_packets++;
            l->counters.rx_bytes += f->len;
        }
        mem_free(f);
    }
    return (int)b->n;
}

static int fly(struct end *to, const uint8_t *bytes, size_t len, uint64_t at_ns, int corrupt_byte)
{
    if (to->n == END_DATAGRAMS || to->bytes + len > END_BYTES)
        return 0;
    struct flying *f = mem_alloc(sizeof *f + len);
    if (!f)
        return -ENOMEM;
    f->at_ns = at_ns;
    f->order = to->sim->sent++;
    f->len = len;
    memcpy(f->bytes, bytes, len);
    if (corrupt_byte >= 0)
        f->bytes[corrupt_byte] ^= 0x55;
    heap_push(to, f);
    return 0;
}

static int send_one(struct end *from, const uint8_t *bytes, size_t len)
{
    struct netmodel_fate fate = netmodel_pass(&from->out, len, from->sim->now_ns);
    int e = 0;
    for (unsigned i = 0; i < fate.copies && e == 0; i++)
        e = fly(from->other, bytes, len, fate.at_ns[i], i == 0 ? fate.corrupt_byte : -1);
    from->link.counters.tx_packets++;
    from->link.counters.tx_bytes += len;
    return e;
}

/* Whoever the peer is: there is only one. */
static int end_send(struct link *l, const struct addr *local, const struct addr *peer,
                    const uint8_t *bytes, size_t len, size_t segment, size_t *done)
{
    size_t at = 0;
    int e = 0;
    if (segment == 0 || segment > len)
        segment = len;
    do {
        size_t part = len - at < segment ? len - at : segment;
        e = send_one(end_of(l), bytes + at, part);
        at += e == 0 ? part : 0;
    } while (e == 0 && at < len);
    if (done)
        *done = at;
    return e;
}

static int end_events(struct link *l, struct link_event *e, int cap)
{
    return 0;
}

static void end_close(struct link *l)
{
    /* both ends live and die with their simlink */
}

static const struct link_ops end_ops = {end_recv, end_send, end_events, end_close};

static int end_init(struct simlink *s, int which, const struct netmodel_settings *out,
                    uint64_t seed)
{
    struct end *e = &s->end[which];
    e->link.ops = &end_ops;
    e->link.fd = -1;
    e->link.bound.in.sin_family = AF_INET;
    e->link.bound.in.sin_port = htons(PORT);
    e->link.bound.in.sin_addr.s_addr =
        htonl(UINT32_C(0xc0000201) + (uint32_t)which); /* 192.0.2.1 */
    e->sim = s;
    e->other = &s->end[!which];
    e->heap = mem_zero(END_DATAGRAMS, sizeof *e->heap);
    netmodel_init(&e->out, out, seed * 2 + (uint64_t)which);
    return e->heap ? 0 : -ENOMEM;
}

int simlink_new(const struct netmodel_settings *there, const struct netmodel_settings *back,
                uint64_t seed, struct simlink **out)
{
    struct simlink *s = mem_zero(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    if (end_init(s, 0, there, seed) < 0 || end_init(s, 1, back, seed) < 0) {
        simlink_free(s);
        return -ENOMEM;
    }
    *out = s;
    return 0;
}

void simlink_free(struct simlink *s)
{
    for (int i = 0; s && i < 2; i++) {
        while (s->end[i].n > 0)
            mem_free(heap_pop(&s->end[i]));
        mem_free(s->end[i].heap);
    }
    mem_free(s);
}

struct link *simlink_end(struct simlink *s, int which)
{
    return &s->end[which].link;
}

void simlink_change(struct simlink *s, const struct netmodel_settings *there,
                    const struct netmodel_settings *back)
{
    netmodel_change(&s->end[0].out, there);
    netmodel_change(&s->end[1].out, back);
}

void simlink_advance(struct simlink *s, uint64_t now_ns)
{
    if (now_ns > s->now_ns)
        s->now_ns = now_ns;
}

uint64_t simlink_deadline(const struct simlink *s)
{
    uint64_t next_ns = UINT64_MAX;
    for (int i = 0; i < 2; i++)
        if (s->end[i].n > 0 && s->end[i].heap[0]->at_ns < next_ns)
            next_ns = s->end[i].heap[0]->at_ns;
    return next_ns;
}
