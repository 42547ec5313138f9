/* SPDX-License-Identifier: MIT */
/* A bad network between real programs; relay_options.c says what it can do. Each client gets a
 * socket of its own towards the server, opened at its first datagram; a change of address is that
 * socket's replacement. What is under way waits in a queue for its time. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "net/delayq.h"
#include "net/udp.h"
#include "tools/relay_options.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"

enum {
    CLIENTS = 128,
    SLOTS = 32,
    DGRAM = 65536,
    QUEUE = 64 * 1024,
    QUEUE_BYTES = 64 * 1024 * 1024,
    UP = CLIENTS, /* tags of the queue: a client's number, and this bit on the way to the server */
    FD_SIGNALS = 0,
    FD_LISTEN = 1,
    FD_CLIENTS = 2,
};

struct client {
    struct addr addr, asked; /* its own, and where it asked us */
    struct link *up;
    struct netmodel net[2];
    uint64_t since_ns;
    bool rebound;
};

struct relay {
    struct relay_options o;
    struct link *listen;
    struct link_batch batch;
    struct delayq queue;
    struct client client[CLIENTS];
    unsigned n;
    int signals;
    bool cut, wide, ended; /* wide: the limit of the rate is lifted */
    uint64_t cut_dropped, rebinds;
};

static const struct udp_settings plain = {.plain_segments = true};

static int open_up(struct relay *r, struct client *c)
{
    struct link *fresh;
    int e = udp_connect(&r->o.to, &plain, &fresh, NULL);
    if (e < 0) {
        fprintf(stderr, "relay: %s\n", err_str(e));
        return e;
    }
    udp_close(c->up);
    c->up = fresh;
    return 0;
}

static void rebind(struct relay *r, struct client *c)
{
    c->rebound = true;
    r->rebinds += open_up(r, c) == 0;
}

static void limit(struct relay *r, struct client *c)
{
    for (int way = 0; way < 2; way++) {
        struct netmodel_settings net = r->o.net[way];
        if (r->wide)
            net.rate_bps = 0;
        netmodel_change(&c->net[way], &net);
    }
}

static void toggle_limit(struct relay *r)
{
    r->wide = !r->wide;
    for (unsigned i = 0; i < r->n; i++)
        limit(r, &r->client[i]);
}

static struct client *client_of(struct relay *r, const struct link_dgram *d, uint64_t now_ns)
{
    for (unsigned i = 0; i < r->n; i++)
        if (addr_equal(&r->client[i].addr, &d->peer))
            return &r->client[i];
    if (r->n == CLIENTS)
        return NULL;
    struct client *c = &r->client[r->n];
    *c = (struct client){.addr = d->peer, .asked = d->local, .since_ns = now_ns};
    for (int way = 0; way < 2; way++)
        netmodel_init(&c->net[way], &r->o.net[way], r->o.seed + 2 * r->n + (unsigned)way);
    limit(r, c);
    if (open_up(r, c) < 0)
        return NULL;
    r->n++;
    return c;
}

static bool is_cut(const struct relay *r, uint64_t now_ns)
{
    uint64_t age_ns = now_ns - r->client[0].since_ns;
    if (r->cut)
        return true;
    if (r->o.cut_ns == 0 || age_ns < r->o.cut_ns)
        return false;
    return r->o.cut_for_ns == 0 || age_ns - r->o.cut_ns < r->o.cut_for_ns;
}

static void pass(struct relay *r, struct client *c, int way, const struct link_dgram *d,
                 uint64_t now_ns)
{
    if (is_cut(r, now_ns)) {
        r->cut_dropped++;
        return;
    }
    unsigned tag = (unsigned)(c - r->client) | (way == RELAY_UP ? UP : 0);
    struct netmodel_fate fate = netmodel_pass(&c->net[way], d->len, now_ns);
    for (unsigned i = 0; i < fate.copies; i++)
        delayq_push(&r->queue, fate.at_ns[i], tag, d->data, d->len,
                    i == 0 ? fate.corrupt_byte : -1);
}

static void receive_from_clients(struct relay *r, uint64_t now_ns)
{
    while (r->listen->ops->recv(r->listen, &r->batch) > 0)
        for (size_t i = 0; i < r->batch.n; i++) {
            struct client *c = client_of(r, &r->batch.at[i], now_ns);
            if (c)
                pass(r, c, RELAY_UP, &r->batch.at[i], now_ns);
        }
}

static void receive_for(struct relay *r, struct client *c, uint64_t now_ns)
{
    while (c->up->ops->recv(c->up, &r->batch) > 0)
        for (size_t i = 0; i < r->batch.n; i++)
            pass(r, c, RELAY_DOWN, &r->batch.at[i], now_ns);
}

static void deliver(struct relay *r, uint64_t now_ns)
{
    struct delayed *d;
    while ((d = delayq_pop(&r->queue, now_ns))) {
        struct client *c = &r->client[d->tag % CLIENTS];
        if (d->tag & UP)
            c->up->ops->send(c->up, NULL, &r->o.to, d->bytes, d->len, 0, NULL);
        else
            r->listen->ops->send(r->listen, &c->asked, &c->addr, d->bytes, d->len, 0, NULL);
        mem_free(d);
    }
}

