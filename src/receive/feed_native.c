/* SPDX-License-Identifier: MIT */
/* A camera of camwalld. The conversation (proto/talk_client) outlives its channels: an attempt
 * opens a path, judges the server's key, and talks. When nothing is heard for a second, a second
 * path is tried beside the first from a new port, and the first that speaks is kept: so a changed
 * address heals without losing the stream. An attempt ends when no path is left, when the server
 * says goodbye, or when its key is not to be trusted. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "proto/talk_client.h"
#include "receive/feed.h"
#include "receive/native_frames.h"
#include "receive/native_record.h"
#include "receive/native_trust.h"
#include "receive/path.h"
#include "receive/target.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

#define SILENCE_NS (PROTO_SILENCE_MS * NS_PER_MS)
#define LEASE_NS   (PROTO_LEASE_MS * NS_PER_MS)
enum { PATHS = 2, MESSAGE_MAX = 2048, SAY_MS = 500 };

struct native {
    struct receiver *r;
    struct talk_client talk;
    struct target target;
    struct path path[PATHS];
    struct path *current;    /* the one we speak on; NULL before the first */
    struct path *lost_rival; /* to be closed at the end of the step */
    uint64_t spoke_ns;       /* the server did; or the session began */
    uint64_t tried_ns;       /* a session began, or a rival was opened */
    enum feed_end end;
    struct packet_camera *cameras; /* URL_SERVER only */
    struct native_record record;
};

static struct path *other(struct native *n, const struct path *p)
{
    return p == &n->path[0] ? &n->path[1] : &n->path[0];
}

/* The conversation goes on over p. */
static void adopt(struct native *n, struct path *p, uint64_t now_ns)
{
    n->current = p;
    n->tried_ns = now_ns;
    talk_client_connected(&n->talk, now_ns);
}

static void on_message(void *ctx, struct path *p, const uint8_t *bytes, size_t len, uint64_t now_ns)
{
    struct native *n = ctx;
    struct packet m;

    n->spoke_ns = n->tried_ns = now_ns;
    if (p != n->current) {
        /* A goodbye here only says that the server noticed the newer session. */
        if (packet_decode(bytes, len, &m) == 0 && m.type == PACKET_GOODBYE) {
            n->lost_rival = p;
            return;
        }
        adopt(n, p, now_ns);
    }
    n->lost_rival = other(n, p);
    talk_client_on_message(&n->talk, bytes, len, now_ns);
}

static void on_goodbye(void *ctx, const struct packet_goodbye *g)
{
    struct native *n = ctx;

    n->end = FEED_LOST;
    if (g->reason == REASON_NOT_AUTHORIZED) {
        n->end = FEED_REFUSED;
        feed_why(n->r, _("not authorized; on the server add %s NAME to authorized_clients"),
                 keys_fingerprint(n->r->keys));
    } else if (g->text[0]) {
        feed_why(n->r, "%s", g->text);
    } else {
        feed_why(n->r, "%s", packet_reason_text(g->reason));
    }
}

static void on_stream(void *ctx, const struct packet_stream *s, bool restarted)
{
    struct native *n = ctx;
    struct receiver *r = n->r;

    struct receiver_status *st = feed_lock(r);
    text_copy(st->camera, sizeof(st->camera), s->camera);
    st->width = s->full_width ? s->full_width : s->width;
    st->height = s->full_height ? s->full_height : s->height;
    st->tier = s->tier;
    st->tiers_down = s->tiers_down;
    st->left_out = s->left_out;
    enum receiver_state state = st->state;
    feed_unlock(r);
    if (restarted) {
        feed_restart(r);
        n->record.discontinuity = true;
    }
    if (s->state == CAMERA_OFFLINE)
        feed_state(r, RECEIVER_OFFLINE, s->why[0] ? s->why : _("the camera is off"));
    else if (state != RECEIVER_LIVE)
        feed_state(r, RECEIVER_CONNECTING, _("waiting for the first picture"));
}

static void *on_frame(void *ctx, const struct reasm_slot *slot, bool keep, uint64_t now_ns)
{
    struct native *n = ctx;

    return native_frame(n->r, &n->talk, slot, keep, now_ns);
}

static void on_record(void *ctx, void *handle)
{
    struct native *n = ctx;

    native_recorded(n->r, &n->record, handle);
}

