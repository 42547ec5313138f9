/* SPDX-License-Identifier: MIT */
#include "unit/net_pair.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/mono.h"

static const char who[] = "192.0.2.1:1000";

int pair_out(void *ctx, const uint8_t *dgram, size_t len)
{
    struct pair_queue *q = ctx;
    unsigned n = q->total++;
    if (q->full)
        return -EAGAIN;
    if (n < 64 && (q->lose >> n & 1))
        return 0;
    if (len > PAIR_DGRAM || q->tail - q->head == PAIR_QUEUE)
        return 0;
    struct pair_dgram *d = &q->at[q->tail++ % PAIR_QUEUE];
    d->len = len;
    memcpy(d->bytes, dgram, len);
    return 0;
}

struct pair_dgram *pair_take(struct pair *p, int end)
{
    struct pair_queue *q = &p->to[end];
    return q->head == q->tail ? NULL : &q->at[q->head++ % PAIR_QUEUE];
}

static int make_end(struct pair *p, int end, const void *prestate)
{
    struct secure_settings s = {
        .keys = p->keys[end],
        .server = end == PAIR_SERVER,
        .mtu = p->mtu,
        .out = pair_out,
        .ctx = &p->to[!end],
    };
    return secure_new(&s, prestate, &p->end[end]);
}

static int make_keys(struct pair *p, int end)
{
    char path[128], error[256];
    snprintf(path, sizeof path, "%s/%d.key", p->dir, end);
    int e = keys_open(path, &p->keys[end], error, sizeof error);
    unlink(path);
    return e;
}

int pair_init(struct pair *p)
{
    memset(p, 0, sizeof *p);
    p->mtu = 1200;
    p->now_ns = NS_PER_S;
    strcpy(p->dir, "/tmp/test_net.XXXXXX");
    int e = mkdtemp(p->dir) ? secure_global_init() : -errno;
    for (int end = 0; end < 2 && e == 0; end++)
        e = make_keys(p, end);
    rmdir(p->dir);
    if (e == 0)
        e = secure_cookies_init(&p->cookies, p->now_ns);
    return e == 0 ? make_end(p, PAIR_CLIENT, NULL) : e;
}

void pair_fini(struct pair *p)
{
    for (int end = 0; end < 2; end++) {
        secure_free(p->end[end]);
        keys_free(p->keys[end]);
    }
}

static int admit(struct pair *p, const uint8_t *bytes, size_t len)
{
    uint8_t prestate[SECURE_PRESTATE_BYTES];
    int e = secure_cookie_check(&p->cookies, p->now_ns, who, sizeof who, bytes, len, prestate,
                                pair_out, &p->to[PAIR_CLIENT]);
    return e == 1 ? make_end(p, PAIR_SERVER, prestate) : -EAGAIN;
}

int pair_give(struct pair *p, int end, const uint8_t *bytes, size_t len)
{
    if (!p->end[end] && admit(p, bytes, len) < 0)
        return -EAGAIN;
    secure_feed(p->end[end], bytes, len);
    int e = secure_handshake(p->end[end]);
    uint8_t scrap[PAIR_DGRAM];
    if (e == 0) /* the repeated end of a lost flight is answered by a look for records */
        secure_recv(p->end[end], scrap, sizeof scrap);
    return e;
}

static bool done(const struct pair *p, int end)
{
    return p->end[end] && secure_peer(p->end[end])[0];
}

static unsigned next_timeout(const struct pair *p)
{
    unsigned ms = 50;
    for (int end = 0; end < 2; end++) {
        unsigned t = p->end[end] ? secure_timeout_ms(p->end[end]) : UINT_MAX;
        ms = t < ms ? t : ms;
    }
    return ms;
}

static int step(struct pair *p, int end)
{
    struct pair_dgram *d = pair_take(p, end);
    if (d)
        pair_give(p, end, d->bytes, d->len);
    else if (p->end[end] && !done(p, end))
        secure_handshake(p->end[end]);
    return d != NULL;
}

int pair_handshake(struct pair *p, unsigned deadline_ms)
{
    uint64_t end_ns = mono_ns() + deadline_ms * NS_PER_MS;
    while (!done(p, PAIR_CLIENT) || !done(p, PAIR_SERVER)) {
        if (mono_ns() > end_ns)
            return -ETIMEDOUT;
        int moved = step(p, PAIR_CLIENT);
        moved += step(p, PAIR_SERVER);
        if (!moved)
            poll(NULL, 0, (int)next_timeout(p));
    }
    return 0;
}
