/* SPDX-License-Identifier: MIT */
/* What happens to a datagram, cheapest check first:
 *   1. of a live legacy client: its repeated CONNECT needs nothing
 *   2. not DTLS: CONNECT goes to legacy admission, the rest is foreign
 *   3. application data: the sessions of this (socket, local, peer), or nobody's
 *   4. a hello of a handshake under way (same client random): to that handshake
 *   5. another hello: the stateless cookie; with a right one, the limits, then a thread
 *   6. the rest of a handshake: to the handshake, else the established session, else nobody's
 * Nothing is allocated before a cookie is right. What nobody wants is dropped and counted. */
#include "server/listener.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "net/udp.h"
#include "proto/legacy.h"
#include "proto/limits.h"
#include "proto/pace.h"
#include "proto/packet.h"
#include "server/clientlog.h"
#include "server/clients.h"
#include "server/groups.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/stop.h"
#include "util/text.h"

enum {
    BATCH = 64,
    EVENTS = 32,
    REFUSALS = 16, /* sessions beyond the limit, only to say that it is reached */
    TICK_MS = 1000,
    STOP_MS = 1500,
    CLIENT_STACK = 128 * 1024, /* only touched pages count */
};
#define DROPS_LOG_NS (60 * NS_PER_S)

enum drop { DROP_FOREIGN, DROP_HELLO, DROP_NOBODY, DROP_LEGACY, DROP_LIMIT, DROP_RATE, DROPS };
static const char *const drop_names[DROPS] = {
    "foreign", "bad hello", "no session", "legacy refused", "over the limit", "too many handshakes",
};

struct listener {
    struct service service;
    struct clients clients;
    struct groups groups;
    struct link *link[SETTINGS_LISTEN];
    unsigned n_links;
    struct link_batch batch;
    struct secure_cookies cookies;
    struct gate gate;
    struct stop stop;
    struct thread thread;
    unsigned max_clients, max_per_address; /* atomic */
    uint64_t drops[DROPS], drops_logged[DROPS], drops_log_ns;
    struct addr last_legacy_refused;
};

static void drop(struct listener *l, enum drop why)
{
    l->drops[why]++;
}

/* Starts a client's thread; it is in the table before, so that its datagrams find it. */
static struct client *admit(struct listener *l, struct link *link, const struct link_dgram *d,
                            void (*run)(void *))
{
    struct client *c;
    if (client_new(&l->service, link, &d->local, &d->peer, &c) != 0)
        return NULL;
    c->legacy = run == client_run_legacy;
    c->established = c->legacy;
    return c;
}

static void start(struct listener *l, struct client *c)
{
    int rc = thread_start(&c->thread, c->legacy ? "legacy" : "session", CLIENT_STACK,
                          c->legacy ? client_run_legacy : client_run_native, c);
    if (rc != 0) {
        log_error(_("no thread for a client: %s"), err_str(rc));
        client_free(c);
        return;
    }
    clients_add(&l->clients, c);
}

/* 0, or the reason why there is no room; -1 when even telling it is too much. */
static int room(struct listener *l, const struct addr *peer, int *refuse)
{
    unsigned max = __atomic_load_n(&l->max_clients, __ATOMIC_RELAXED);
    unsigned each = __atomic_load_n(&l->max_per_address, __ATOMIC_RELAXED);
    unsigned from = clients_from(&l->clients, peer);
    *refuse = l->clients.n >= max || from >= each ? REASON_FULL : -1;
    return l->clients.n >= max + REFUSALS || from >= each + REFUSALS ? -1 : 0;
}

static void on_connect(struct listener *l, struct link *link, const struct link_dgram *d)
{
    int refuse;
    if (clients_find(&l->clients, link, &d->local, &d->peer, true))
        return;
    if (!admission_legacy(l->service.admission, &d->peer)) {
        drop(l, DROP_LEGACY);
        if (!addr_same_host(&d->peer, &l->last_legacy_refused)) {
            const struct clientlog who = {.peer = &d->peer, .name = "legacy"};
            clientlog_refused(&who, _("its address is not in the networks given to --legacy"));
            l->last_legacy_refused = d->peer;
        }
        return;
    }
    if (room(l, &d->peer, &refuse) != 0 || refuse >= 0) {
        drop(l, DROP_LIMIT);
        return;
    }
    struct client *c = admit(l, link, d, client_run_legacy);
    if (c)
        start(l, c);
}

struct answer {
    struct link *link;
    const struct link_dgram *to;
};

static int send_answer(void *ctx, const uint8_t *bytes, size_t len)
{
    const struct answer *a = ctx;
    return a->link->ops->send(a->link, &a->to->local, &a->to->peer, bytes, len, len, NULL);
}