static void on_catalogue(void *ctx, const struct packet_catalogue *c)
{
    struct native *n = ctx;

    if (!n->cameras || c->first + c->n > PROTO_CAMERAS_MAX || c->total > PROTO_CAMERAS_MAX)
        return;
    for (unsigned i = 0; i < c->n; i++)
        n->cameras[c->first + i] = c->camera[i];
    if (c->first + c->n < c->total)
        return;
    if (c->total == 0) {
        n->end = FEED_REFUSED;
        feed_why(n->r, _("the server has no camera for this client"));
        return;
    }
    n->end = FEED_DONE;
    if (n->r->sinks.on_cameras)
        n->r->sinks.on_cameras(n->r->sinks.ctx, n->cameras, c->total);
    feed_lock(n->r)->found = true;
    feed_unlock(n->r);
    feed_state(n->r, RECEIVER_LIVE, NULL);
}

/* A path whose handshake is done is judged, and spoken on. */
static void step_ready(struct native *n, struct path *p, uint64_t now_ns)
{
    n->end = native_judge(n->r, secure_peer(p->secure));
    if (n->end != FEED_GOES_ON)
        return;
    p->state = PATH_IN_USE;
    target_worked(&n->target);
    if (!n->current)
        n->spoke_ns = now_ns;
    feed_session(n->r);
    adopt(n, p, now_ns);
}

/* The attempt ends when the last path died; a rival's death changes nothing. */
static void step_dead(struct native *n, struct path *p, uint64_t now_ns)
{
    char why[PATH_WHY];

    text_copy(why, sizeof(why), p->why);
    bool was_current = p == n->current || !n->current;
    path_close(p);
    if (p == n->current) {
        n->current = NULL;
        talk_client_disconnected(&n->talk, now_ns);
    }
    if (!was_current || path_is_open(other(n, p)))
        return;
    feed_why(n->r, "%s", why);
    bool another = n->spoke_ns == 0 && target_next(&n->target);
    n->end = another ? FEED_AGAIN : FEED_LOST;
}

static void step_path(struct native *n, struct path *p, uint64_t now_ns)
{
    if (path_is_open(p))
        path_step(p, now_ns, on_message, n);
    if (n->end == FEED_GOES_ON && p->state == PATH_READY)
        step_ready(n, p, now_ns);
    if (n->end == FEED_GOES_ON && p->state == PATH_DEAD)
        step_dead(n, p, now_ns);
}

/* Nothing is heard: another path beside this one, later the end. */
static void step_silence(struct native *n, uint64_t now_ns)
{
    struct path *rival = n->current ? other(n, n->current) : NULL;

    if (!rival || now_ns < n->tried_ns + SILENCE_NS)
        return;
    if (now_ns >= n->spoke_ns + LEASE_NS) {
        feed_why(n->r, _("nothing was heard for %d seconds"), PROTO_LEASE_MS / 1000);
        n->end = FEED_LOST;
        return;
    }
    n->tried_ns = now_ns;
    if (rival->state == PATH_HANDSHAKE)
        return;
    feed_state(n->r, RECEIVER_STALE, _("nothing is heard; trying from another port"));
    path_close(rival);
    path_open(rival, target_addr(&n->target), n->r->keys, now_ns);
    if (rival->state == PATH_DEAD)
        path_close(rival);
}

static void take_wants(struct native *n, uint64_t now_ns)
{
    struct receiver *r = n->r;

    if (r->url.kind != URL_CAMERA)
        return;
    bool full = native_record_wants(r, &n->record, &n->talk);
    feed_lock(r);
    unsigned width = full ? 0 : r->want_width, height = full ? 0 : r->want_height;
    feed_unlock(r);
    talk_client_want_stream(&n->talk, r->url.camera, width, height, 0);
    native_record_step(r, &n->record, &n->talk, now_ns);
}

static void say(struct native *n, uint64_t now_ns)
{
    uint8_t buf[MESSAGE_MAX];
    size_t len;

    while (n->current && n->current->state == PATH_IN_USE &&
           (len = talk_client_next(&n->talk, now_ns, buf, sizeof(buf))) > 0)
        path_send(n->current, buf, len);
}

