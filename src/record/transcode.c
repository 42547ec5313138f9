/* SPDX-License-Identifier: MIT */
#include "record/transcode.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

#include "media/mjpeg_dec.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

/* MPEG-4 refuses time bases over 65 535; three ticks are its finest clock. The file keeps the true
 * times in any case. */
enum { MPEG4_TICKS = 3, DELAY_MAX = 64, KEY_INTERVAL = 50, MPEG4_QUALITY = 4 };

struct transcode {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    struct mjpeg_dec *decoder;
    struct frame_pool *pool;
    transcode_sink *sink;
    void *ctx;
    unsigned width, height;   /* of the pictures that come in */
    enum AVColorRange range;  /* of what goes into the encoder */
    int ticks;                /* of 1/90 000 s in one of the encoder's */
    int64_t next_pts;         /* the least that the encoder takes */
    int64_t times[DELAY_MAX]; /* of pictures inside the encoder, oldest at first */
    unsigned first, inside;
};

static int library(const char *what, int av_error)
{
    if (av_error == AVERROR(ENOMEM))
        return -ENOMEM;
    char text[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(av_error, text, sizeof text);
    log_error(_("cannot encode: %s: %s"), what, text);
    return ERR_LIBRARY;
}

static void configure(struct transcode *t, enum mp4_codec codec)
{
    AVCodecContext *c = t->codec;
    t->ticks = codec == MP4_MPEG4 ? MPEG4_TICKS : 1;
    t->range = codec == MP4_MPEG4 ? AVCOL_RANGE_MPEG : AVCOL_RANGE_JPEG;
    c->width = (int)(t->width & ~1u);
    c->height = (int)(t->height & ~1u);
    c->time_base = (AVRational){t->ticks, MP4_TICKS};
    c->framerate = (AVRational){25, 1}; /* a hint for rate control; times are what they are */
    c->pix_fmt = AV_PIX_FMT_YUV420P;
    c->color_range = t->range;
    c->colorspace = AVCOL_SPC_BT470BG;
    c->max_b_frames = 0; /* so that a fragment may end anywhere */
    c->gop_size = KEY_INTERVAL;
    c->thread_count = 1;
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (codec == MP4_MPEG4) {
        c->flags |= AV_CODEC_FLAG_QSCALE;
        c->global_quality = FF_QP2LAMBDA * MPEG4_QUALITY;
    } else {
        av_opt_set(c->priv_data, "preset", "superfast", 0);
        av_opt_set(c->priv_data, "crf", "23", 0);
    }
}

static int start(struct transcode *t, enum mp4_codec codec)
{
    av_log_set_level(AV_LOG_FATAL);
    const char *name = codec == MP4_MPEG4 ? "mpeg4" : "libx264";
    const AVCodec *encoder = avcodec_find_encoder_by_name(name);
    if (!encoder) {
        log_error(_("cannot encode: this FFmpeg was built without %s"), name);
        return ERR_LIBRARY;
    }
    t->codec = avcodec_alloc_context3(encoder);
    t->frame = av_frame_alloc();
    t->packet = av_packet_alloc();
    if (!t->codec || !t->frame || !t->packet)
        return -ENOMEM;
    configure(t, codec);
    int rc = avcodec_open2(t->codec, encoder, NULL);
    if (rc < 0)
        return library(name, rc);
    rc = frame_pool_new(2, &t->pool);
    return rc < 0 ? rc : mjpeg_dec_new(&t->decoder);
}

int transcode_open(enum mp4_codec codec, unsigned width, unsigned height, transcode_sink *sink,
                   void *ctx, struct transcode **out)
{
    struct transcode *t = mem_zero(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    t->width = width;
    t->height = height;
    t->sink = sink;
    t->ctx = ctx;
    int rc = start(t, codec);
    if (rc < 0) {
        transcode_close(t);
        return rc;
    }
    *out = t;
    return 0;
}

void transcode_close(struct transcode *t)
{
    if (!t)
        return;
    avcodec_free_context(&t->codec);
    av_frame_free(&t->frame);
    av_packet_free(&t->packet);
    if (t->decoder)
        mjpeg_dec_free(t->decoder);
    if (t->pool)
        frame_pool_free(t->pool);
    mem_free(t);
}

const uint8_t *transcode_extradata(const struct transcode *t, size_t *len)
{
    *len = (size_t)t->codec->extradata_size;
    return t->codec->extradata;
}

/* The encoders neither reorder nor drop, so the oldest time inside is that of the next packet. */
static int pass_on(struct transcode *t)
{
    if (t->inside == 0)
        return ERR_LIBRARY;
    int64_t time = t->times[t->first];
    t->first = (t->first + 1) % DELAY_MAX;
    t->inside--;
    const AVPacket *p = t->packet;
    return t->sink(t->ctx, p->data, (size_t)p->size, time, (p->flags & AV_PKT_FLAG_KEY) != 0);
}

static int take_packets(struct transcode *t)
{
    int rc = 0;
    while (rc == 0) {
        rc = avcodec_receive_packet(t->codec, t->packet);
        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
            return 0;
        if (rc < 0)
            return library(t->codec->codec->name, rc);
        rc = pass_on(t);
        av_packet_unref(t->packet);
    }
    return rc;
}

static void release_frame(void *opaque, uint8_t *data)
{
    struct frame *f = opaque;
    frame_unref(&f);
}

/* Lends the picture to the encoder; its reference goes with the AVFrame's. */
static int wrap(struct transcode *t, struct frame *picture, int64_t pts)
{
    AVFrame *f = t->frame;
    f->buf[0] = av_buffer_create(picture->data, picture->len, release_frame, picture,
                                 AV_BUFFER_FLAG_READONLY);
    if (!f->buf[0]) {
        frame_unref(&picture);
        return -ENOMEM;
    }
    frame_i420_planes(picture, f->data, f->linesize);
    f->width = t->codec->width;
    f->height = t->codec->height;
    f->format = AV_PIX_FMT_YUV420P;
    f->color_range = t->range;
    f->colorspace = AVCOL_SPC_BT470BG;
    f->quality = t->codec->global_quality;
    f->pts = pts;
    return 0;
}

static void narrow_plane(uint8_t *at, size_t n, int base, int span, int from)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++)
        table[v] = (uint8_t)(base + ((v - from) * span + (v < from ? -127 : 127)) / 255);
    for (size_t i = 0; i < n; i++)
        at[i] = table[at[i]];
}

