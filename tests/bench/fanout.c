/* SPDX-License-Identifier: MIT */
/* fanout CLIENTS FRAGMENTS SECONDS: the least a server can do for so many clients, as a measure for
 * what ours takes beside it. A thread a client waits for each of 25 frames a second, makes its
 * fragments' records in one buffer and sends them with one call a group; nobody reads them. Prints
 * percent of a core and frames a second and client: fewer than 25 where the machine holds no more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "net/udp.h"
#include "proto/pace.h"
#include "unit/net_pair.h"
#include "util/alloc.h"
#include "util/mono.h"
#include "util/thread.h"

enum { FRAGMENT = 1140, HEADER = 24, MTU = 1200, FPS = 25, STACK = 128 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER;
static unsigned frame, fragments;
static unsigned long frames_sent; /* atomic; of all clients */
static bool ended;
static struct link *wire;
static struct addr sink;
static uint8_t picture[FRAGMENT];

struct client {
    struct secure *secure;
    struct thread thread;
    bool live; /* records go to the group */
    size_t len, segment;
    uint8_t group[PACE_GROUP * MTU];
};

static struct pair pair; /* keys, and the queues of the handshake under way */

static int out(void *ctx, const uint8_t *dgram, size_t len)
{
    struct client *c = ctx;
    if (!c->live)
        return pair_out(&pair.to[PAIR_CLIENT], dgram, len);
    if (c->len == 0)
        c->segment = len;
    memcpy(c->group + c->len, dgram, len);
    c->len += len;
    return 0;
}

/* Asks until a hello has a right cookie; then the server's channel is made and given it. */
static int accept_hello(const struct secure_settings *s)
{
    uint8_t prestate[SECURE_PRESTATE_BYTES];
    int rc = 0;
    while (rc == 0 && !pair.end[PAIR_SERVER]) {
        secure_handshake(pair.end[PAIR_CLIENT]);
        struct pair_dgram *d = pair_take(&pair, PAIR_SERVER);
        if (!d || secure_cookie_check(&pair.cookies, pair.now_ns, "x", 1, d->bytes, d->len,
                                      prestate, pair_out, &pair.to[PAIR_CLIENT]) != 1) {
            d = pair_take(&pair, PAIR_CLIENT);
            if (d)
                secure_feed(pair.end[PAIR_CLIENT], d->bytes, d->len);
            continue;
        }
        rc = secure_new(s, prestate, &pair.end[PAIR_SERVER]);
        if (rc == 0)
            pair_give(&pair, PAIR_SERVER, d->bytes, d->len);
    }
    return rc;
}

/* The client's end has done its work with the handshake. */
static int handshake(struct client *c)
{
    const struct secure_settings server = {
        .keys = pair.keys[PAIR_SERVER], .server = true, .mtu = MTU, .out = out, .ctx = c};
    const struct secure_settings client = {
        .keys = pair.keys[PAIR_CLIENT], .mtu = MTU, .out = pair_out, .ctx = &pair.to[PAIR_SERVER]};
    secure_free(pair.end[PAIR_CLIENT]);
    pair.end[PAIR_CLIENT] = NULL;
    for (int end = 0; end < 2; end++)
        pair.to[end].head = pair.to[end].tail;
    int rc = secure_new(&client, NULL, &pair.end[PAIR_CLIENT]);
    if (rc == 0)
        rc = accept_hello(&server);
    if (rc == 0)
        rc = pair_handshake(&pair, 20000);
    c->secure = pair.end[PAIR_SERVER];
    pair.end[PAIR_SERVER] = NULL;
    return rc;
}

static void send_frame(struct client *c)
{
    static const uint8_t header[HEADER];
    for (unsigned sent = 0; sent < fragments;) {
        for (unsigned i = 0; i < PACE_GROUP && sent < fragments; i++, sent++)
            secure_send2(c->secure, header, HEADER, picture, FRAGMENT - HEADER);
        wire->ops->send(wire, NULL, &sink, c->group, c->len, c->segment, NULL);
        c->len = 0;
        if (sent < fragments)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static void run(void *arg)
{
    struct client *c = arg;
    unsigned seen = 0;
    c->live = true;
    for (;;) {
        pthread_mutex_lock(&lock);
        while (frame == seen && !ended)
            pthread_cond_wait(&bell, &lock);
        seen = frame;
        bool over = ended;
        pthread_mutex_unlock(&lock);
        if (over)
            return;
        send_frame(c);
        __atomic_fetch_add(&frames_sent, 1, __ATOMIC_RELAXED);
    }
}

static void ring(bool end)
{
    pthread_mutex_lock(&lock);
    frame += !end;
    ended = end;
    pthread_cond_broadcast(&bell);
    pthread_mutex_unlock(&lock);
}

static double cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void measure(unsigned n, unsigned seconds)
{
    uint64_t begun_ns = mono_ns();
    double before = cpu_s();
    for (unsigned i = 1; i <= seconds * FPS; i++) {
        ring(false);
        uint64_t due_ns = begun_ns + i * (NS_PER_S / FPS), now_ns = mono_ns();
        if (due_ns > now_ns)
            nanosleep(&(struct timespec){.tv_nsec = (long)(due_ns - now_ns)}, NULL);
    }
    double spent = (double)(mono_ns() - begun_ns) * 1e-9;
    unsigned long sent = __atomic_load_n(&frames_sent, __ATOMIC_RELAXED);
    printf("%.1f %.1f\n", (cpu_s() - before) * 100 / spent, (double)sent / n / spent);
}

static int open_wire(struct link **reader)
{
    static const struct udp_settings plain = {.buffer_bytes = 4 * 1024 * 1024};
    struct addr any;
    int rc = addr_resolve("127.0.0.1:0", 0, &any, NULL);
    if (rc == 0)
        rc = udp_listen(&any, &plain, reader, NULL);
    if (rc == 0)
        sink = (*reader)->bound;
    return rc == 0 ? udp_listen(&any, &plain, &wire, NULL) : rc;
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 100, made = 0;
    fragments = argc > 2 ? (unsigned)atoi(argv[2]) : 28;
    unsigned seconds = argc > 3 ? (unsigned)atoi(argv[3]) : 6;
    struct link *reader = NULL;
    struct client **clients = mem_zero(n, sizeof *clients);
    int rc = clients ? open_wire(&reader) : -1;
    if (rc == 0)
        rc = pair_init(&pair);
    for (; rc == 0 && made < n; made += rc == 0) {
        clients[made] = mem_zero(1, sizeof **clients);
        rc = clients[made] ? handshake(clients[made]) : -1;
        if (rc == 0)
            rc = thread_start(&clients[made]->thread, "client", STACK, run, clients[made]);
    }
    if (rc == 0)
        measure(n, seconds);
    ring(true);
    for (unsigned i = 0; i < made; i++) {
        thread_join(&clients[i]->thread);
        secure_free(clients[i]->secure);
        mem_free(clients[i]);
    }
    mem_free(clients);
    pair_fini(&pair);
    return rc != 0;
}