static void step(struct native *n, uint64_t now_ns)
{
    for (int i = 0; i < PATHS && n->end == FEED_GOES_ON; i++)
        step_path(n, &n->path[i], now_ns);
    if (n->lost_rival)
        path_close(n->lost_rival);
    n->lost_rival = NULL;
    if (n->end != FEED_GOES_ON)
        return;
    step_silence(n, now_ns);
    take_wants(n, now_ns);
    say(n, now_ns);
    native_counters(n->r, &n->talk);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What is to be waited for, as struct pollfd, and until when. */
static nfds_t awaited(const struct native *n, struct pollfd *p, uint64_t *until)
{
    uint64_t deadline = UINT64_MAX;
    nfds_t k = 0;

    if (n->current) {
        deadline = earlier(talk_client_deadline(&n->talk), n->tried_ns + SILENCE_NS);
        deadline = earlier(deadline, n->spoke_ns + LEASE_NS);
    }
    for (int i = 0; i < PATHS; i++) {
        if (!path_is_open(&n->path[i]))
            continue;
        deadline = earlier(deadline, path_deadline(&n->path[i]));
        p[k++] = (struct pollfd){.fd = path_fd(&n->path[i]), .events = POLLIN};
    }
    *until = deadline;
    return k;
}

static enum feed_end wait(struct native *n)
{
    struct pollfd p[PATHS];
    uint64_t until;
    nfds_t k = awaited(n, p, &until);

    return feed_wait(n->r, p, k, until);
}

static enum feed_end connect_first(struct native *n)
{
    feed_state(n->r, RECEIVER_CONNECTING, NULL);
    enum feed_end end = target_find(&n->target, n->r);
    if (end != FEED_GOES_ON)
        return end;
    int err = path_open(&n->path[0], target_addr(&n->target), n->r->keys, mono_ns());
    if (err < 0 && n->path[0].state != PATH_DEAD) {
        feed_why(n->r, "%s: %s", n->r->url.host, err_str(err));
        return FEED_LOST;
    }
    return FEED_GOES_ON;
}

/* A recording that is stopped while older frames are still on their way, such as those of an outage
 * that is just over, waits for them: in order, they come before what is here already. The
 * conversation sets an end to that (talk_client_record_end). */
static void bring_last(struct native *n)
{
    uint64_t now = mono_ns(), say_ns = now + SAY_MS * NS_PER_MS, until;
    struct pollfd p[PATHS];

    if (n->record.on_still || n->talk.record == TALK_RECORD_OFF)
        return;
    talk_client_record_end(&n->talk, now);
    n->end = FEED_GOES_ON;
    while (n->talk.record != TALK_RECORD_OFF && n->end == FEED_GOES_ON) {
        if (now >= say_ns) {
            log_info(_("%s: waiting for pictures that are still on their way"), n->r->name);
            say_ns = UINT64_MAX;
        }
        nfds_t k = awaited(n, p, &until);
        n->end = feed_wait_last(n->r, p, k, earlier(until, say_ns));
        now = mono_ns();
        if (n->end == FEED_GOES_ON)
            step(n, now);
    }
    n->end = FEED_STOPPED;
}

/* A conversation that is closed stays closed; one that goes on later just leaves its channel. */
static void part(struct native *n)
{
    if (n->end == FEED_STOPPED || n->end == FEED_DONE)
        talk_client_close(&n->talk);
    say(n, mono_ns());
    talk_client_flush(&n->talk);
    talk_client_disconnected(&n->talk, mono_ns());
    for (int i = 0; i < PATHS; i++)
        path_close(&n->path[i]);
}

static enum feed_end native_run(void *feed)
{
    struct native *n = feed;

    n->current = n->lost_rival = NULL;
    n->spoke_ns = n->tried_ns = 0;
    n->end = connect_first(n);
    while (n->end == FEED_GOES_ON) {
        step(n, mono_ns());
        if (n->end == FEED_GOES_ON)
            n->end = wait(n);
    }
    if (n->end == FEED_STOPPED)
        bring_last(n);
    part(n);
    return n->end;
}

static int native_make(struct receiver *r, void **feed)
{
    uint64_t token = 0;
    struct native *n = mem_zero(1, sizeof(*n));

    if (!n)
        return -ENOMEM;
    if (r->url.kind == URL_SERVER &&
        !(n->cameras = mem_zero(PROTO_CAMERAS_MAX, sizeof(n->cameras[0])))) {
        mem_free(n);
        return -ENOMEM;
    }
    n->r = r;
    if (getrandom(&token, sizeof(token), 0) != (ssize_t)sizeof(token))
        token = mono_ns();
    struct talk_client_owner owner = {
        .ctx = n,
        .memory = native_memory(r),
        .on_frame = on_frame,
        .on_record = on_record,
        .on_stream = on_stream,
        .on_goodbye = on_goodbye,
        .on_catalogue = on_catalogue,
    };
    talk_client_init(&n->talk, &owner, token);
    if (r->url.kind == URL_SERVER)
        talk_client_want_catalogue(&n->talk);
    *feed = n;
    return 0;
}

static void native_idle(void *feed)
{
    take_wants(feed, mono_ns());
}

static void native_free(void *feed)
{
    struct native *n = feed;

    talk_client_fini(&n->talk);
    mem_free(n->cameras);
    mem_free(n);
}

const struct feed_ops feed_native = {
    .name = "native",
    .make = native_make,
    .run = native_run,
    .idle = native_idle,
    .free = native_free,
};
