/* SPDX-License-Identifier: MIT */
/* The life of a stream: receiver_start() makes the thread; it runs attempts of its feed one after
 * the other, waits between them (back-off, a refusal, a question), and ends when stop is raised.
 * Everything that owners see goes through the status under the lock; sinks are called without it.
 */
#include "receive/receiver.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "net/trust.h"
#include "receive/feed.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

enum { FRAMES_KEPT = 8 };

const char *receiver_state_name(enum receiver_state s)
{
    static const char *const name[RECEIVER_STATES] = {
        [RECEIVER_CONNECTING] = "connecting", [RECEIVER_LIVE] = "live",
        [RECEIVER_STALE] = "stale",           [RECEIVER_OFFLINE] = "offline",
        [RECEIVER_REFUSED] = "refused",       [RECEIVER_LOST] = "lost",
    };
    return (unsigned)s < RECEIVER_STATES ? name[s] : "unknown";
}

/* The key is trusted from now on; whatever is wrong with the file shows at the next try. */
static void accept_key(struct receiver *r, enum receiver_answer answer)
{
    char at[URL_HOST_MAX + 16];

    url_host_port(&r->url, at, sizeof(at));
    text_copy(r->trusted_once, sizeof(r->trusted_once), feed_lock(r)->server);
    feed_unlock(r);
    if (answer != RECEIVER_ALWAYS)
        return;
    int err = trust_server_remember(r->known_servers, at, r->trusted_once);
    if (err < 0)
        log_warning(_("cannot write %s: %s"), r->known_servers, err_str(err));
}

static bool take_answer(struct receiver *r, enum receiver_answer *answer)
{
    struct receiver_status *s = feed_lock(r);
    bool answered = r->answered;
    *answer = r->answer;
    r->answered = false;
    if (answered)
        s->asking = false;
    feed_unlock(r);
    return answered;
}

/* Somebody may want something while nothing is connected. */
static void idle(struct receiver *r)
{
    if (r->ops->idle)
        r->ops->idle(r->feed);
}

/* Holds until the owner answers. */
static enum feed_end wait_answer(struct receiver *r)
{
    enum feed_end end = FEED_GOES_ON;
    enum receiver_answer answer;

    feed_lock(r)->asking = true;
    feed_unlock(r);
    feed_state(r, RECEIVER_REFUSED, NULL);
    while (end == FEED_GOES_ON) {
        end = feed_wait(r, NULL, 0, UINT64_MAX);
        idle(r);
        if (!take_answer(r, &answer))
            continue;
        if (answer == RECEIVER_NO) {
            feed_state(r, RECEIVER_REFUSED, _("the server's key was not accepted"));
            continue;
        }
        accept_key(r, answer);
        end = FEED_AGAIN;
    }
    feed_lock(r)->asking = false;
    feed_unlock(r);
    return end;
}

static void set_next_try(struct receiver *r, uint64_t at_ns)
{
    feed_lock(r)->next_try_ns = at_ns;
    feed_unlock(r);
}

static enum feed_end wait_until(struct receiver *r, enum receiver_state state, uint64_t at_ns)
{
    enum feed_end end = FEED_GOES_ON;

    set_next_try(r, at_ns);
    feed_state(r, state, NULL);
    while (end == FEED_GOES_ON && mono_ns() < at_ns) {
        end = feed_wait(r, NULL, 0, at_ns);
        idle(r);
    }
    set_next_try(r, 0);
    return end;
}

/* Between two attempts. Returns STOPPED when the thread should end. */
static enum feed_end rest(struct receiver *r, enum feed_end end)
{
    switch (end) {
    case FEED_LOST:
        return wait_until(r, RECEIVER_LOST, mono_ns() + backoff_next_ns(&r->backoff));
    case FEED_REFUSED:
        return wait_until(r, RECEIVER_REFUSED, mono_ns() + BACKOFF_SLOW_NS);
    case FEED_ASK:
        return wait_answer(r);
    case FEED_STOPPED:
    case FEED_DONE:
        return FEED_STOPPED;
    case FEED_AGAIN:
    case FEED_GOES_ON:
        break;
    }
    return FEED_AGAIN;
}

static void receiver_main(void *arg)
{
    struct receiver *r = arg;
    enum feed_end end = FEED_AGAIN;

    while (end != FEED_STOPPED && !stop_raised(&r->stop))
        end = rest(r, r->ops->run(r->feed));
    if (r->sinks.on_over)
        r->sinks.on_over(r->sinks.ctx);
}

static void status_init(struct receiver *r)
{
    r->status.jitter_ms = r->status.rtt_ms = r->status.latency_ms = NAN;
    r->status.legacy = r->url.kind == URL_LEGACY;
    r->status.encrypted = !r->status.legacy;
    text_copy(r->status.camera, sizeof(r->status.camera), r->url.camera);
    r->told_state = RECEIVER_STATES;
    rate_init(&r->frame_rate);
    rate_init(&r->bit_rate);
    wallclock_init(&r->wallclock);
}

