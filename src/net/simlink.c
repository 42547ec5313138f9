/* SPDX-License-Identifier: MIT */
#include "net/simlink.h"

#include <errno.h>
#include <string.h>

#include "net/delayq.h"
#include "util/alloc.h"

enum {
    END_DATAGRAMS = 16 * 1024,
    END_BYTES = 32 * 1024 * 1024,
    PORT = 9999,
};

struct end {
    struct link link; /* first: a link of this kind is an end */
    struct simlink *sim;
    struct end *other;
    struct netmodel out;
    struct delayq in; /* on their way here */
};

struct simlink {
    struct end end[2];
    uint64_t now_ns;
};

static struct end *end_of(struct link *l)
{
    return (struct end *)l;
}

static void deliver(struct end *e, const struct delayed *from, struct link_batch *b)
{
    if (from->len > b->slot_bytes)
        return;
    struct link_dgram *d = &b->at[b->n];
    d->peer = e->other->link.bound;
    d->local = e->link.bound;
    d->data = b->memory + b->n++ * b->slot_bytes;
    d->len = from->len;
    memcpy(d->data, from->bytes, from->len);
    e->link.counters.rx_packets++;
    e->link.counters.rx_bytes += from->len;
}

static int end_recv(struct link *l, struct link_batch *b)
{
    struct end *e = end_of(l);
    struct delayed *d;
    b->n = 0;
    while (b->n < b->slots && (d = delayq_pop(&e->in, e->sim->now_ns))) {
        deliver(e, d, b);
        mem_free(d);
    }
    b->more = b->n == b->slots;
    return (int)b->n;
}

static int send_one(struct end *from, const uint8_t *bytes, size_t len)
{
    struct netmodel_fate fate = netmodel_pass(&from->out, len, from->sim->now_ns);
    int e = 0;
    for (unsigned i = 0; i < fate.copies && e == 0; i++)
        e = delayq_push(&from->other->in, fate.at_ns[i], 0, bytes, len,
                        i == 0 ? fate.corrupt_byte : -1);
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
    netmodel_init(&e->out, out, seed * 2 + (uint64_t)which);
    return delayq_init(&e->in, END_DATAGRAMS, END_BYTES);
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
    for (int i = 0; s && i < 2; i++)
        delayq_fini(&s->end[i].in);
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
    uint64_t there_ns = delayq_next_ns(&s->end[0].in), back_ns = delayq_next_ns(&s->end[1].in);
    return there_ns < back_ns ? there_ns : back_ns;
}
