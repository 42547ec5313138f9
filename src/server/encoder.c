/* SPDX-License-Identifier: MIT */
#include "server/encoder.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "media/mjpeg_dec.h"
#include "media/mjpeg_enc.h"
#include "media/scale.h"
#include "proto/limits.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/queue.h"
#include "util/text.h"
#include "util/thread.h"

enum {
    ENCODER_QUEUE = 4,
    ENCODER_POOL = 16,
    FINE_TIER = 2, /* from which on pictures are small enough to be finer than was asked for */
};

struct encoder {
    struct encoder_settings settings;
    struct queue *queue;
    struct frame_pool *pool;
    struct mjpeg_enc *enc;
    struct mjpeg_dec *dec;
    struct thread thread;
    int legacy_quality;
    _Atomic uint32_t next;
    int fault; /* the last error logged, 0: none */
};

/* What one picture has been turned into so far; raw is made at most once. */
struct job {
    struct frame *picture;
    struct frame *raw; /* I420 of the full size; NULL: not needed yet */
};

static int job_raw(struct encoder *e, struct job *j)
{
    if (j->raw)
        return 0;
    if (j->picture->format == FRAME_I420) {
        j->raw = frame_ref(j->picture);
        return 0;
    }
    return mjpeg_dec_frame(e->dec, j->picture->data, j->picture->len, FRAME_I420, 1, e->pool,
                           &j->raw);
}

static int make_full(struct encoder *e, struct job *j, struct frame **out)
{
    if (j->picture->format == FRAME_JPEG) {
        *out = frame_ref(j->picture);
        return 0;
    }
    return mjpeg_enc_frame(e->enc, j->picture, e->settings.quality, e->pool, out);
}

/* A pixel of a small picture becomes a cell of text, which is sent when it has changed: steps as
 * coarse as those of a large one would let a camera's noise change it. */
static int quality_of(const struct encoder *e, unsigned tier)
{
    int off = 100 - e->settings.quality;
    return tier >= FINE_TIER ? 100 - off / 2 : e->settings.quality;
}

/* Half, quarter, eighth: from a JPEG by scaled decoding, else by averaging pixels. */
static int make_small(struct encoder *e, struct job *j, unsigned tier, struct frame **out)
{
    struct frame *small = NULL;
    int rc;
    if (j->picture->format == FRAME_JPEG) {
        rc = mjpeg_dec_frame(e->dec, j->picture->data, j->picture->len, FRAME_I420, 1u << tier,
                             e->pool, &small);
    } else {
        unsigned width = (j->picture->width + (1u << tier) - 1) >> tier;
        unsigned height = (j->picture->height + (1u << tier) - 1) >> tier;
        rc = scale_i420(j->picture, width, height, e->pool, &small);
    }
    if (rc == 0)
        rc = mjpeg_enc_frame(e->enc, small, quality_of(e, tier), e->pool, out);
    frame_unref(&small);
    return rc;
}

/* The old programs decode each datagram as a whole picture, so it has to fit into one. */
static int make_legacy(struct encoder *e, struct job *j, struct frame **out)
{
    if (j->picture->format == FRAME_JPEG && j->picture->len <= LEGACY_DATAGRAM_MAX) {
        *out = frame_ref(j->picture);
        return 0;
    }
    int rc = job_raw(e, j);
    if (rc != 0)
        return rc;
    return mjpeg_enc_fit(e->enc, j->raw, e->settings.quality, LEGACY_DATAGRAM_MAX,
                         &e->legacy_quality, e->pool, out);
}

static int make_tier(struct encoder *e, struct job *j, unsigned tier, struct frame **out)
{
    if (tier == 0)
        return make_full(e, j, out);
    return tier == FANOUT_LEGACY ? make_legacy(e, j, out) : make_small(e, j, tier, out);
}

/* A frame says which tier it is of, so one that serves as two tiers is copied for the second. */
static int copy_frame(struct encoder *e, const struct frame *from, struct frame **out)
{
    int rc = frame_new(e->pool, from->len, out);
    if (rc != 0)
        return rc;
    memcpy((*out)->data, from->data, from->len);
    (*out)->len = from->len;
    (*out)->format = from->format;
    (*out)->width = from->width;
    (*out)->height = from->height;
    return 0;
}

static int publish_tier(struct encoder *e, struct job *j, unsigned tier, uint32_t number)
{
    struct frame *made = NULL;
    int rc = make_tier(e, j, tier, &made);
    if (rc != 0)
        return rc;
    if (made->len > PROTO_FRAME_BYTES_MAX) {
        frame_unref(&made);
        return ERR_LIMIT;
    }
    if (made == j->picture && tier != 0) {
        frame_unref(&made);
        rc = copy_frame(e, j->picture, &made);
        if (rc != 0)
            return rc;
    }
    made->tier = (uint8_t)tier;
    made->number = number;
    made->capture_us = j->picture->capture_us;
    made->wall_us = j->picture->wall_us;
    history_add(e->settings.history, made);
    fanout_publish(e->settings.fanout, made);
    frame_unref(&made);
    return 0;
}

static void note_fault(struct encoder *e, int rc)
{
    if (rc != 0 && rc != e->fault)
        log_warning(_("camera %s: a picture could not be encoded: %s"), e->settings.camera,
                    err_str(rc));
    e->fault = rc;
}

static void encode(struct encoder *e, struct frame *picture)
{
    struct job j = {.picture = picture};
    uint32_t number = atomic_fetch_add_explicit(&e->next, 1, memory_order_relaxed);
    int fault = 0;
    for (unsigned tier = 0; tier < FANOUT_TIERS; tier++) {
        if (!fanout_wants(e->settings.fanout, tier) && !(tier == 0 && e->settings.always))
            continue;
        int rc = publish_tier(e, &j, tier, number);
        fault = rc ? rc : fault;
    }
    note_fault(e, fault);
    frame_unref(&j.raw);
}

static void run(void *arg)
{
    struct encoder *e = arg;
    void *item;
    while (queue_pop(e->queue, UINT64_MAX, &item) == 0) {
        struct frame *picture = item;
        encode(e, picture);
        frame_unref(&picture);
    }
}

static void encoder_free(struct encoder *e)
{
    queue_free(e->queue);
    mjpeg_enc_free(e->enc);
    mjpeg_dec_free(e->dec);
    frame_pool_free(e->pool);
    mem_free(e);
}

int encoder_start(const struct encoder_settings *settings, struct encoder **out)
{
    struct encoder *e = mem_zero(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->settings = *settings;
    e->legacy_quality = settings->quality;
    int rc = queue_new(&e->queue, ENCODER_QUEUE, SIZE_MAX, QUEUE_DROP_OLDEST, frame_drop);
    if (rc == 0)
        rc = frame_pool_new(ENCODER_POOL, &e->pool);
    if (rc == 0)
        rc = mjpeg_enc_new(&e->enc);
    if (rc == 0)
        rc = mjpeg_dec_new(&e->dec);
    if (rc == 0)
        rc = thread_start(&e->thread, "encoder", THREAD_STACK, run, e);
    if (rc != 0) {
        encoder_free(e);
        return rc;
    }
    *out = e;
    return 0;
}

void encoder_push(struct encoder *e, struct frame *picture)
{
    queue_push(e->queue, picture, picture->len);
}

void encoder_stop(struct encoder *e)
{
    if (!e)
        return;
    queue_close(e->queue);
    thread_join(&e->thread);
    encoder_free(e);
}

uint32_t encoder_next_number(const struct encoder *e)
{
    return atomic_load_explicit(&e->next, memory_order_relaxed);
}