/* From the full range of JPEG to that of video, for MPEG-4, which does not say which it has. */
static void narrow(struct frame *picture)
{
    size_t luma = (size_t)picture->width * picture->height;
    narrow_plane(picture->data, luma, 16, 219, 0);
    narrow_plane(picture->data + luma, picture->len - luma, 128, 224, 128);
}

static int encode(struct transcode *t, struct frame *picture, int64_t time)
{
    if (t->inside == DELAY_MAX) {
        frame_unref(&picture);
        return ERR_LIBRARY;
    }
    int64_t pts = time / t->ticks;
    if (pts < t->next_pts)
        pts = t->next_pts;
    int rc = wrap(t, picture, pts);
    if (rc < 0)
        return rc;
    rc = avcodec_send_frame(t->codec, t->frame);
    av_frame_unref(t->frame);
    if (rc < 0)
        return library(t->codec->codec->name, rc);
    t->next_pts = pts + 1;
    t->times[(t->first + t->inside++) % DELAY_MAX] = time;
    return take_packets(t);
}

int transcode_frame(struct transcode *t, const uint8_t *jpeg, size_t len, int64_t time)
{
    struct frame *picture;
    int rc = mjpeg_dec_frame(t->decoder, jpeg, len, FRAME_I420, 1, t->pool, &picture);
    if (rc < 0)
        return rc;
    if (picture->width != t->width || picture->height != t->height) {
        frame_unref(&picture);
        return ERR_FORMAT;
    }
    if (t->range == AVCOL_RANGE_MPEG)
        narrow(picture);
    return encode(t, picture, time);
}

int transcode_drain(struct transcode *t)
{
    int rc = avcodec_send_frame(t->codec, NULL);
    return rc < 0 && rc != AVERROR_EOF ? library(t->codec->codec->name, rc) : take_packets(t);
}
