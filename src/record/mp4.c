/* SPDX-License-Identifier: MIT */
#include "record/mp4.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <string.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

/* libavformat fills in the sizes of boxes afterwards, so the buffer must hold any moov or moof. */
enum { IO_BYTES = 256 * 1024 };

struct mp4 {
    const struct disk *disk;
    int fd;
    AVFormatContext *av;
    AVPacket *packet; /* describes held to libavformat */
    uint8_t *held;    /* the packet held back */
    size_t held_len, held_cap;
    int64_t held_time;
    int held_key;
    bool holding, in_fragment;
    int64_t fragment_time; /* of the first packet of the fragment that libavformat collects */
    uint64_t bytes;        /* the kernel has */
    uint64_t whole;        /* of them up to the end of the last whole fragment */
    uint64_t frames, whole_frames; /* likewise: given to libavformat, in whole fragments */
    int err;                       /* the first error of the disk; sticky */
};

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t io_byte;
#else
typedef uint8_t io_byte;
#endif

/* libavformat's own file protocol would buffer 256 KiB and lose the error. */
static int on_write(void *opaque, io_byte *bytes, int len)
{
    struct mp4 *m = opaque;
    if (m->err == 0)
        m->err = m->disk->write(m->fd, bytes, (size_t)len);
    if (m->err < 0)
        return AVERROR(EIO);
    m->bytes += (uint64_t)len;
    return len;
}

