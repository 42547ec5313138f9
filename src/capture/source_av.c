/* SPDX-License-Identifier: MIT */
/* A file is decoded one picture ahead: the picture is made, then waits until it is due. Something
 * live is given on as it comes. What is a JPEG already stays one (source_av_picture_jpeg()). */
#include "capture/source_av.h"

#include <errno.h>

#include "capture/source_av_clock.h"
#include "capture/source_av_input.h"
#include "capture/source_av_picture.h"
#include "media/mjpeg_probe.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

enum { DAMAGED_MOST = 250 }; /* unusable pictures in a row until a source counts as failed */

struct source_av {
    struct source base; /* first: the ops are given this and know what it is in */
    struct source_av_input input;
    struct source_av_picture converter;
    AVFrame *picture;
    struct playback playback;
    struct thinning thinning;
    uint64_t first_us, last_us; /* capture times of something live; 0: none yet */
    bool any_in_loop;           /* a file: there was a picture since it began anew */
    bool reopened;              /* … which it did by opening, since seeking gave none */
};

static const AVRational microsecond = {1, 1000000};

/* The times of the packet or the picture that was just read. */
static int64_t pts_of(const struct source_av *s)
{
    return s->input.decoder ? s->picture->best_effort_timestamp : s->input.packet->pts;
}

static int64_t duration_of(const struct source_av *s)
{
    if (!s->input.decoder)
        return s->input.packet->duration;
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    return s->picture->duration;
#else
    return s->picture->pkt_duration;
#endif
}

/* Capture time of what just came: a camera's own, if it is a recent time of our clock. */
static uint64_t live_capture_us(const struct source_av *s)
{
    int64_t pts = pts_of(s);
    uint64_t arrival = s->input.arrival_us, us = arrival;
    if (s->input.spec.kind == SOURCE_V4L2 && pts > 0) {
        AVRational base = source_av_input_stream(&s->input)->time_base;
        uint64_t own = (uint64_t)av_rescale_q(pts, base, microsecond);
        if (own <= arrival && arrival - own < NS_PER_S / NS_PER_US)
            us = own;
    }
    return us > s->last_us ? us : s->last_us + 1;
}

/* Whether the picture is wanted; if so, when it is due. */
static bool take_live(struct source_av *s, uint64_t *due_ns)
{
    s->last_us = live_capture_us(s);
    if (s->first_us == 0)
        s->first_us = s->last_us;
    *due_ns = s->last_us * NS_PER_US;
    return thinning_keeps(&s->thinning, (int64_t)(s->last_us - s->first_us), 0, microsecond);
}

static bool take_file(struct source_av *s, uint64_t *due_ns)
{
    s->any_in_loop = true;
    s->reopened = false;
    int64_t position = playback_position(&s->playback, pts_of(s), duration_of(s));
    *due_ns = playback_due_ns(&s->playback, position, mono_ns());
    return thinning_keeps(&s->thinning, position, s->playback.step, s->playback.base);
}

/* Reads the next packet or picture; a file begins anew at its end. */
static int advance(struct source_av *s)
{
    for (;;) {
        int r = s->input.decoder ? source_av_input_read_picture(&s->input, s->picture)
                                 : source_av_input_read_packet(&s->input);
        if (r != ERR_END || s->input.live || s->reopened || !s->playback.started)
            return r;
        s->reopened = !s->any_in_loop;
        s->any_in_loop = false;
        playback_loop(&s->playback);
        r = source_av_input_rewind(&s->input, s->reopened);
        if (r < 0)
            return r;
    }
}

static int make_frame(struct source_av *s, struct frame_pool *pool, struct frame **out)
{
    if (!s->input.decoder)
        return source_av_picture_jpeg(s->input.packet->data, (size_t)s->input.packet->size, pool,
                                      out);
    return source_av_picture_convert(&s->converter, s->picture, s->base.info.width,
                                     s->base.info.height, pool, out);
}

