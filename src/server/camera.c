/* SPDX-License-Identifier: MIT */
/* Life of a camera: the capture thread opens the source, learns its size and rate, and reads for
 * as long as somebody watches (or --always); 10 s after the last watcher it closes the source and
 * waits to be wanted. A source that fails or ends makes the camera offline and is tried again. */
#include "server/camera.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "server/encoder.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/stop.h"
#include "util/text.h"
#include "util/thread.h"

#define IDLE_NS      (10 * NS_PER_S)
#define RETRY_NS     (NS_PER_S / 2)
#define RETRY_MAX_NS (15 * NS_PER_S)

enum { CAMERA_POOL = 8 };

struct camera {
    struct camera_settings settings;
    bool always;
    struct fanout fanout;
    struct history history;
    struct encoder *encoder;
    struct frame_pool *pool;
    struct thread capture;
    struct stop stop;
    pthread_mutex_t lock; /* facts, wanted */
    pthread_cond_t wanted;
    bool stopping;
    struct camera_facts facts;
    /* capture thread's own */
    uint64_t retry_ns;
    bool was_open;
};

static void set_facts(struct camera *c, const struct camera_facts *now)
{
    pthread_mutex_lock(&c->lock);
    bool changed = memcmp(&c->facts, now, sizeof *now) != 0;
    c->facts = *now;
    pthread_mutex_unlock(&c->lock);
    if (changed)
        fanout_say(&c->fanout, INBOX_FACTS);
}

static void set_state(struct camera *c, enum packet_camera_state state, const char *why)
{
    struct camera_facts f;
    camera_facts(c, &f);
    memset(f.why, 0, sizeof f.why);
    text_copy(f.why, sizeof f.why, why);
    f.state = state;
    set_facts(c, &f);
}

/* A picture tells the truth about its size, whatever the source said when it was opened. */
static void learn(struct camera *c, const struct frame *picture, uint32_t millihertz)
{
    struct camera_facts f;
    camera_facts(c, &f);
    if (f.state == CAMERA_LIVE && f.width == picture->width && f.height == picture->height)
        return;
    memset(f.why, 0, sizeof f.why);
    f.state = CAMERA_LIVE;
    f.width = picture->width;
    f.height = picture->height;
    f.millihertz = millihertz;
    set_facts(c, &f);
}

static bool is_idle(struct camera *c)
{
    uint64_t left_ns;
    return !c->always && fanout_all(&c->fanout, &left_ns) == 0 && mono_ns() > left_ns + IDLE_NS;
}

static void wait_wanted(struct camera *c)
{
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && fanout_all(&c->fanout, NULL) == 0)
        thread_cond_wait(&c->wanted, &c->lock, UINT64_MAX);
    pthread_mutex_unlock(&c->lock);
}

/* Reads until the source ends or fails (its code), nobody watches (0), or stop (ERR_STOPPED). */
static int read_all(struct camera *c, struct source *s)
{
    for (;;) {
        struct frame *picture = NULL;
        int rc = s->ops->read(s, c->pool, &picture);
        if (rc != 0)
            return rc;
        learn(c, picture, s->info.millihertz);
        c->retry_ns = RETRY_NS;
        encoder_push(c->encoder, picture);
        if (is_idle(c))
            return 0;
    }
}

/* Waits before the next try; clients see why meanwhile. */
static void back_off(struct camera *c, const char *why)
{
    struct camera_facts f;
    camera_facts(c, &f);
    if (f.state != CAMERA_OFFLINE || strcmp(f.why, why) != 0)
        log_warning(_("camera %s is offline: %s"), camera_name(c), why);
    set_state(c, CAMERA_OFFLINE, why);
    stop_wait_until(&c->stop, mono_ns() + c->retry_ns);
    c->retry_ns = c->retry_ns * 2 < RETRY_MAX_NS ? c->retry_ns * 2 : RETRY_MAX_NS;
}

static void log_open_source(struct camera *c, const struct source *s)
{
    if (c->was_open)
        return;
    log_info(_("camera %s: %ux%u at %g fps%s"), camera_name(c), s->info.width, s->info.height,
             s->info.millihertz / 1000.0, s->info.jpeg ? _(", MJPEG passed through") : "");
    c->was_open = true;
}