static void take_signals(struct relay *r)
{
    struct signalfd_siginfo s;
    while (read(r->signals, &s, sizeof s) == sizeof s) {
        if (s.ssi_signo == SIGUSR1)
            r->cut = !r->cut;
        else if (s.ssi_signo == SIGHUP)
            toggle_limit(r);
        else if (s.ssi_signo == SIGUSR2)
            for (unsigned i = 0; i < r->n; i++)
                rebind(r, &r->client[i]);
        else
            r->ended = true;
    }
}

/* Changes of address that are due now; when the next one is. */
static uint64_t rebind_due(struct relay *r, uint64_t now_ns)
{
    uint64_t next_ns = UINT64_MAX;
    for (unsigned i = 0; r->o.rebind_ns && i < r->n; i++) {
        struct client *c = &r->client[i];
        uint64_t due_ns = c->since_ns + r->o.rebind_ns;
        if (c->rebound)
            continue;
        if (due_ns <= now_ns)
            rebind(r, c);
        else if (due_ns < next_ns)
            next_ns = due_ns;
    }
    return next_ns;
}

static void wait_until(struct relay *r, struct pollfd *fds, uint64_t due_ns)
{
    uint64_t now_ns = mono_ns(), left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    struct timespec t = {(time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S)};
    fds[FD_SIGNALS] = (struct pollfd){r->signals, POLLIN, 0};
    fds[FD_LISTEN] = (struct pollfd){r->listen->fd, POLLIN, 0};
    for (unsigned i = 0; i < r->n; i++)
        fds[FD_CLIENTS + i] = (struct pollfd){r->client[i].up->fd, POLLIN, 0};
    ppoll(fds, FD_CLIENTS + r->n, &t, NULL);
}

static void run(struct relay *r)
{
    struct pollfd fds[FD_CLIENTS + CLIENTS];
    uint64_t end_ns = mono_ns() + r->o.run_ns;
    while (!r->ended && mono_ns() < end_ns) {
        uint64_t due_ns = rebind_due(r, mono_ns());
        unsigned polled = r->n;
        due_ns = due_ns < end_ns ? due_ns : end_ns;
        if (delayq_next_ns(&r->queue) < due_ns)
            due_ns = delayq_next_ns(&r->queue);
        wait_until(r, fds, due_ns);
        uint64_t now_ns = mono_ns();
        for (unsigned i = 0; i < polled; i++)
            if (fds[FD_CLIENTS + i].revents)
                receive_for(r, &r->client[i], now_ns);
        if (fds[FD_LISTEN].revents)
            receive_from_clients(r, now_ns);
        deliver(r, now_ns);
        if (fds[FD_SIGNALS].revents)
            take_signals(r);
    }
}

static void report(const struct relay *r)
{
    struct netmodel sum = {.passed = 0};
    for (unsigned i = 0; i < r->n; i++)
        for (int way = 0; way < 2; way++) {
            const struct netmodel *m = &r->client[i].net[way];
            sum.passed += m->passed;
            sum.lost += m->lost;
            sum.duplicated += m->duplicated;
            sum.corrupted += m->corrupted;
            sum.overflowed += m->overflowed;
        }
    printf("clients %u passed %" PRIu64 " lost %" PRIu64 " duplicated %" PRIu64
           " corrupted %" PRIu64 " overflowed %" PRIu64 " cut %" PRIu64 " rebinds %" PRIu64 "\n",
           r->n, sum.passed, sum.lost, sum.duplicated, sum.corrupted,
           sum.overflowed + r->queue.overflowed, r->cut_dropped, r->rebinds);
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int start(struct relay *r)
{
    char text[ADDR_TEXT];
    r->signals = open_signals();
    int e = r->signals < 0 ? -errno : link_batch_init(&r->batch, SLOTS, DGRAM);
    if (e == 0)
        e = delayq_init(&r->queue, QUEUE, QUEUE_BYTES);
    if (e == 0)
        e = udp_listen(&r->o.listen, &plain, &r->listen, NULL);
    if (e < 0) {
        fprintf(stderr, "relay: %s: %s\n", addr_text(&r->o.listen, text), err_str(e));
        return e;
    }
    printf("listening %s\n", addr_text(&r->listen->bound, text));
    fflush(stdout);
    return 0;
}

static void finish(struct relay *r)
{
    for (unsigned i = 0; i < r->n; i++)
        udp_close(r->client[i].up);
    udp_close(r->listen);
    delayq_fini(&r->queue);
    link_batch_fini(&r->batch);
    if (r->signals >= 0)
        close(r->signals);
}

int main(int argc, char **argv)
{
    static struct relay r = {.signals = -1};
    int e = relay_options_read(argc, argv, &r.o);
    if (e != 0)
        return e < 0 ? 2 : 0;
    e = start(&r);
    if (e == 0) {
        run(&r);
        report(&r);
    }
    finish(&r);
    return e < 0;
}
