/* SPDX-License-Identifier: MIT */
#include "server/admission.h"

#include <string.h>

#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

int admission_init(struct admission *a)
{
    memset(a, 0, sizeof *a);
    return -pthread_mutex_init(&a->lock, NULL);
}

void admission_fini(struct admission *a)
{
    trust_clients_free(&a->clients);
    pthread_mutex_destroy(&a->lock);
}

void admission_configure(struct admission *a, const struct server_settings *s)
{
    pthread_mutex_lock(&a->lock);
    text_copy(a->path, sizeof a->path, s->authorized_path);
    a->open = s->open;
    a->n_legacy = s->n_legacy;
    memcpy(a->legacy, s->legacy, sizeof a->legacy);
    pthread_mutex_unlock(&a->lock);
    admission_reload(a);
}

static void on_bad(void *ctx, unsigned line, const char *why)
{
    const char *path = ctx;
    log_warning(_("%s:%u: %s; expected: SHA256:… NAME [cameras=a,b]"), path, line, why);
}

void admission_reload(struct admission *a)
{
    struct trust_clients now = {0};
    char path[sizeof a->path];
    pthread_mutex_lock(&a->lock);
    text_copy(path, sizeof path, a->path);
    pthread_mutex_unlock(&a->lock);
    int rc = trust_clients_load(path, &now, on_bad, path);
    if (rc != 0) {
        log_warning(_("%s: %s; the clients authorized so far stay"), path, err_str(rc));
        return;
    }
    pthread_mutex_lock(&a->lock);
    struct trust_clients old = a->clients;
    a->clients = now;
    pthread_mutex_unlock(&a->lock);
    trust_clients_free(&old);
}

void admission_judge(struct admission *a, const char *fingerprint, struct admission_verdict *out)
{
    pthread_mutex_lock(&a->lock);
    const struct trust_client *c = trust_clients_find(&a->clients, fingerprint);
    out->admitted = c || a->open;
    text_copy(out->name, sizeof out->name, c ? c->name : "unknown");
    pthread_mutex_unlock(&a->lock);
}

bool admission_may_see(struct admission *a, const char *fingerprint, const char *camera)
{
    pthread_mutex_lock(&a->lock);
    const struct trust_client *c = trust_clients_find(&a->clients, fingerprint);
    bool may = c ? trust_client_may_see(c, camera) : a->open;
    pthread_mutex_unlock(&a->lock);
    return may;
}

bool admission_legacy(struct admission *a, const struct addr *peer)
{
    bool has = false;
    pthread_mutex_lock(&a->lock);
    for (unsigned i = 0; i < a->n_legacy && !has; i++)
        has = addr_net_has(&a->legacy[i], peer);
    pthread_mutex_unlock(&a->lock);
    return has;
}

bool gate_pass(struct gate *g, const struct addr *peer, uint64_t now_ns)
{
    struct addr host = *peer;
    if (host.sa.sa_family == AF_INET6)
        host.in6.sin6_port = 0;
    else
        host.in.sin_port = 0;
    uint32_t i = addr_hash(&host, 0) % GATE_SLOTS;
    double tokens = GATE_BURST;
    if (g->slot[i].at_ns)
        tokens = g->slot[i].tokens + (double)(now_ns - g->slot[i].at_ns) / NS_PER_S * GATE_PER_S;
    if (tokens > GATE_BURST)
        tokens = GATE_BURST;
    bool pass = tokens >= 1;
    g->slot[i].tokens = pass ? tokens - 1 : tokens;
    g->slot[i].at_ns = now_ns;
    return pass;
}
