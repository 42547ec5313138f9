/* SPDX-License-Identifier: MIT */
#include "capture/source_av_picture.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <string.h>

#include "media/mjpeg_probe.h"
#include "util/err.h"

void source_av_picture_fini(struct source_av_picture *p)
{
    sws_freeContext(p->sws);
    av_frame_free(&p->converted);
    *p = (struct source_av_picture){0};
}

/* The formats that have their range in their name are deprecated: the plain one of each. */
static int plain_format(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    default:
        return format;
    }
}

static int matrix_of(const AVFrame *from)
{
    return from->colorspace == AVCOL_SPC_BT709        ? SWS_CS_ITU709
           : from->colorspace == AVCOL_SPC_BT2020_NCL ? SWS_CS_BT2020
                                                      : SWS_CS_ITU601;
}

static int make_sws(struct source_av_picture *p)
{
    sws_freeContext(p->sws);
    p->sws = sws_alloc_context();
    if (!p->sws)
        return -ENOMEM;
    const struct {
        const char *name;
        int64_t value;
    } options[] = {
        {"srcw", p->made_for.width},        {"srch", p->made_for.height},
        {"src_format", p->made_for.format}, {"src_range", p->made_for.full_range},
        {"dstw", p->made_for.out_width},    {"dsth", p->made_for.out_height},
        {"dst_format", AV_PIX_FMT_YUV420P}, {"dst_range", 1},
        {"sws_flags", SWS_BICUBIC},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        av_opt_set_int(p->sws, options[i].name, options[i].value, 0);
    if (sws_init_context(p->sws, NULL, NULL) < 0 ||
        sws_setColorspaceDetails(p->sws, sws_getCoefficients(p->made_for.matrix),
                                 p->made_for.full_range, sws_getCoefficients(SWS_CS_ITU601), 1, 0,
                                 1 << 16, 1 << 16) < 0) {
        sws_freeContext(p->sws);
        p->sws = NULL;
        return ERR_LIBRARY;
    }
    return 0;
}

static int make_converted(struct source_av_picture *p)
{
    av_frame_free(&p->converted);
    p->converted = av_frame_alloc();
    if (!p->converted)
        return -ENOMEM;
    p->converted->format = AV_PIX_FMT_YUV420P;
    p->converted->width = p->made_for.out_width;
    p->converted->height = p->made_for.out_height;
    return av_frame_get_buffer(p->converted, 0) < 0 ? -ENOMEM : 0;
}

/* Into p->converted. */
static int convert(struct source_av_picture *p, const AVFrame *from, bool full_range, int width,
                   int height)
{
    int format = plain_format(from->format), matrix = matrix_of(from);
    if (!p->sws || p->made_for.width != from->width || p->made_for.height != from->height ||
        p->made_for.format != format || p->made_for.matrix != matrix ||
        p->made_for.full_range != full_range || p->made_for.out_width != width ||
        p->made_for.out_height != height) {
        p->made_for.width = from->width;
        p->made_for.height = from->height;
        p->made_for.format = format;
        p->made_for.matrix = matrix;
        p->made_for.full_range = full_range;
        p->made_for.out_width = width;
        p->made_for.out_height = height;
        int r = make_sws(p);
        if (r == 0)
            r = make_converted(p);
        if (r < 0) {
            source_av_picture_fini(p);
            return r;
        }
    }
    int lines = sws_scale(p->sws, (const uint8_t *const *)from->data, from->linesize, 0,
                          from->height, p->converted->data, p->converted->linesize);
    return lines == height ? 0 : ERR_LIBRARY;
}

static void copy_planes(const AVFrame *from, struct frame *f)
{
    uint8_t *to[3];
    int stride[3];
    frame_i420_planes(f, to, stride);
    for (int i = 0; i < 3; i++) {
        int lines = i ? (f->height + 1) / 2 : f->height;
        for (int y = 0; y < lines; y++)
            memcpy(to[i] + (size_t)y * (size_t)stride[i],
                   from->data[i] + (ptrdiff_t)y * from->linesize[i], (size_t)stride[i]);
    }
}

int source_av_picture_convert(struct source_av_picture *p, const AVFrame *from, unsigned width,
                              unsigned height, struct frame_pool *pool, struct frame **out)
{
    bool full_range =
        from->color_range == AVCOL_RANGE_JPEG || plain_format(from->format) != from->format;
    bool as_it_is = plain_format(from->format) == AV_PIX_FMT_YUV420P && full_range &&
                    matrix_of(from) == SWS_CS_ITU601 && from->width == (int)width &&
                    from->height == (int)height;
    struct frame *f;
    int r = as_it_is ? 0 : convert(p, from, full_range, (int)width, (int)height);
    if (r == 0)
        r = frame_new(pool, frame_i420_bytes(width, height), &f);
    if (r < 0)
        return r;
    f->len = frame_i420_bytes(width, height);
    f->format = FRAME_I420;
    f->width = (uint16_t)width;
    f->height = (uint16_t)height;
    copy_planes(as_it_is ? from : p->converted, f);
    *out = f;
    return 0;
}

int source_av_picture_jpeg(const uint8_t *bytes, size_t len, struct frame_pool *pool,
                           struct frame **out)
{
    struct mjpeg_info info;
    if (mjpeg_probe_whole(bytes, len, &info) < 0 || info.width > MJPEG_SIDE_MAX ||
        info.height > MJPEG_SIDE_MAX || (uint64_t)info.width * info.height > MJPEG_PIXELS_MAX)
        return ERR_FORMAT;
    size_t tables_len;
    const uint8_t *tables = mjpeg_standard_dht(&tables_len);
    if (info.has_huffman)
        tables_len = 0;
    struct frame *f;
    int r = frame_new(pool, info.end + tables_len, &f);
    if (r < 0)
        return r;
    memcpy(f->data, bytes, info.sos);
    memcpy(f->data + info.sos, tables, tables_len);
    memcpy(f->data + info.sos + tables_len, bytes + info.sos, info.end - info.sos);
    f->len = info.end + tables_len;
    f->format = FRAME_JPEG;
    f->width = (uint16_t)info.width;
    f->height = (uint16_t)info.height;
    *out = f;
    return 0;
}