static void receiver_free(struct receiver *r)
{
    if (r->feed)
        r->ops->free(r->feed);
    frame_unref(&r->newest);
    if (r->pool)
        frame_pool_free(r->pool);
    if (r->wake_fd >= 0)
        close(r->wake_fd);
    stop_fini(&r->stop);
    pthread_mutex_destroy(&r->lock);
    mem_free(r->known_servers);
    mem_free(r);
}

static int receiver_make(struct receiver *r, const struct receiver_settings *s)
{
    uint64_t seed = mono_ns();

    r->url = s->url;
    r->keys = s->keys;
    r->trust = s->trust;
    r->record = (struct feed_record){
        .changed = s->record > 0, .on = s->record > 0, .epoch = s->record, .asked_ns = mono_ns()};
    text_copy(r->name, sizeof(r->name), s->name ? s->name : s->url.host);
    r->ops = s->url.kind == URL_LEGACY ? &feed_legacy : &feed_native;
    status_init(r);
    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
        seed = mono_ns();
    backoff_init(&r->backoff, seed);
    if (s->known_servers && !(r->known_servers = mem_strdup(s->known_servers)))
        return -ENOMEM;
    r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r->wake_fd < 0)
        return -errno;
    int err = frame_pool_new(FRAMES_KEPT, &r->pool);
    return err < 0 ? err : r->ops->make(r, &r->feed);
}

int receiver_start(const struct receiver_settings *s, const struct receiver_sinks *sinks,
                   struct receiver **out)
{
    char thread_name[16];
    struct receiver *r = mem_zero(1, sizeof(*r));

    if (!r)
        return -ENOMEM;
    int err = stop_init(&r->stop);
    if (err < 0) {
        mem_free(r);
        return err;
    }
    r->wake_fd = -1;
    pthread_mutex_init(&r->lock, NULL);
    r->sinks = *sinks;
    err = receiver_make(r, s);
    if (err == 0) {
        text_format(thread_name, sizeof(thread_name), "rx-%s", r->name);
        err = thread_start(&r->thread, thread_name, THREAD_STACK, receiver_main, r);
    }
    if (err < 0) {
        receiver_free(r);
        return err;
    }
    *out = r;
    return 0;
}

static void wake(struct receiver *r)
{
    uint64_t one = 1;

    /* It cannot fail in a way that matters: a full counter is a wake-up already. */
    if (write(r->wake_fd, &one, sizeof(one)) < 0)
        return;
}

void receiver_finish(struct receiver *r, bool at_once)
{
    feed_lock(r);
    r->at_once |= at_once;
    feed_unlock(r);
    stop_raise(&r->stop);
    wake(r);
}

void receiver_end(struct receiver *r)
{
    receiver_finish(r, false);
    if (!r->joined)
        thread_join(&r->thread);
    r->joined = true;
}

void receiver_stop(struct receiver *r, struct receiver_status *last)
{
    if (!r)
        return;
    receiver_end(r);
    if (last)
        receiver_snapshot(r, last);
    receiver_free(r);
}

void receiver_snapshot(struct receiver *r, struct receiver_status *out)
{
    uint64_t now = mono_ns();

    struct receiver_status *s = feed_lock(r);
    s->fps = rate_per_second(&r->frame_rate, now);
    s->bitrate = rate_per_second(&r->bit_rate, now);
    *out = *s;
    feed_unlock(r);
}

struct frame *receiver_newest(struct receiver *r)
{
    feed_lock(r);
    struct frame *f = r->newest ? frame_ref(r->newest) : NULL;
    feed_unlock(r);
    return f;
}

void receiver_want(struct receiver *r, unsigned width, unsigned height)
{
    feed_lock(r);
    r->want_width = width;
    r->want_height = height;
    feed_unlock(r);
    wake(r);
}

void receiver_record(struct receiver *r, uint64_t epoch, uint64_t back_ms)
{
    feed_lock(r);
    r->record = (struct feed_record){
        .changed = true, .on = true, .epoch = epoch, .back_ms = back_ms, .asked_ns = mono_ns()};
    feed_unlock(r);
    wake(r);
}

void receiver_record_end(struct receiver *r)
{
    feed_lock(r);
    r->record.on = false;
    r->record.changed = true;
    feed_unlock(r);
    wake(r);
}

void receiver_still(struct receiver *r)
{
    feed_lock(r);
    r->still_wanted = true;
    feed_unlock(r);
    wake(r);
}

void receiver_reconnect(struct receiver *r)
{
    feed_lock(r);
    r->reconnect = true;
    feed_unlock(r);
    wake(r);
}

void receiver_accept(struct receiver *r, enum receiver_answer answer)
{
    struct receiver_status *s = feed_lock(r);
    r->answered = s->asking;
    r->answer = answer;
    feed_unlock(r);
    wake(r);
}