static void set_times(struct frame *f, uint64_t due_ns)
{
    f->capture_us = due_ns / NS_PER_US;
    f->wall_us = wall_us() - (int64_t)(mono_us() - f->capture_us);
}

static int av_read(struct source *base, struct frame_pool *pool, struct frame **out)
{
    struct source_av *s = (struct source_av *)base;
    for (int damaged = 0; damaged < DAMAGED_MOST;) {
        uint64_t due_ns;
        struct frame *f;
        int r = advance(s);
        if (r < 0)
            return r;
        bool kept = s->input.live ? take_live(s, &due_ns) : take_file(s, &due_ns);
        r = kept ? make_frame(s, pool, &f) : 0;
        if (s->input.decoder)
            av_frame_unref(s->picture);
        if (r < 0 && r != ERR_FORMAT)
            return r;
        damaged = kept && r < 0 ? damaged + 1 : damaged;
        /* What is not given on takes its time too, or a file of nothing else would spin. */
        if (!s->input.live && stop_wait_until(base->stop, due_ns)) {
            if (kept && r == 0)
                frame_unref(&f);
            return ERR_STOPPED;
        }
        if (kept && r == 0) {
            set_times(f, due_ns);
            *out = f;
            return 0;
        }
    }
    return ERR_FORMAT;
}

static void av_close(struct source *base)
{
    struct source_av *s = (struct source_av *)base;
    source_av_input_close(&s->input);
    source_av_picture_fini(&s->converter);
    av_frame_free(&s->picture);
    mem_free(s);
}

static const struct source_ops av_ops = {.read = av_read, .close = av_close};

static uint32_t to_millihertz(AVRational rate)
{
    if (rate.num <= 0 || rate.den <= 0)
        return 0;
    int64_t millihertz = av_rescale(rate.num, 1000, rate.den);
    return millihertz > 0 && millihertz <= 1000000 ? (uint32_t)millihertz : 0;
}

static int fill_info(struct source_av *s, const struct source_spec *spec, char *error, size_t cap)
{
    const AVCodecParameters *codec = source_av_input_stream(&s->input)->codecpar;
    bool asked = s->input.decoder && spec->width && spec->kind != SOURCE_V4L2;
    int width = asked ? (int)spec->width : codec->width;
    int height = asked ? (int)spec->height : codec->height;
    if (width < 1 || height < 1 || width > MJPEG_SIDE_MAX || height > MJPEG_SIDE_MAX ||
        (int64_t)width * height > MJPEG_PIXELS_MAX) {
        text_format(error, cap, _("cannot open %s: pictures of %dx%d"), spec->name, width, height);
        return ERR_LIMIT;
    }
    AVRational rate = source_av_input_rate(&s->input);
    uint32_t own = to_millihertz(rate);
    bool thinned = spec->millihertz && (own == 0 || spec->millihertz < own);
    s->thinning = (struct thinning){.millihertz = thinned ? spec->millihertz : 0, .slot = -1};
    s->base.info = (struct source_info){.width = (unsigned)width,
                                        .height = (unsigned)height,
                                        .millihertz = thinned ? spec->millihertz : own,
                                        .jpeg = !s->input.decoder};
    playback_init(&s->playback, source_av_input_stream(&s->input)->time_base, rate);
    return 0;
}

int source_av_open(const struct source_spec *spec, struct stop *stop, struct source **out,
                   char *error, size_t cap)
{
    struct source_av *s = mem_zero(1, sizeof *s);
    int r = -ENOMEM;
    if (!s || !(s->picture = av_frame_alloc())) {
        text_format(error, cap, _("cannot open %s: %s"), spec->name, err_str(r));
        mem_free(s);
        return r;
    }
    s->base.ops = &av_ops;
    s->base.stop = stop;
    r = source_av_input_open(&s->input, spec, stop, error, cap);
    if (r == 0)
        r = fill_info(s, spec, error, cap);
    if (r < 0)
        av_close(&s->base);
    else
        *out = &s->base;
    return r;
}
