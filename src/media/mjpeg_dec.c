/* SPDX-License-Identifier: MIT */
#include "media/mjpeg_dec.h"

#include <errno.h>
#include <string.h>
#include <turbojpeg.h>

#include "media/mjpeg_eighth.h"
#include "media/mjpeg_probe.h"
#include "util/alloc.h"
#include "util/err.h"

#ifdef TJFLAG_LIMITSCANS /* a small file may ask for very many passes over a large picture */
enum { DECODE_FLAGS = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS };
#else
enum { DECODE_FLAGS = TJFLAG_STOPONWARNING };
#endif

struct mjpeg_dec {
    tjhandle handle;
    struct mjpeg_eighth *eighth;
    uint8_t *planes; /* of a picture that libjpeg-turbo does not lay out as a frame does */
    size_t planes_cap;
};

/* A JPEG on its way into a frame. */
struct job {
    const uint8_t *jpeg;
    size_t len;
    int width, height; /* wanted */
    int subsampling, colours;
    enum frame_format format;
};

int mjpeg_dec_new(struct mjpeg_dec **out)
{
    struct mjpeg_dec *d = mem_zero(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->handle = tjInitDecompress();
    if (!d->handle || mjpeg_eighth_new(&d->eighth) < 0) {
        mjpeg_dec_free(d);
        return -ENOMEM;
    }
    *out = d;
    return 0;
}

void mjpeg_dec_free(struct mjpeg_dec *d)
{
    if (!d)
        return;
    if (d->handle)
        tjDestroy(d->handle);
    mjpeg_eighth_free(d->eighth);
    mem_free(d->planes);
    mem_free(d);
}

/* What the picture is, refused before any buffer exists if it claims too much. */
static int look(struct mjpeg_dec *d, unsigned scale, struct job *job)
{
    struct mjpeg_info info;
    if (mjpeg_probe(job->jpeg, job->len, &info) < 0)
        return ERR_FORMAT;
    if (info.width > MJPEG_SIDE_MAX || info.height > MJPEG_SIDE_MAX ||
        (uint64_t)info.width * info.height > MJPEG_PIXELS_MAX)
        return ERR_LIMIT;
    int width, height;
    if (tjDecompressHeader3(d->handle, job->jpeg, job->len, &width, &height, &job->subsampling,
                            &job->colours) < 0 ||
        (unsigned)width != info.width || (unsigned)height != info.height)
        return ERR_FORMAT;
    job->width = (width + (int)scale - 1) / (int)scale;
    job->height = (height + (int)scale - 1) / (int)scale;
    return 0;
}

static int decode_rgba(struct mjpeg_dec *d, const struct job *job, unsigned scale, struct frame *f)
{
    if (scale == 8 && mjpeg_eighth_decode(d->eighth, job->jpeg, job->len, f) == 0)
        return 0;
    int r = tjDecompress2(d->handle, job->jpeg, job->len, f->data, job->width, 0, job->height,
                          TJPF_RGBA, DECODE_FLAGS);
    return r < 0 ? ERR_FORMAT : 0;
}

/* A plane as libjpeg-turbo pads it. */
struct plane {
    uint8_t *at;
    int width, height;
};

/* Lays the picture's planes out in d->planes. */
static int lay_out(struct mjpeg_dec *d, const struct job *job, struct plane plane[3])
{
    size_t bytes = 0, offset[3] = {0};
    int planes = job->subsampling == TJSAMP_GRAY ? 1 : 3;
    for (int i = 0; i < planes; i++) {
        plane[i].width = tjPlaneWidth(i, job->width, job->subsampling);
        plane[i].height = tjPlaneHeight(i, job->height, job->subsampling);
        if (plane[i].width <= 0 || plane[i].height <= 0)
            return ERR_FORMAT;
        offset[i] = bytes;
        bytes += (size_t)plane[i].width * (size_t)plane[i].height;
    }
    if (bytes > d->planes_cap) {
        mem_free(d->planes);
        d->planes = mem_alloc(bytes);
        d->planes_cap = d->planes ? bytes : 0;
        if (!d->planes)
            return -ENOMEM;
    }
    for (int i = 0; i < planes; i++)
        plane[i].at = d->planes + offset[i];
    return 0;
}

/* One chroma plane of any subsampling to 4:2:0: the mean of what lies over each 2x2 pixels. */
static void chroma_420(const struct plane *from, int across, int down, uint8_t *to, int width,
                       int height)
{
    for (int y = 0; y < height; y++) {
        int y0 = 2 * y / down, y1 = (2 * y + 1) / down;
        const uint8_t *upper = from->at + (size_t)y0 * (size_t)from->width;
        const uint8_t *lower =
            y1 < from->height ? from->at + (size_t)y1 * (size_t)from->width : upper;
        for (int x = 0; x < width; x++) {
            int x0 = 2 * x / across, x1 = (2 * x + 1) / across;
            x1 = x1 < from->width ? x1 : x0;
            *to++ = (uint8_t)((upper[x0] + upper[x1] + lower[x0] + lower[x1] + 2) / 4);
        }
    }
}

static void convert(const struct job *job, const struct plane from[3], struct frame *f)
{
    uint8_t *to[3];
    int stride[3];
    frame_i420_planes(f, to, stride);
    for (int y = 0; y < job->height; y++)
        memcpy(to[0] + (size_t)y * (size_t)stride[0],
               from[0].at + (size_t)y * (size_t)from[0].width, (size_t)job->width);
    int half_width = (job->width + 1) / 2, half_height = (job->height + 1) / 2;
    for (int i = 1; i < 3; i++) {
        if (job->subsampling == TJSAMP_GRAY)
            memset(to[i], 128, (size_t)half_width * (size_t)half_height);
        else
            chroma_420(&from[i], tjMCUWidth[job->subsampling] / 8,
                       tjMCUHeight[job->subsampling] / 8, to[i], half_width, half_height);
    }
}

static int decode_i420(struct mjpeg_dec *d, const struct job *job, struct frame *f)
{
    if (job->subsampling < 0 || job->subsampling >= TJ_NUMSAMP ||
        (job->colours != TJCS_YCbCr && job->colours != TJCS_GRAY))
        return ERR_FORMAT;
    bool direct = job->subsampling == TJSAMP_420 && job->width % 2 == 0 && job->height % 2 == 0;
    struct plane plane[3] = {0};
    uint8_t *to[3];
    int stride[3];
    frame_i420_planes(f, to, stride);
    if (!direct) {
        int r = lay_out(d, job, plane);
        if (r < 0)
            return r;
        for (int i = 0; i < 3; i++) {
            to[i] = plane[i].at;
            stride[i] = plane[i].width;
        }
    }
    if (tjDecompressToYUVPlanes(d->handle, job->jpeg, job->len, to, job->width, stride, job->height,
                                DECODE_FLAGS) < 0)
        return ERR_FORMAT;
    if (!direct)
        convert(job, plane, f);
    return 0;
}

int mjpeg_dec_frame(struct mjpeg_dec *d, const uint8_t *jpeg, size_t len, enum frame_format format,
                    unsigned scale, struct frame_pool *pool, struct frame **out)
{
    if ((scale != 1 && scale != 2 && scale != 4 && scale != 8) || format == FRAME_JPEG)
        return -EINVAL;
    struct job job = {.jpeg = jpeg, .len = len, .format = format};
    int r = look(d, scale, &job);
    if (r < 0)
        return r;
    size_t bytes = format == FRAME_I420
                       ? frame_i420_bytes((unsigned)job.width, (unsigned)job.height)
                       : (size_t)job.width * (size_t)job.height * 4;
    struct frame *f;
    r = frame_new(pool, bytes, &f);
    if (r < 0)
        return r;
    f->len = bytes;
    f->format = format;
    f->width = (uint16_t)job.width;
    f->height = (uint16_t)job.height;
    r = format == FRAME_I420 ? decode_i420(d, &job, f) : decode_rgba(d, &job, scale, f);
    if (r < 0)
        frame_unref(&f);
    else
        *out = f;
    return r;
}