/* What went wrong, told by the disk if it was the disk. */
static int failed(const struct mp4 *m, const char *what, int av_error)
{
    if (m->err < 0)
        return m->err;
    if (av_error == AVERROR(ENOMEM))
        return -ENOMEM;
    char text[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(av_error, text, sizeof text);
    log_error(_("cannot write MP4: %s: %s"), what, text);
    return ERR_LIBRARY;
}

static int open_io(struct mp4 *m)
{
    uint8_t *buffer = av_malloc(IO_BYTES);
    if (!buffer)
        return -ENOMEM;
    m->av->pb = avio_alloc_context(buffer, IO_BYTES, 1, m, NULL, on_write, NULL);
    if (!m->av->pb) {
        av_free(buffer);
        return -ENOMEM;
    }
    m->av->pb->seekable = 0;
    m->av->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_FLUSH_PACKETS;
    return 0;
}

static enum AVCodecID codec_id(enum mp4_codec codec)
{
    switch (codec) {
    case MP4_H264:
        return AV_CODEC_ID_H264;
    case MP4_MPEG4:
        return AV_CODEC_ID_MPEG4;
    default:
        return AV_CODEC_ID_MJPEG;
    }
}

static int describe_stream(struct mp4 *m, const struct mp4_settings *s)
{
    AVStream *stream = avformat_new_stream(m->av, NULL);
    if (!stream)
        return -ENOMEM;
    stream->time_base = (AVRational){1, MP4_TICKS};
    AVCodecParameters *par = stream->codecpar;
    par->codec_type = AVMEDIA_TYPE_VIDEO;
    par->codec_id = codec_id(s->codec);
    par->width = (int)s->width;
    par->height = (int)s->height;
    if (s->extradata_len == 0)
        return 0;
    par->extradata = av_mallocz(s->extradata_len + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!par->extradata)
        return -ENOMEM;
    memcpy(par->extradata, s->extradata, s->extradata_len);
    par->extradata_size = (int)s->extradata_len;
    return 0;
}

static int describe_file(struct mp4 *m, const struct mp4_settings *s)
{
    char time[40], comment[128];
    wall_rfc3339(s->start_wall_us, time, sizeof time);
    text_format(comment, sizeof comment, MP4_MARK " from %s", time);
    if (av_dict_set(&m->av->metadata, "creation_time", time, 0) < 0 ||
        av_dict_set(&m->av->metadata, "comment", comment, 0) < 0 ||
        av_dict_set(&m->av->metadata, "title", s->title, 0) < 0)
        return -ENOMEM;
    return 0;
}

/* Fragments end where mp4_write says (frag_custom), since in MJPEG every frame is a key frame. */
static int write_header(struct mp4 *m)
{
    AVDictionary *options = NULL;
    av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_custom+skip_trailer", 0);
    int rc = avformat_write_header(m->av, &options);
    av_dict_free(&options);
    if (rc >= 0)
        avio_flush(m->av->pb);
    if (rc < 0 || m->err < 0)
        return failed(m, "header", rc);
    m->whole = m->bytes;
    return 0;
}

static void mp4_free(struct mp4 *m)
{
    if (m->av && m->av->pb) {
        av_freep(&m->av->pb->buffer);
        avio_context_free(&m->av->pb);
    }
    avformat_free_context(m->av);
    av_packet_free(&m->packet);
    mem_free(m->held);
    mem_free(m);
}

static int start(struct mp4 *m, const struct mp4_settings *s)
{
    av_log_set_level(AV_LOG_FATAL); /* what libav has to say comes back as a code */
    m->packet = av_packet_alloc();
    if (!m->packet || avformat_alloc_output_context2(&m->av, NULL, "mp4", NULL) < 0)
        return -ENOMEM;
    int rc = open_io(m);
    if (rc == 0)
        rc = describe_stream(m, s);
    if (rc == 0)
        rc = describe_file(m, s);
    return rc < 0 ? rc : write_header(m);
}

int mp4_open(int fd, const struct mp4_settings *s, struct mp4 **out)
{
    struct mp4 *m = mem_zero(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    m->fd = fd;
    m->disk = s->disk;
    int rc = start(m, s);
    if (rc < 0) {
        mp4_free(m);
        return rc;
    }
    *out = m;
    return 0;
}

static int end_fragment(struct mp4 *m)
{
    if (!m->in_fragment)
        return 0;
    int rc = av_write_frame(m->av, NULL);
    avio_flush(m->av->pb);
    if (rc < 0 || m->err < 0)
        return failed(m, "fragment", rc);
    m->whole = m->bytes;
    m->whole_frames = m->frames;
    m->in_fragment = false;
    return 0;
}

/* Passes on the packet held back, now that its end is known. */
static int release(struct mp4 *m, int64_t end)
{
    AVPacket *p = m->packet;
    p->data = m->held;
    p->size = (int)m->held_len;
    p->pts = p->dts = m->held_time;
    p->duration = end - m->held_time;
    p->flags = m->held_key ? AV_PKT_FLAG_KEY : 0;
    int rc = av_write_frame(m->av, p);
    if (rc < 0 || m->err < 0)
        return failed(m, "frame", rc);
    if (!m->in_fragment)
        m->fragment_time = m->held_time;
    m->in_fragment = true;
    m->holding = false;
    m->frames++;
    return end - m->fragment_time >= MP4_FRAGMENT_TICKS ? end_fragment(m) : 0;
}

static int hold(struct mp4 *m, const uint8_t *bytes, size_t len, int64_t time, int key)
{
    if (len > m->held_cap) {
        uint8_t *grown = mem_grow(m->held, len + len / 4, 1);
        if (!grown)
            return -ENOMEM;
        m->held = grown;
        m->held_cap = len + len / 4;
    }
    memcpy(m->held, bytes, len);
    m->held_len = len;
    m->held_time = time;
    m->held_key = key;
    m->holding = true;
    return 0;
}

int mp4_write(struct mp4 *m, const uint8_t *bytes, size_t len, int64_t time, int key)
{
    if (len == 0 || len > INT32_MAX || (m->holding && time <= m->held_time))
        return -EINVAL;
    int rc = m->holding ? release(m, time) : 0;
    return rc < 0 ? rc : hold(m, bytes, len, time, key);
}

int mp4_flush(struct mp4 *m)
{
    return m->err < 0 ? m->err : end_fragment(m);
}

int mp4_close(struct mp4 *m, int64_t end_time, struct mp4_total *total)
{
    int rc = m->err;
    if (rc == 0 && m->holding)
        rc = release(m, end_time > m->held_time ? end_time : m->held_time + 1);
    if (rc == 0)
        rc = end_fragment(m);
    if (rc < 0)
        m->disk->truncate(m->fd, (off_t)m->whole); /* best effort: a torn end is harmless, too */
    if (total)
        *total = (struct mp4_total){.frames = m->whole_frames, .bytes = m->whole};
    mp4_free(m); /* a fragmented file needs no trailer */
    return rc;
}

uint64_t mp4_bytes(const struct mp4 *m)
{
    return m->bytes;
}
