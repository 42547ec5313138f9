/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "proto/frag.h"
#include "server/clients.h"
#include "server/session.h"
#include "util/mono.h"
#include "util/text.h"

void session_send(struct session *s, const struct packet *p, uint64_t now_ns)
{
    uint8_t buf[PROTO_UDP_PAYLOAD - PROTO_DTLS_OVERHEAD];
    size_t len = packet_encode(p, buf, sizeof buf);
    if (len > 0 && secure_send(s->secure, buf, len) == 0)
        talk_server_said(&s->talk, now_ns);
}

static bool may_see(struct session *s, const char *camera)
{
    return admission_may_see(s->client->service->admission, s->client->fingerprint, camera);
}

static void fill_camera(struct packet_camera *out, struct camera *c)
{
    struct camera_facts f;
    camera_facts(c, &f);
    text_copy(out->name, sizeof out->name, camera_name(c));
    out->width = (uint16_t)f.width;
    out->height = (uint16_t)f.height;
    out->millihertz = f.millihertz;
    out->state = (uint8_t)f.state;
}

/* The part of the list that begins at first, counted among those this client may see. */
static void answer_catalogue(struct session *s, const struct packet_catalogue_ask *ask,
                             uint64_t now_ns)
{
    const struct service *service = s->client->service;
    struct packet p = {.type = PACKET_CATALOGUE};
    struct packet_catalogue *list = &p.catalogue;
    list->first = ask->first;
    for (unsigned i = 0; i < service->n_cameras; i++) {
        struct camera *c = service->cameras[i];
        if (!may_see(s, camera_name(c)))
            continue;
        if (list->total++ >= ask->first && list->n < PACKET_CAMERAS)
            fill_camera(&list->camera[list->n++], c);
    }
    if (list->first > list->total)
        list->first = list->total;
    session_send(s, &p, now_ns);
    if (!s->listed && !s->camera)
        clientlog_listed(&s->log);
    s->listed = true;
}

static struct camera *find_camera(struct session *s, const char *name)
{
    const struct service *service = s->client->service;
    for (unsigned i = 0; i < service->n_cameras; i++) {
        const char *at = camera_name(service->cameras[i]);
        if ((name[0] == '\0' || strcmp(at, name) == 0) && may_see(s, at))
            return service->cameras[i];
    }
    return NULL;
}

static void fill_stream(struct session *s)
{
    struct camera_facts f;
    camera_facts(s->camera, &f);
    struct packet_stream *p = &s->stream;
    unsigned width = f.width, height = f.height;
    camera_tier_size(s->watcher.tier, &width, &height);
    p->boot = s->client->service->boot;
    p->clock_us = mono_us();
    p->width = (uint16_t)width;
    p->height = (uint16_t)height;
    p->full_width = (uint16_t)f.width;
    p->full_height = (uint16_t)f.height;
    p->millihertz = f.millihertz;
    s->thin.camera_millihertz = f.millihertz;
    p->tier = (uint8_t)s->watcher.tier;
    p->state = (uint8_t)f.state;
    p->tiers_down = (uint8_t)(s->watcher.tier - s->wanted_tier);
    p->left_out = s->thin.left_out;
    p->stride = s->stride;
    p->next_frame = camera_next_frame(s->camera);
    text_copy(p->camera, sizeof p->camera, camera_name(s->camera));
    text_copy(p->why, sizeof p->why, f.why);
}

void session_facts(struct session *s)
{
    if (!s->camera)
        return;
    fill_stream(s);
    talk_server_stream(&s->talk, &s->stream);
}

void session_leave_camera(struct session *s)
{
    session_media_stop(s);
    session_history_stop(s);
    if (s->camera)
        camera_unwatch(s->camera, &s->watcher);
    inbox_drop_frames(&s->client->inbox);
    s->camera = NULL;
}

static void enter_camera(struct session *s, struct camera *c, uint64_t now_ns)
{
    session_leave_camera(s);
    s->camera = c;
    s->totals = (struct clientlog_totals){.began_ns = now_ns};
    s->thin = (struct thin){0};
    clientlog_connected(&s->log, camera_name(c));
}

static void answer_subscribe(struct session *s, const struct packet_subscribe *ask, uint64_t now_ns)
{
    struct camera *c = find_camera(s, ask->camera);
    if (!c) {
        char text[PROTO_TEXT_MAX + 1];
        text_format(text, sizeof text, _("no camera '%s' here for you"), ask->camera);
        clientlog_refused(&s->log, text);
        talk_server_end(&s->talk, REASON_NO_CAMERA, text);
        return;
    }
    clients_claim(s->client->service->clients, s->client, ask->token);
    if (c != s->camera)
        enter_camera(s, c, now_ns);
    s->stride = frag_stride(s->client->service->mtu);
    session_want(s, ask);
}

void session_drive(struct session *s, uint64_t now_ns)
{
    struct packet out;
    while (!s->ended) {
        switch (talk_server_next(&s->talk, now_ns, &out)) {
        case TALK_SERVER_WAIT:
            return;
        case TALK_SERVER_SEND:
            session_send(s, &out, now_ns);
            break;
        case TALK_SERVER_CATALOGUE:
            answer_catalogue(s, &s->talk.ask.catalogue_ask, now_ns);
            break;
        case TALK_SERVER_SUBSCRIBE:
            answer_subscribe(s, &s->talk.ask.subscribe, now_ns);
            break;
        case TALK_SERVER_NACK:
            session_nack(s, &s->talk.ask.nack, now_ns);
            break;
        case TALK_SERVER_FETCH:
            session_fetch(s, &s->talk.ask.fetch, now_ns);
            break;
        case TALK_SERVER_END:
            s->ended = true;
            break;
        }
    }
}
