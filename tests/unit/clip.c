/* SPDX-License-Identifier: MIT */
#include "unit/clip.h"

#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/mjpeg_enc.h"
#include "media/mjpeg_probe.h"
#include "media/testcard.h"

enum { QUALITY = 80 };

static void require(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "cannot make a clip: %s\n", what);
    abort();
}

struct frame *clip_raw(struct frame_pool *pool, uint32_t n)
{
    struct testcard *card;
    struct frame *raw;
    require(testcard_new(CLIP_WIDTH, CLIP_HEIGHT, "clip", &card) == 0, "card");
    require(testcard_draw(card, n, n * 1000, 0, pool, &raw) == 0, "draw");
    testcard_free(card);
    return raw;
}

/* Takes every DHT segment out. */
static void strip_tables(struct frame *jpeg)
{
    struct mjpeg_info info;
    require(mjpeg_probe(jpeg->data, jpeg->len, &info) == 0, "probe");
    size_t at = 2, to = 2;
    while (at < info.sos) {
        size_t size = 2 + ((size_t)jpeg->data[at + 2] << 8 | jpeg->data[at + 3]);
        if (jpeg->data[at + 1] != 0xc4) {
            memmove(jpeg->data + to, jpeg->data + at, size);
            to += size;
        }
        at += size;
    }
    memmove(jpeg->data + to, jpeg->data + at, jpeg->len - at);
    jpeg->len = to + jpeg->len - at;
}

struct frame *clip_jpeg(struct frame_pool *pool, uint32_t n, bool bare)
{
    struct mjpeg_enc *enc;
    struct frame *raw = clip_raw(pool, n), *jpeg;
    require(mjpeg_enc_new(&enc) == 0, "encoder");
    require(mjpeg_enc_frame(enc, raw, QUALITY, pool, &jpeg) == 0, "encode");
    mjpeg_enc_free(enc);
    frame_unref(&raw);
    if (bare)
        strip_tables(jpeg);
    return jpeg;
}

/* A film being written. */
struct film {
    const struct clip *clip;
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *encoder; /* NULL: JPEGs */
    AVPacket *packet;
    struct frame_pool *pool;
};

static void write_packet(struct film *f, AVRational base)
{
    av_packet_rescale_ts(f->packet, base, f->stream->time_base);
    f->packet->stream_index = 0;
    require(av_interleaved_write_frame(f->format, f->packet) >= 0, "write");
}

static void write_jpeg(struct film *f, uint32_t n)
{
    struct frame *jpeg = clip_jpeg(f->pool, n, f->clip->bare);
    require(av_new_packet(f->packet, (int)jpeg->len) >= 0, "packet");
    memcpy(f->packet->data, jpeg->data, jpeg->len);
    frame_unref(&jpeg);
    f->packet->pts = f->packet->dts = f->clip->no_times ? AV_NOPTS_VALUE : n;
    bool stays = n + 1 == f->clip->frames && f->clip->last_length;
    f->packet->duration = f->clip->no_times ? 0 : stays ? f->clip->last_length : 1;
    f->packet->flags = AV_PKT_FLAG_KEY;
    write_packet(f, (AVRational){f->clip->rate_den, f->clip->rate_num});
}

static void write_encoded(struct film *f)
{
    while (avcodec_receive_packet(f->encoder, f->packet) >= 0)
        write_packet(f, f->encoder->time_base);
}

static void encode(struct film *f, uint32_t n)
{
    struct frame *raw = clip_raw(f->pool, n);
    AVFrame *picture = av_frame_alloc();
    uint8_t *plane[3];
    int stride[3];
    frame_i420_planes(raw, plane, stride);
    require(picture, "picture");
    picture->format = AV_PIX_FMT_YUV420P;
    picture->width = CLIP_WIDTH;
    picture->height = CLIP_HEIGHT;
    picture->pts = n;
    require(av_frame_get_buffer(picture, 0) >= 0, "picture");
    for (int i = 0; i < 3; i++)
        for (int y = 0; y < CLIP_HEIGHT / (i ? 2 : 1); y++)
            memcpy(picture->data[i] + y * picture->linesize[i], plane[i] + y * stride[i],
                   (size_t)stride[i]);
    require(avcodec_send_frame(f->encoder, picture) >= 0, "encode");
    write_encoded(f);
    av_frame_free(&picture);
    frame_unref(&raw);
}

static void open_encoder(struct film *f)
{
    const AVCodec *codec = avcodec_find_encoder(f->clip->codec);
    require(codec, "no such encoder");
    f->encoder = avcodec_alloc_context3(codec);
    require(f->encoder, "encoder");
    f->encoder->width = CLIP_WIDTH;
    f->encoder->height = CLIP_HEIGHT;
    f->encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    f->encoder->time_base = (AVRational){f->clip->rate_den, f->clip->rate_num};
    f->encoder->framerate = (AVRational){f->clip->rate_num, f->clip->rate_den};
    f->encoder->gop_size = 5;
    f->encoder->max_b_frames = 2;
    f->encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    f->encoder->global_quality = 3 * FF_QP2LAMBDA;
    if (f->format->oformat->flags & AVFMT_GLOBALHEADER)
        f->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    require(avcodec_open2(f->encoder, codec, NULL) >= 0, "encoder");
    require(avcodec_parameters_from_context(f->stream->codecpar, f->encoder) >= 0, "parameters");
}

static void open_film(struct film *f)
{
    av_log_set_level(AV_LOG_ERROR);
    require(avformat_alloc_output_context2(&f->format, NULL, NULL, f->clip->path) >= 0, "format");
    f->stream = avformat_new_stream(f->format, NULL);
    f->packet = av_packet_alloc();
    require(f->stream && f->packet && frame_pool_new(2, &f->pool) == 0, "memory");
    f->stream->time_base = (AVRational){f->clip->rate_den, f->clip->rate_num};
    f->stream->avg_frame_rate = (AVRational){f->clip->rate_num, f->clip->rate_den};
    f->stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
    f->stream->codecpar->codec_id = f->clip->codec;
    f->stream->codecpar->width = CLIP_WIDTH;
    f->stream->codecpar->height = CLIP_HEIGHT;
    if (f->clip->codec != AV_CODEC_ID_MJPEG)
        open_encoder(f);
    require(avio_open(&f->format->pb, f->clip->path, AVIO_FLAG_WRITE) >= 0, f->clip->path);
    require(avformat_write_header(f->format, NULL) >= 0, "header");
}

void clip_make(const struct clip *clip)
{
    struct film f = {.clip = clip};
    open_film(&f);
    for (uint32_t n = 0; n < clip->frames; n++) {
        if (f.encoder)
            encode(&f, n);
        else
            write_jpeg(&f, n);
    }
    if (f.encoder) {
        require(avcodec_send_frame(f.encoder, NULL) >= 0, "flush");
        write_encoded(&f);
    }
    require(av_write_trailer(f.format) >= 0, "trailer");
    avio_closep(&f.format->pb);
    avformat_free_context(f.format);
    avcodec_free_context(&f.encoder);
    av_packet_free(&f.packet);
    frame_pool_free(f.pool);
}