static void new_session(struct listener *l, struct link *link, const struct link_dgram *d,
                        const void *prestate)
{
    int refuse;
    if (!gate_pass(&l->gate, &d->peer, mono_ns())) {
        drop(l, DROP_RATE);
        return;
    }
    if (room(l, &d->peer, &refuse) != 0) {
        drop(l, DROP_LIMIT);
        return;
    }
    struct client *c = admit(l, link, d, client_run_native);
    if (!c)
        return;
    c->refuse = refuse;
    memcpy(c->prestate, prestate, sizeof c->prestate);
    const uint8_t *random = secure_hello_random(d->data, d->len);
    if (random)
        memcpy(c->hello_random, random, sizeof c->hello_random);
    inbox_put_dgram(&c->inbox, d->data, d->len);
    start(l, c);
}

static void on_hello(struct listener *l, struct link *link, const struct link_dgram *d)
{
    uint8_t prestate[SECURE_PRESTATE_BYTES];
    struct answer answer = {link, d};
    struct client *h = clients_find(&l->clients, link, &d->local, &d->peer, false);
    const uint8_t *random = secure_hello_random(d->data, d->len);
    if (h && random && memcmp(random, h->hello_random, sizeof h->hello_random) == 0) {
        inbox_put_dgram(&h->inbox, d->data, d->len);
        return;
    }
    int rc = secure_cookie_check(&l->cookies, mono_ns(), &d->peer, addr_len(&d->peer), d->data,
                                 d->len, prestate, send_answer, &answer);
    if (rc < 0)
        drop(l, DROP_HELLO);
    if (rc <= 0)
        return;
    if (h)
        inbox_end(&h->inbox, REASON_REPLACED);
    new_session(l, link, d, prestate);
}

/* A session that is about to replace an older one of the same key gets application data as well:
 * the two are told apart by their keys only, and each drops what is the other's. */
static void on_record(struct listener *l, struct link *link, const struct link_dgram *d,
                      bool application)
{
    struct client *young = clients_find(&l->clients, link, &d->local, &d->peer, false);
    struct client *old = clients_find(&l->clients, link, &d->local, &d->peer, true);
    if (young)
        inbox_put_dgram(&young->inbox, d->data, d->len);
    if (old && !old->legacy && (application || !young))
        inbox_put_dgram(&old->inbox, d->data, d->len);
    if (!young && (!old || old->legacy))
        drop(l, DROP_NOBODY);
}

static void on_dgram(struct listener *l, struct link *link, const struct link_dgram *d)
{
    enum { APPLICATION_DATA = 23 };
    switch (secure_peek(d->data, d->len)) {
    case SECURE_FOREIGN:
        if (legacy_is_connect(d->data, d->len))
            on_connect(l, link, d);
        else
            drop(l, DROP_FOREIGN);
        break;
    case SECURE_HELLO:
        on_hello(l, link, d);
        break;
    case SECURE_EPOCH0:
        on_record(l, link, d, false);
        break;
    case SECURE_RECORD:
        on_record(l, link, d, d->data[0] == APPLICATION_DATA);
        break;
    }
}

static void take_events(struct listener *l, struct link *link)
{
    struct link_event events[EVENTS];
    int n = link->ops->events(link, events, EVENTS);
    for (int i = 0; i < n; i++)
        if (events[i].type == LINK_UNREACHABLE)
            clients_icmp(&l->clients, &events[i].peer);
}

/* A bounded number of batches, so that a flood on one socket does not starve the other. */
static void take_dgrams(struct listener *l, struct link *link)
{
    for (int i = 0; i < 16; i++) {
        int n = link->ops->recv(link, &l->batch);
        for (size_t k = 0; n > 0 && k < l->batch.n; k++)
            on_dgram(l, link, &l->batch.at[k]);
        if (n <= 0 || !l->batch.more)
            break;
    }
    take_events(l, link);
}

static void reap(struct listener *l)
{
    uint64_t drained;
    ssize_t n = read(l->service.wake_fd, &drained, sizeof drained);
    if (n < 0)
        return;
    for (struct client *c = clients_take_done(&l->clients), *next; c; c = next) {
        next = c->next;
        client_free(c);
    }
}

static void log_drops(struct listener *l, bool now)
{
    char text[256] = "";
    size_t at = 0;
    if (!now && mono_ns() < l->drops_log_ns)
        return;
    for (int i = 0; i < DROPS; i++) {
        if (l->drops[i] != l->drops_logged[i])
            at += text_format(text + at, sizeof text - at, "%s%llu %s", at ? ", " : "",
                              (unsigned long long)l->drops[i], drop_names[i]);
        l->drops_logged[i] = l->drops[i];
    }
    if (at == 0)
        return;
    l->drops_log_ns = mono_ns() + DROPS_LOG_NS;
    log_info(_("datagrams dropped so far: %s"), text);
}

