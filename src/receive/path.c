/* SPDX-License-Identifier: MIT */
#include "receive/path.h"

#include <errno.h>
#include <string.h>

#include "net/udp.h"
#include "proto/limits.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

#define HANDSHAKE_NS (5 * NS_PER_S)
enum {
    BATCHES = 16, /* taken in before deadlines are looked at again */
    SLOTS = 4,
    SLOT_BYTES = 65536, /* with GRO one slot holds many datagrams */
    BUFFER_BYTES = 4 * 1024 * 1024,
    PLAIN_MAX = 16384, /* of a DTLS record */
};

static void die(struct path *p, const char *what, const char *detail)
{
    p->state = PATH_DEAD;
    text_format(p->why, sizeof(p->why), "%s%s%s", what, detail ? ": " : "", detail ? detail : "");
}

static void die_link(struct path *p, int err)
{
    char at[ADDR_TEXT];

    p->unreachable = err == -ECONNREFUSED || err == -EHOSTUNREACH || err == -ENETUNREACH;
    addr_text(&p->peer, at);
    if (err == -ECONNREFUSED)
        text_format(p->why, sizeof(p->why), _("nothing answers at %s"), at);
    else
        text_format(p->why, sizeof(p->why), "%s: %s", at, err_str(err));
    p->state = PATH_DEAD;
}

static int path_out(void *ctx, const uint8_t *dgram, size_t len)
{
    static const struct addr any;
    struct path *p = ctx;

    int err = p->link->ops->send(p->link, &any, &p->peer, dgram, len, len, NULL);
    if (err < 0 && err != -EAGAIN && p->state != PATH_DEAD)
        die_link(p, err);
    return err == -EAGAIN ? err : 0;
}

/* One line a run: the remedy is the same for every stream. */
static void note_buffer(const struct udp_grant *grant)
{
    static int noted;

    if (grant->receive_bytes >= BUFFER_BYTES || __atomic_exchange_n(&noted, 1, __ATOMIC_RELAXED))
        return;
    log_warning(_("the kernel grants a receive buffer of %d KB instead of %d KB; bursts may be "
                  "lost (sysctl net.core.rmem_max)"),
                grant->receive_bytes / 1024, BUFFER_BYTES / 1024);
}

static void handshake(struct path *p, uint64_t now_ns)
{
    int err = secure_handshake(p->secure);

    if (p->state == PATH_DEAD)
        return;
    if (err == 0) {
        p->state = PATH_READY;
    } else if (err != -EAGAIN) {
        die(p, _("the handshake failed"), secure_error_text(p->secure));
    } else {
        unsigned ms = secure_timeout_ms(p->secure);
        p->repeat_ns = now_ns + (ms ? ms : 1) * NS_PER_MS;
    }
}

int path_open(struct path *p, const struct addr *peer, const struct keys *keys, uint64_t now_ns)
{
    struct udp_settings udp = {.gro = true, .buffer_bytes = BUFFER_BYTES};
    struct secure_settings s = {.keys = keys, .mtu = PROTO_UDP_PAYLOAD, .out = path_out, .ctx = p};
    struct udp_grant grant = {0};

    *p = (struct path){.peer = *peer, .give_up_ns = now_ns + HANDSHAKE_NS};
    int err = udp_connect(peer, &udp, &p->link, &grant);
    if (err < 0) {
        die_link(p, err);
        return err;
    }
    note_buffer(&grant);
    p->state = PATH_HANDSHAKE;
    err = link_batch_init(&p->batch, SLOTS, SLOT_BYTES);
    if (err == 0)
        err = secure_new(&s, NULL, &p->secure);
    if (err < 0) {
        path_close(p);
        return err;
    }
    handshake(p, now_ns);
    return 0;
}

void path_close(struct path *p)
{
    if (p->secure && (p->state == PATH_READY || p->state == PATH_IN_USE))
        secure_close(p->secure);
    if (p->secure)
        secure_free(p->secure);
    link_batch_fini(&p->batch);
    if (p->link)
        udp_close(p->link);
    *p = (struct path){0};
}

bool path_is_open(const struct path *p)
{
    return p->state != PATH_CLOSED && p->state != PATH_DEAD;
}

int path_fd(const struct path *p)
{
    return p->link->fd;
}

static void take_messages(struct path *p, uint64_t now_ns, path_message_fn *fn, void *ctx)
{
    uint8_t buf[PLAIN_MAX];
    int n;

    while (p->state == PATH_IN_USE && (n = secure_recv(p->secure, buf, sizeof(buf))) != -EAGAIN) {
        if (n >= 0)
            fn(ctx, p, buf, (size_t)n, now_ns);
        else if (n == ERR_CLOSED)
            die(p, _("closed by the server"), NULL);
        else
            die(p, _("the channel broke"), secure_error_text(p->secure));
    }
}

/* What a peer says before its key was judged is not looked at. */
static void take_dgram(struct path *p, const struct link_dgram *d, uint64_t now_ns,
                       path_message_fn *fn, void *ctx)
{
    if (p->state != PATH_HANDSHAKE && p->state != PATH_IN_USE)
        return;
    secure_feed(p->secure, d->data, d->len);
    if (p->state == PATH_HANDSHAKE)
        handshake(p, now_ns);
    else
        take_messages(p, now_ns, fn, ctx);
}

static void take_events(struct path *p)
{
    struct link_event event;

    while (path_is_open(p) && p->link->ops->events(p->link, &event, 1) > 0)
        if (event.type == LINK_UNREACHABLE)
            die_link(p, -ECONNREFUSED);
}

void path_step(struct path *p, uint64_t now_ns, path_message_fn *fn, void *ctx)
{
    for (int i = 0; i < BATCHES && path_is_open(p); i++) {
        int n = p->link->ops->recv(p->link, &p->batch);
        if (n < 0 && n != -EAGAIN && n != -EINTR)
            die_link(p, n);
        if (n <= 0)
            break;
        for (int k = 0; k < n; k++)
            take_dgram(p, &p->batch.at[k], now_ns, fn, ctx);
        if (!p->batch.more)
            break;
    }
    take_events(p);
    if (p->state != PATH_HANDSHAKE)
        return;
    if (now_ns >= p->give_up_ns)
        die(p, _("no answer"), NULL);
    else if (now_ns >= p->repeat_ns)
        handshake(p, now_ns);
}

uint64_t path_deadline(const struct path *p)
{
    if (p->state != PATH_HANDSHAKE)
        return UINT64_MAX;
    return p->repeat_ns < p->give_up_ns ? p->repeat_ns : p->give_up_ns;
}

void path_send(struct path *p, const uint8_t *bytes, size_t len)
{
    int err = p->state == PATH_IN_USE ? secure_send(p->secure, bytes, len) : 0;

    /* A full socket is a lost datagram: everything that is said is said again. */
    if (err < 0 && err != -EAGAIN && p->state == PATH_IN_USE)
        die(p, _("the channel broke"), secure_error_text(p->secure));
}