static void capture_once(struct camera *c)
{
    char why[PROTO_TEXT_MAX + 1] = "";
    struct source *s = NULL;
    int rc = source_open(&c->settings.source, &c->stop, &s, why, sizeof why);
    if (rc == 0) {
        log_open_source(c, s);
        rc = read_all(c, s);
        source_close(s);
        text_copy(why, sizeof why, rc == ERR_END ? _("the source ended") : _("the source failed"));
        c->was_open = rc == 0; /* said again after a failure, not after a rest */
    }
    if (stop_raised(&c->stop) || rc == ERR_STOPPED)
        return;
    if (rc != 0) {
        text_clean(why); /* a path or a library's words may hold what the wire refuses */
        back_off(c, why[0] ? why : err_str(rc));
        return;
    }
    set_state(c, CAMERA_IDLE, "");
    history_clear(&c->history);
    wait_wanted(c);
}

static void run(void *arg)
{
    struct camera *c = arg;
    while (!stop_raised(&c->stop))
        capture_once(c);
}

static void camera_free(struct camera *c)
{
    encoder_stop(c->encoder);
    history_fini(&c->history);
    frame_pool_free(c->pool);
    fanout_fini(&c->fanout);
    pthread_cond_destroy(&c->wanted);
    pthread_mutex_destroy(&c->lock);
    stop_fini(&c->stop);
    mem_free(c);
}

static int start_encoder(struct camera *c)
{
    const struct encoder_settings e = {
        .camera = camera_name(c),
        .quality = c->settings.quality,
        .always = c->always,
        .fanout = &c->fanout,
        .history = &c->history,
    };
    return encoder_start(&e, &c->encoder);
}

int camera_start(const struct camera_settings *settings, bool always, struct camera **out)
{
    struct camera *c = mem_zero(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->settings = *settings;
    c->always = always;
    c->retry_ns = RETRY_NS;
    c->facts.width = settings->source.width;
    c->facts.height = settings->source.height;
    c->facts.millihertz = settings->source.millihertz;
    c->facts.state = CAMERA_IDLE;
    int rc = stop_init(&c->stop);
    if (rc != 0) {
        mem_free(c);
        return rc;
    }
    pthread_mutex_init(&c->lock, NULL);
    thread_cond_init(&c->wanted);
    fanout_init(&c->fanout, mono_ns());
    history_init(&c->history, settings->history_ms);
    rc = frame_pool_new(CAMERA_POOL, &c->pool);
    if (rc == 0)
        rc = start_encoder(c);
    if (rc == 0)
        rc = thread_start(&c->capture, "capture", THREAD_STACK_BIG, run, c);
    if (rc != 0) {
        camera_free(c);
        return rc;
    }
    *out = c;
    return 0;
}

void camera_ask_stop(struct camera *c)
{
    stop_raise(&c->stop);
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->wanted);
    pthread_mutex_unlock(&c->lock);
}

void camera_stop(struct camera *c)
{
    if (!c)
        return;
    camera_ask_stop(c);
    thread_join(&c->capture);
    camera_free(c);
}

const char *camera_name(const struct camera *c)
{
    return c->settings.source.name;
}

void camera_facts(struct camera *c, struct camera_facts *out)
{
    pthread_mutex_lock(&c->lock);
    *out = c->facts;
    pthread_mutex_unlock(&c->lock);
}

void camera_watch(struct camera *c, struct watcher *w, unsigned tier)
{
    fanout_add(&c->fanout, w, tier);
    pthread_mutex_lock(&c->lock);
    pthread_cond_signal(&c->wanted);
    pthread_mutex_unlock(&c->lock);
}

void camera_unwatch(struct camera *c, struct watcher *w)
{
    fanout_remove(&c->fanout, w, mono_ns());
}

struct history *camera_history(struct camera *c)
{
    return &c->history;
}

uint32_t camera_next_frame(const struct camera *c)
{
    return encoder_next_number(c->encoder);
}

void camera_tier_size(unsigned tier, unsigned *width, unsigned *height)
{
    if (tier >= PROTO_TIERS)
        return;
    *width = (*width + (1u << tier) - 1) >> tier;
    *height = (*height + (1u << tier) - 1) >> tier;
}

unsigned camera_tier(struct camera *c, unsigned width, unsigned height)
{
    struct camera_facts f;
    camera_facts(c, &f);
    if (width == 0 || height == 0)
        return 0;
    for (unsigned tier = PROTO_TIERS - 1; tier > 0; tier--) {
        unsigned w = f.width, h = f.height;
        camera_tier_size(tier, &w, &h);
        if (w >= width && h >= height)
            return tier;
    }
    return 0;
}
