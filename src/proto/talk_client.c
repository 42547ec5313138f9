/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "proto/talk_client_impl.h"
#include "util/mono.h"
#include "util/text.h"

/* A session: SUBSCRIBE until a STREAM answers it; from then on REPORT, which is the lease. Here is
 * what is wanted, and how a session begins and ends; talk_client_hear.c has what the server says,
 * talk_client_say.c what is said to it, talk_client_record.c recordings. */

static const uint64_t SILENCE_NS = PROTO_SILENCE_MS * NS_PER_MS;
static const uint64_t RTT_GUESS_NS = 100 * NS_PER_MS; /* before the first PONG */
static const uint64_t REORDER_MIN_NS = 3 * NS_PER_MS;
static const uint64_t WINDOW_MIN_NS = 200 * NS_PER_MS, WINDOW_MAX_NS = 2 * NS_PER_S;

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    const struct talk_client *t = ctx;
    return t->owner.memory.take(t->owner.memory.ctx, bytes, data, handle);
}

static void give_back(void *ctx, void *handle)
{
    const struct talk_client *t = ctx;
    t->owner.memory.give_back(t->owner.memory.ctx, handle);
}

static void abandoned(void *ctx, const struct reasm_slot *slot)
{
    struct talk_client *t = ctx;
    pathstat_frame(&t->path, slot);
    account_frame(&t->account, slot);
}

void talk_client_init(struct talk_client *t, const struct talk_client_owner *owner, uint64_t token)
{
    memset(t, 0, sizeof *t);
    t->owner = *owner;
    t->want.version = PROTO_VERSION;
    t->want.token = token;
    t->want.flags = SUBSCRIBE_REACH_BACK;
    reasm_init(&t->reasm, &(struct reasm_owner){t, take, give_back, abandoned});
    account_init(&t->account);
    repair_init(&t->repair);
    clocksync_init(&t->clock);
    record_init(t);
}

void talk_client_fini(struct talk_client *t)
{
    reach_fini(&t->reach);
    reasm_fini(&t->reasm);
}

uint64_t talk_client_window_ns(const struct talk_client *t)
{
    if (t->window_ns)
        return t->window_ns;
    if (t->clock.rtt_us >= WINDOW_MAX_NS / NS_PER_US / 8)
        return WINDOW_MAX_NS;
    uint64_t window = 8 * t->clock.rtt_us * NS_PER_US;
    return window > WINDOW_MIN_NS ? window : WINDOW_MIN_NS;
}

/* Frames that waver by so much overtake each other's fragments by as much. */
static uint64_t reorder_ns(const struct talk_client *t)
{
    uint64_t waver_ns = 2 * (uint64_t)t->account.jitter_us * NS_PER_US;
    uint64_t most_ns = t->clock.rtt_us * NS_PER_US / 2;
    if (waver_ns > most_ns)
        waver_ns = most_ns;
    return waver_ns > REORDER_MIN_NS ? waver_ns : REORDER_MIN_NS;
}

struct repair_path talk_client_path(const struct talk_client *t)
{
    bool known = clocksync_known(&t->clock);
    return (struct repair_path){
        .rtt_ns = known ? t->clock.rtt_us * NS_PER_US : RTT_GUESS_NS,
        .rttvar_ns = t->clock.rttvar_us * NS_PER_US,
        .reorder_ns = reorder_ns(t),
        .window_ns = talk_client_window_ns(t),
        .frame_fragments = (unsigned)(t->account.fragments_per_frame + 0.5),
    };
}

/* A changed subscription has a new serial and leaves at once. */
static void subscribe_anew(struct talk_client *t)
{
    t->want.serial++;
    t->streaming = false;
    t->subscribe_ns = 0;
}

void talk_client_set_window(struct talk_client *t, unsigned window_ms)
{
    t->window_ns = window_ms * NS_PER_MS;
    subscribe_anew(t);
}

void talk_client_want_stream(struct talk_client *t, const char *camera, unsigned width,
                             unsigned height, uint32_t millihertz)
{
    struct packet_subscribe *w = &t->want;
    if (t->subscribe_wanted && strcmp(w->camera, camera) == 0 && w->width == width &&
        w->height == height && w->millihertz == millihertz)
        return;
    text_copy(w->camera, sizeof w->camera, camera);
    w->width = (uint16_t)width;
    w->height = (uint16_t)height;
    w->millihertz = millihertz;
    t->subscribe_wanted = true;
    subscribe_anew(t);
}

void talk_client_want_catalogue(struct talk_client *t)
{
    t->catalogue_wanted = true;
    t->catalogue_first = 0;
    t->catalogue_ns = 0;
}

void talk_client_connected(struct talk_client *t, uint64_t now_ns)
{
    t->connected = true;
    t->streaming = t->answered = t->over = t->silence_told = t->pong_due = false;
    t->closing = t->goodbye_due = false;
    t->heard_ns = now_ns;
    t->subscribe_ns = t->report_ns = t->ping_ns = t->catalogue_ns = now_ns;
    t->catalogue_first = 0;
    t->pings = 0;
    memset(t->ping_us, 0, sizeof t->ping_us);
    t->echo_us = 0;
    reasm_unannounce(&t->reasm);
    reach_session(&t->reach);
}

void talk_client_disconnected(struct talk_client *t, uint64_t now_ns)
{
    t->connected = t->streaming = t->answered = false;
    reasm_unannounce(&t->reasm);
    reach_session(&t->reach);
}

void talk_client_close(struct talk_client *t)
{
    if (!t->connected || t->closing)
        return;
    t->closing = t->goodbye_due = true;
}

uint64_t talk_client_silent_at(const struct talk_client *t)
{
    return t->heard_ns + SILENCE_NS;
}

bool talk_client_silent(const struct talk_client *t, uint64_t now_ns)
{
    return t->connected && !t->over && !t->closing && now_ns >= talk_client_silent_at(t);
}
