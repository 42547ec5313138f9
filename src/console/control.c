/* SPDX-License-Identifier: MIT */
/* A client is accepted, judged by its user, and has REQUEST_NS to say what it wants. A command is
 * answered and the connection ends once the answer has left, for which there is ANSWER_NS. Who
 * attaches a terminal stays until either side ends it. When all places are taken, a newcomer gets
 * that of the one which has waited longest without having asked for anything. */
#include "console/control.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "console/control_client.h"
#include "net/unixsock.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

#define REQUEST_NS (2 * NS_PER_S)
#define LATER_NS   (60 * NS_PER_S)
enum { FREE_MS = 500, READS_A_TURN = 4 };

/* An answer that came from another thread. */
struct answer {
    struct answer *next;
    uint64_t client;
    int status;
    char *json;
};

struct control {
    struct control_handler handler;
    int listen_fd, epoll_fd, timer_fd, wake_fd;
    struct control_client *first;
    uint64_t newest_id;
    pthread_mutex_t lock; /* a leaf; guards answers */
    struct answer *answers;
};

static int watch(struct control *c, int fd, uint32_t events, int op)
{
    struct epoll_event e = {.events = events};

    return epoll_ctl(c->epoll_fd, op, fd, &e) < 0 ? -errno : 0;
}