static void run(void *arg)
{
    struct listener *l = arg;
    struct pollfd p[SETTINGS_LISTEN + 2];
    for (unsigned i = 0; i < l->n_links; i++)
        p[i] = (struct pollfd){.fd = l->link[i]->fd, .events = POLLIN};
    p[l->n_links] = (struct pollfd){.fd = l->service.wake_fd, .events = POLLIN};
    p[l->n_links + 1] = (struct pollfd){.fd = l->stop.fd, .events = POLLIN};
    uint64_t end_ns = UINT64_MAX;
    while (end_ns == UINT64_MAX || (l->clients.n > 0 && mono_ns() < end_ns)) {
        poll(p, l->n_links + 1 + (end_ns == UINT64_MAX), TICK_MS / (end_ns == UINT64_MAX ? 1 : 20));
        for (unsigned i = 0; i < l->n_links; i++)
            if (p[i].revents)
                take_dgrams(l, l->link[i]);
        if (p[l->n_links].revents)
            reap(l);
        log_drops(l, false);
        if (end_ns == UINT64_MAX && stop_raised(&l->stop)) {
            end_ns = mono_ns() + STOP_MS * NS_PER_MS;
            clients_end(&l->clients, REASON_STOPPING);
        }
    }
    log_drops(l, true);
}

static void warn_grant(const char *address, const struct udp_grant *g, int wanted)
{
    if (g->send_bytes < wanted)
        log_info(_("%s: the kernel grants a send buffer of %d bytes; for many clients: sysctl -w "
                   "net.core.wmem_max=%d"),
                 address, g->send_bytes, wanted);
}

static int open_links(struct listener *l, const struct server_settings *s)
{
    enum { WANTED = 4 * 1024 * 1024 };
    const struct udp_settings udp = {.df = s->mtu > PROTO_UDP_PAYLOAD, .buffer_bytes = WANTED};
    for (unsigned i = 0; i < s->n_listen; i++) {
        char text[ADDR_TEXT];
        struct udp_grant grant;
        addr_text(&s->listen[i].addr, text);
        int rc = udp_listen(&s->listen[i].addr, &udp, &l->link[l->n_links], &grant);
        if (rc != 0 && s->listen[i].optional && rc != -EADDRINUSE) {
            log_warning(_("not listening on %s: %s"), text, err_str(rc));
            continue;
        }
        if (rc != 0) {
            log_error(_("cannot listen on %s: %s"), text, err_str(rc));
            return rc;
        }
        addr_text(&l->link[l->n_links]->bound, text);
        log_info(_("listening on %s"), text);
        warn_grant(text, &grant, WANTED);
        l->n_links++;
    }
    return l->n_links > 0 ? 0 : -EADDRNOTAVAIL;
}

static void listener_free(struct listener *l)
{
    for (unsigned i = 0; i < l->n_links; i++)
        l->link[i]->ops->close(l->link[i]);
    link_batch_fini(&l->batch);
    if (l->service.wake_fd >= 0)
        close(l->service.wake_fd);
    stop_fini(&l->stop);
    clients_fini(&l->clients);
    groups_fini(&l->groups);
    mem_free(l);
}

int listener_start(const struct server_settings *s, const struct keys *keys,
                   struct admission *admission, struct camera *const *cameras, unsigned n_cameras,
                   struct listener **out)
{
    struct listener *l = mem_zero(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    l->service = (struct service){
        .keys = keys,
        .admission = admission,
        .cameras = cameras,
        .n_cameras = n_cameras,
        .mtu = (unsigned)s->mtu,
        .clients = &l->clients,
        .groups = &l->groups,
        .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
    };
    listener_configure(l, s);
    int rc = groups_init(&l->groups, (size_t)PACE_GROUP * (size_t)s->mtu);
    if (rc == 0)
        rc = clients_init(&l->clients);
    if (rc == 0)
        rc = stop_init(&l->stop);
    if (rc == 0)
        rc = getrandom(&l->service.boot, sizeof l->service.boot, 0) < 0 ? -errno : 0;
    if (rc == 0)
        rc = secure_cookies_init(&l->cookies, mono_ns());
    if (rc == 0)
        rc = link_batch_init(&l->batch, BATCH, INBOX_DGRAM_MAX);
    if (rc == 0)
        rc = open_links(l, s);
    if (rc == 0)
        rc = thread_start(&l->thread, "listener", THREAD_STACK, run, l);
    if (rc != 0) {
        listener_free(l);
        return rc;
    }
    *out = l;
    return 0;
}

void listener_configure(struct listener *l, const struct server_settings *s)
{
    __atomic_store_n(&l->max_clients, (unsigned)s->max_clients, __ATOMIC_RELAXED);
    __atomic_store_n(&l->max_per_address, (unsigned)s->max_clients_per_address, __ATOMIC_RELAXED);
}

void listener_judge(struct listener *l)
{
    clients_say(&l->clients, INBOX_JUDGE);
}

/* Clients that did not finish in time are joined all the same: their own deadlines are short. */
void listener_stop(struct listener *l)
{
    if (!l)
        return;
    stop_raise(&l->stop);
    thread_join(&l->thread);
    for (struct client *c; (c = clients_take(&l->clients));)
        client_free(c);
    listener_free(l);
}
