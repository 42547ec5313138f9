/* SPDX-License-Identifier: MIT */
#include "server/clients.h"

#include <string.h>

#include "proto/packet.h"

int clients_init(struct clients *t)
{
    memset(t, 0, sizeof *t);
    return -pthread_mutex_init(&t->lock, NULL);
}

void clients_fini(struct clients *t)
{
    pthread_mutex_destroy(&t->lock);
}

/* By the peer alone: one peer rarely has more than two, and ICMP knows nothing else. */
static struct client **bucket_of(struct clients *t, const struct addr *peer)
{
    return &t->bucket[addr_hash(peer, 0) % CLIENTS_BUCKETS];
}

static bool is_done(const struct client *c)
{
    return __atomic_load_n(&c->done, __ATOMIC_ACQUIRE);
}

static bool is_established(const struct client *c)
{
    return __atomic_load_n(&c->established, __ATOMIC_ACQUIRE);
}

static bool same_key(const struct client *c, const struct link *link, const struct addr *local,
                     const struct addr *peer)
{
    return c->link == link && addr_equal(&c->peer, peer) && addr_equal(&c->local, local);
}

void clients_add(struct clients *t, struct client *c)
{
    struct client **b = bucket_of(t, &c->peer);
    pthread_mutex_lock(&t->lock);
    c->next = *b;
    *b = c;
    t->n++;
    pthread_mutex_unlock(&t->lock);
}

unsigned clients_from(struct clients *t, const struct addr *peer)
{
    unsigned n = 0;
    pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < CLIENTS_BUCKETS; i++)
        for (struct client *c = t->bucket[i]; c; c = c->next)
            n += addr_same_host(&c->peer, peer);
    pthread_mutex_unlock(&t->lock);
    return n;
}

struct client *clients_find(struct clients *t, const struct link *link, const struct addr *local,
                            const struct addr *peer, bool established)
{
    struct client *c;
    pthread_mutex_lock(&t->lock);
    for (c = *bucket_of(t, peer); c; c = c->next)
        if (!is_done(c) && is_established(c) == established && same_key(c, link, local, peer))
            break;
    pthread_mutex_unlock(&t->lock);
    return c;
}

struct client *clients_take_done(struct clients *t)
{
    struct client *list = NULL;
    pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < CLIENTS_BUCKETS; i++) {
        for (struct client **at = &t->bucket[i]; *at;) {
            struct client *c = *at;
            if (!is_done(c)) {
                at = &c->next;
                continue;
            }
            *at = c->next;
            c->next = list;
            list = c;
            t->n--;
        }
    }
    pthread_mutex_unlock(&t->lock);
    return list;
}

struct client *clients_take(struct clients *t)
{
    struct client *c = NULL;
    pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < CLIENTS_BUCKETS && !c; i++) {
        c = t->bucket[i];
        if (c)
            t->bucket[i] = c->next;
    }
    t->n -= c != NULL;
    pthread_mutex_unlock(&t->lock);
    return c;
}

void clients_icmp(struct clients *t, const struct addr *peer)
{
    pthread_mutex_lock(&t->lock);
    for (struct client *c = *bucket_of(t, peer); c; c = c->next)
        if (addr_equal(&c->peer, peer))
            inbox_say(&c->inbox, INBOX_ICMP);
    pthread_mutex_unlock(&t->lock);
}

void clients_say(struct clients *t, enum inbox_word word)
{
    pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < CLIENTS_BUCKETS; i++)
        for (struct client *c = t->bucket[i]; c; c = c->next)
            inbox_say(&c->inbox, word);
    pthread_mutex_unlock(&t->lock);
}

void clients_end(struct clients *t, int reason)
{
    pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < CLIENTS_BUCKETS; i++)
        for (struct client *c = t->bucket[i]; c; c = c->next)
            inbox_end(&c->inbox, reason);
    pthread_mutex_unlock(&t->lock);
}

void clients_establish(struct clients *t, struct client *c)
{
    pthread_mutex_lock(&t->lock);
    for (struct client *o = *bucket_of(t, &c->peer); o; o = o->next)
        if (o != c && same_key(o, c->link, &c->local, &c->peer))
            inbox_end(&o->inbox, REASON_REPLACED);
    __atomic_store_n(&c->established, 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&t->lock);
}

void clients_claim(struct clients *t, struct client *c, uint64_t token)
{
    pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < CLIENTS_BUCKETS && token != 0; i++)
        for (struct client *o = t->bucket[i]; o; o = o->next)
            if (o != c && o->token == token && is_established(o) &&
                strcmp(o->fingerprint, c->fingerprint) == 0)
                inbox_end(&o->inbox, REASON_REPLACED);
    c->token = token;
    pthread_mutex_unlock(&t->lock);
}
