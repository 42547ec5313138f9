/* SPDX-License-Identifier: MIT */
#include "console/control_client.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"

#define ANSWER_NS (5 * NS_PER_S)
enum { OUT_MOST = CONTROL_HEADER + CONTROL_ANSWER };

struct control_client *control_client_new(int fd, uint64_t id)
{
    struct control_client *k = mem_zero(1, sizeof(*k));

    if (k) {
        k->fd = fd;
        k->id = id;
    }
    return k;
}

void control_client_close_fds(struct control_client *k)
{
    while (k->n_fds > 0)
        close(k->fds[--k->n_fds]);
}

void control_client_free(struct control_client *k)
{
    control_client_close_fds(k);
    close(k->fd);
    mem_free(k->out);
    mem_free(k);
}

void control_client_flush(struct control_client *k)
{
    while (k->out_at < k->out_len) {
        ssize_t n = unixsock_send(k->fd, k->out + k->out_at, k->out_len - k->out_at, NULL, 0);
        if (n == -EAGAIN || n == -EINTR)
            return;
        if (n < 0) {
            k->dead = true;
            return;
        }
        k->out_at += (size_t)n;
    }
    k->out_at = k->out_len = 0;
    k->dead |= k->stage == CLIENT_LEAVING;
}

void control_client_send(struct control_client *k, const struct control_msg *m)
{
    size_t size = control_msg_size(m);
    uint8_t *grown = size > OUT_MOST - k->out_len ? NULL : mem_grow(k->out, k->out_len + size, 1);

    if (!grown) {
        k->dead = true; /* better no answer than half of one */
        return;
    }
    k->out = grown;
    k->out_len += control_msg_encode(m, k->out + k->out_len, size);
    if (m->kind == CONTROL_END || m->kind == CONTROL_REPLY || m->kind == CONTROL_TOO_OLD) {
        k->stage = CLIENT_LEAVING;
        k->deadline_ns = mono_ns() + ANSWER_NS;
    }
    control_client_flush(k);
}

static void keep_fds(struct control_client *k, const int *fds, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (k->stage == CLIENT_ASKING && k->n_fds < UNIXSOCK_FDS)
            k->fds[k->n_fds++] = fds[i];
        else
            close(fds[i]);
    }
}

bool control_client_read(struct control_client *k)
{
    int fds[UNIXSOCK_FDS];
    unsigned n_fds;

    ssize_t n = unixsock_recv(k->fd, k->in + k->in_len, sizeof(k->in) - k->in_len, fds, &n_fds);
    if (n == -EAGAIN || n == -EINTR)
        return false;
    keep_fds(k, fds, n_fds);
    /* Who says more after its last word is not waited for either. */
    if (n <= 0 || k->stage == CLIENT_LEAVING || k->stage == CLIENT_WAITING) {
        k->dead = true;
        return false;
    }
    k->in_len += (size_t)n;
    return true;
}

static void refuse_version(struct control_client *k)
{
    static const char release[] = PACKAGE_VERSION;

    control_client_send(k, &(struct control_msg){.kind = CONTROL_TOO_OLD,
                                                 .text = release,
                                                 .text_len = sizeof(release) - 1});
}

bool control_client_next(struct control_client *k, struct control_msg *m)
{
    size_t used;

    if (k->dead || k->stage == CLIENT_LEAVING || k->in_len == 0)
        return false;
    int err = control_msg_decode(k->in, k->in_len, CONTROL_REQUEST, m, &used);
    if (err == 0) {
        k->in_len -= used;
        memmove(k->in, k->in + used, k->in_len);
    } else if (err == ERR_CHANGED) {
        refuse_version(k);
    } else if (err != -EAGAIN) {
        k->dead = true;
    }
    return err == 0;
}