int control_new(int listen_fd, const struct control_handler *h, struct control **out)
{
    struct control *c = mem_zero(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->handler = *h;
    c->listen_fd = listen_fd;
    pthread_mutex_init(&c->lock, NULL);
    c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    c->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = c->epoll_fd < 0 || c->timer_fd < 0 || c->wake_fd < 0 ? -errno : 0;
    if (err == 0)
        err = watch(c, c->timer_fd, EPOLLIN, EPOLL_CTL_ADD);
    if (err == 0)
        err = watch(c, c->wake_fd, EPOLLIN, EPOLL_CTL_ADD);
    if (err == 0 && listen_fd >= 0)
        err = watch(c, listen_fd, EPOLLIN, EPOLL_CTL_ADD);
    if (err < 0) {
        control_free(c);
        return err;
    }
    *out = c;
    return 0;
}

static void free_answers(struct answer *a)
{
    while (a) {
        struct answer *next = a->next;
        mem_free(a->json);
        mem_free(a);
        a = next;
    }
}

int control_adopt(struct control *c, int fd, uint64_t *client)
{
    struct control_client *k = control_client_new(fd, ++c->newest_id);

    if (!k) {
        close(fd);
        return -ENOMEM;
    }
    k->events = EPOLLIN;
    k->deadline_ns = mono_ns() + REQUEST_NS;
    k->next = c->first;
    int err = watch(c, fd, k->events, EPOLL_CTL_ADD);
    if (err < 0) {
        control_client_free(k);
        return err;
    }
    c->first = k;
    if (client)
        *client = k->id;
    return 0;
}

int control_fd(const struct control *c)
{
    return c->epoll_fd;
}

static struct control_client *find(struct control *c, uint64_t id)
{
    for (struct control_client *k = c->first; k; k = k->next)
        if (k->id == id && !k->dead)
            return k;
    return NULL;
}

/* control_tend() has something to do. */
static void wake(const struct control *c)
{
    const uint64_t one = 1;

    if (write(c->wake_fd, &one, sizeof(one)) < 0)
        return; /* it is readable already */
}

void control_send(struct control *c, uint64_t client, const struct control_msg *m)
{
    struct control_client *k = find(c, client);

    if (!k)
        return;
    control_client_send(k, m);
    if (k->dead)
        wake(c); /* to close it */
}

static void reply(struct control_client *k, int status, const char *json, size_t len)
{
    control_client_send(
        k, &(struct control_msg){
               .kind = CONTROL_REPLY, .status = (uint8_t)status, .text = json, .text_len = len});
}

static void on_command(struct control *c, struct control_client *k, const struct control_msg *m)
{
    struct json j;
    size_t len;

    k->stage = CLIENT_WAITING;
    k->deadline_ns = mono_ns() + LATER_NS;
    json_init(&j);
    int status = c->handler.command(c->handler.ctx, k->id, m, &j);
    if (status != CONTROL_LATER) {
        const char *text = json_text(&j, &len);
        if (text)
            reply(k, status, text, len);
        else
            k->dead = true;
    }
    json_fini(&j);
}

static void on_attach(struct control *c, struct control_client *k, const struct control_msg *m)
{
    if (k->n_fds != UNIXSOCK_FDS) {
        k->dead = true;
        return;
    }
    k->stage = CLIENT_ATTACHED;
    k->deadline_ns = UINT64_MAX;
    k->n_fds = 0; /* the handler's now */
    c->handler.attach(c->handler.ctx, k->id, &m->terminal, k->fds);
}

static void on_message(struct control *c, struct control_client *k, const struct control_msg *m)
{
    if (m->kind == CONTROL_COMMAND && k->stage == CLIENT_ASKING)
        on_command(c, k, m);
    else if (m->kind == CONTROL_ATTACH && k->stage == CLIENT_ASKING)
        on_attach(c, k, m);
    else if (m->kind > CONTROL_ATTACH && m->kind <= CONTROL_LEAVE && k->stage == CLIENT_ATTACHED)
        c->handler.terminal(c->handler.ctx, k->id, m);
    else
        k->dead = true;
    control_client_close_fds(k); /* nothing else comes with descriptors */
}

static void read_client(struct control *c, struct control_client *k)
{
    struct control_msg m;

    for (unsigned i = 0; i < READS_A_TURN && !k->dead && control_client_read(k); i++)
        while (control_client_next(k, &m))
            on_message(c, k, &m);
}

static bool may_ask(int fd)
{
    uid_t who;
    int err = unixsock_peer(fd, &who);

    if (err == 0 && (who == geteuid() || who == 0))
        return true;
    log_warning(_("somebody else's process (user %ld) tried to control this wall"),
                err < 0 ? -1L : (long)who);
    return false;
}

/* The list is in the order of arrival, newest first. */
static void make_room(struct control *c)
{
    struct control_client *longest = NULL;
    unsigned n = 0;

    for (struct control_client *k = c->first; k; k = k->next) {
        n += !k->dead;
        if (!k->dead && k->stage != CLIENT_ATTACHED)
            longest = k;
    }
    if (n > CONTROL_CLIENTS && longest)
        longest->dead = true;
}

static void accept_clients(struct control *c)
{
    for (unsigned i = 0; i < CONTROL_CLIENTS && c->listen_fd >= 0; i++) {
        int fd = unixsock_accept(c->listen_fd);
        if (fd < 0)
            return;
        if (!may_ask(fd))
            close(fd);
        else if (control_adopt(c, fd, NULL) == 0)
            make_room(c);
    }
}

static void take_answers(struct control *c)
{
    uint64_t count;

    if (read(c->wake_fd, &count, sizeof(count)) < 0)
        return;
    pthread_mutex_lock(&c->lock);
    struct answer *all = c->answers;
    c->answers = NULL;
    pthread_mutex_unlock(&c->lock);
    for (struct answer *a = all; a; a = a->next) {
        struct control_client *k = find(c, a->client);
        if (k && k->stage == CLIENT_WAITING)
            reply(k, a->status, a->json, strlen(a->json));
    }
    free_answers(all);
}

void control_answer(struct control *c, uint64_t client, int status, const char *json)
{
    struct answer *a = mem_zero(1, sizeof(*a));

    if (!a || !(a->json = mem_strdup(json))) {
        mem_free(a);
        return; /* the client's time runs out */
    }
    a->client = client;
    a->status = status;
    pthread_mutex_lock(&c->lock);
    a->next = c->answers;
    c->answers = a;
    pthread_mutex_unlock(&c->lock);
    wake(c);
}

/* Takes the dead out, tells of those that were attached, watches the others for what they need. */
static void sweep(struct control *c)
{
    struct control_client **at = &c->first;

    while (*at) {
        struct control_client *k = *at;
        uint32_t events = EPOLLIN | (k->out_len > 0 ? (uint32_t)EPOLLOUT : 0);
        if (k->dead) {
            *at = k->next;
            bool left = k->stage == CLIENT_LEAVING;
            uint64_t id = k->id;
            control_client_free(k);
            if (!left)
                c->handler.gone(c->handler.ctx, id);
            continue;
        }
        if (events != k->events && watch(c, k->fd, events, EPOLL_CTL_MOD) == 0)
            k->events = events;
        at = &k->next;
    }
}

static void set_timer(struct control *c)
{
    uint64_t first = UINT64_MAX, count;
    struct itimerspec t = {0};

    for (const struct control_client *k = c->first; k; k = k->next)
        first = k->deadline_ns < first ? k->deadline_ns : first;
    if (first != UINT64_MAX) {
        t.it_value.tv_sec = (time_t)(first / NS_PER_S);
        t.it_value.tv_nsec = (long)(first % NS_PER_S) + 1;
    }
    if (read(c->timer_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return;
    timerfd_settime(c->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

void control_tend(struct control *c)
{
    accept_clients(c);
    take_answers(c);
    for (struct control_client *k = c->first; k; k = k->next) {
        if (!k->dead)
            control_client_flush(k);
        if (!k->dead)
            read_client(c, k);
        k->dead |= mono_ns() >= k->deadline_ns;
    }
    sweep(c);
    set_timer(c);
}

/* One wait for all of them together, so that an ending is not held up. */
static void last_words(struct control *c)
{
    uint64_t end = mono_ns() + FREE_MS * NS_PER_MS;

    for (struct control_client *k = c->first; k; k = k->next) {
        struct pollfd p = {.fd = k->fd, .events = POLLOUT};
        control_client_flush(k);
        for (uint64_t now = mono_ns(); k->out_len > 0 && !k->dead && now < end; now = mono_ns()) {
            poll(&p, 1, (int)((end - now) / NS_PER_MS) + 1);
            control_client_flush(k);
        }
    }
}

void control_free(struct control *c)
{
    if (!c)
        return;
    last_words(c);
    while (c->first) {
        struct control_client *k = c->first;
        c->first = k->next;
        control_client_free(k);
    }
    free_answers(c->answers);
    if (c->epoll_fd >= 0)
        close(c->epoll_fd);
    if (c->timer_fd >= 0)
        close(c->timer_fd);
    if (c->wake_fd >= 0)
        close(c->wake_fd);
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
}
