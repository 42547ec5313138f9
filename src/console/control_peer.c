/* SPDX-License-Identifier: MIT */
#include "console/control_peer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "net/unixsock.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"

#define SEND_NS NS_PER_S
enum { CHUNK = 16 * 1024 };

void control_peer_init(struct control_peer *p, int fd)
{
    *p = (struct control_peer){.fd = fd};
}

void control_peer_fini(struct control_peer *p)
{
    close(p->fd);
    mem_free(p->buf);
}

/* False: not before the deadline. */
static bool wait_for(int fd, short events, uint64_t deadline_ns)
{
    struct pollfd p = {.fd = fd, .events = events};
    uint64_t now = mono_ns();

    if (now >= deadline_ns)
        return false;
    poll(&p, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1);
    return true;
}

int control_peer_send(struct control_peer *p, const struct control_msg *m, const int *fds,
                      unsigned n)
{
    uint8_t bytes[CONTROL_HEADER + CONTROL_REQUEST];
    size_t len = control_msg_encode(m, bytes, sizeof(bytes)), at = 0;
    uint64_t deadline = mono_ns() + SEND_NS;

    if (len == 0)
        return ERR_LIMIT;
    while (at < len) {
        ssize_t sent = unixsock_send(p->fd, bytes + at, len - at, fds, at == 0 ? n : 0);
        if (sent == -EAGAIN && wait_for(p->fd, POLLOUT, deadline))
            continue;
        if (sent < 0)
            return (int)sent;
        at += (size_t)sent;
    }
    return 0;
}

int control_peer_say(struct control_peer *p, enum control_kind kind)
{
    return control_peer_send(p, &(struct control_msg){.kind = kind}, NULL, 0);
}

static int grow(struct control_peer *p)
{
    if (p->cap - p->len >= CHUNK)
        return 0;
    uint8_t *grown = mem_grow(p->buf, p->cap + 2 * CHUNK, 1);
    if (!grown)
        return -ENOMEM;
    p->buf = grown;
    p->cap += 2 * CHUNK;
    return 0;
}

/* A wall hands no descriptors over. */
static ssize_t receive(struct control_peer *p)
{
    int fds[UNIXSOCK_FDS];
    unsigned n;
    int err = grow(p);

    if (err < 0)
        return err;
    ssize_t got = unixsock_recv(p->fd, p->buf + p->len, p->cap - p->len, fds, &n);
    while (n > 0)
        close(fds[--n]);
    return got;
}

int control_peer_next(struct control_peer *p, uint64_t deadline_ns, struct control_msg *m)
{
    p->len -= p->used;
    if (p->used > 0)
        memmove(p->buf, p->buf + p->used, p->len);
    p->used = 0;
    for (;;) {
        int err = control_msg_decode(p->buf, p->len, CONTROL_ANSWER, m, &p->used);
        if (err != -EAGAIN)
            return err;
        ssize_t n = receive(p);
        if (n == -EAGAIN && !wait_for(p->fd, POLLIN, deadline_ns))
            return -EAGAIN;
        if (n == 0 || n == -ECONNRESET)
            return ERR_CLOSED;
        if (n < 0 && n != -EAGAIN && n != -EINTR)
            return (int)n;
        p->len += n > 0 ? (size_t)n : 0;
    }
}
