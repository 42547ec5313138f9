/* SPDX-License-Identifier: MIT */
#include "capture/source_av_input.h"

#include <errno.h>
#include <libavdevice/avdevice.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "capture/source_av_log.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

static const uint64_t open_patience_ns = 15 * NS_PER_S;
static const uint64_t read_patience_ns = 10 * NS_PER_S;
static const uint64_t device_poll_ns = 5 * NS_PER_MS;

static void start_libraries(void)
{
    source_av_log_start();
    avdevice_register_all();
    avformat_network_init();
}

/* FFmpeg's code as one of ours. */
static int our_code(const struct source_av_input *in, int av)
{
    if (av >= 0)
        return 0;
    if (stop_raised(in->stop))
        return ERR_STOPPED;
    if (av == AVERROR_EOF)
        return ERR_END;
    if (av == AVERROR_EXIT)
        return -ETIMEDOUT;
    if (av == AVERROR_INVALIDDATA)
        return ERR_FORMAT;
    return av > -1000 ? av : ERR_LIBRARY; /* its own codes are four letters, thus large */
}

/* A URL without the user and password in it. */
static void shown_location(const char *location, char *buf, size_t cap)
{
    const char *host = strstr(location, "://");
    host = host ? host + 3 : location;
    size_t authority = strcspn(host, "/?#");
    const char *at = memchr(host, '@', authority);
    for (const char *next = at; next;
         next = memchr(at + 1, '@', authority - (size_t)(at + 1 - host)))
        at = next;
    if (at && host != location)
        text_format(buf, cap, "%.*s%s", (int)(host - location), location, at + 1);
    else
        text_copy(buf, cap, location);
}

/* Writes why it cannot be opened: a reason in words, or FFmpeg's code. */
static int fail(const struct source_av_input *in, int av, const char *reason, char *error,
                size_t cap)
{
    char why[AV_ERROR_MAX_STRING_SIZE], where[sizeof in->spec.location];
    if (!reason) {
        if (av == AVERROR_EXIT)
            text_copy(why, sizeof why, _("no answer in time"));
        else
            av_strerror(av, why, sizeof why);
        reason = why;
    }
    shown_location(in->spec.location, where, sizeof where);
    text_format(error, cap, _("cannot open %s: %s"), where, reason);
    return our_code(in, av);
}

/* FFmpeg asks this while it waits. */
static int is_over(void *opaque)
{
    const struct source_av_input *in = opaque;
    return stop_raised(in->stop) || (in->deadline_ns && mono_ns() > in->deadline_ns);
}

static void be_patient(struct source_av_input *in, uint64_t patience_ns)
{
    in->deadline_ns = in->spec.kind == SOURCE_FILE ? 0 : mono_ns() + patience_ns;
}

/* What is asked of a device; the rest of the world gives what it has. */
static void device_options(const struct source_spec *spec, AVDictionary **options)
{
    char text[48];
    if (spec->width) {
        snprintf(text, sizeof text, "%ux%u", spec->width, spec->height);
        av_dict_set(options, "video_size", text, 0);
    }
    if (spec->millihertz) {
        snprintf(text, sizeof text, "%u/1000", spec->millihertz);
        av_dict_set(options, "framerate", text, 0);
    }
}

static int open_format(struct source_av_input *in, const AVInputFormat *kind, const char *pixels)
{
    AVDictionary *options = NULL;
    in->format = avformat_alloc_context();
    if (!in->format)
        return AVERROR(ENOMEM);
    in->format->interrupt_callback = (AVIOInterruptCB){.callback = is_over, .opaque = in};
    if (in->spec.kind == SOURCE_V4L2) {
        /* Its reads know no interruption: with this they do not wait either. */
        in->format->flags |= AVFMT_FLAG_NONBLOCK;
        device_options(&in->spec, &options);
        if (pixels)
            av_dict_set(&options, "input_format", pixels, 0);
    }
    int r = av_dict_parse_string(&options, in->spec.options, "=", ",", 0);
    /* Said of a file, so that no part of its name counts as a protocol. */
    char url[sizeof in->spec.location + 8];
    text_format(url, sizeof url, "%s%s", in->spec.kind == SOURCE_FILE ? "file:" : "",
                in->spec.location);
    if (r >= 0) /* frees the context when it fails */
        r = avformat_open_input(&in->format, url, kind, &options);
    av_dict_free(&options);
    return r;
}

/* Opens; JPEG is asked of a camera first, since it need not be encoded again. */
static int open_location(struct source_av_input *in)
{
    be_patient(in, open_patience_ns);
    if (in->spec.kind != SOURCE_V4L2)
        return open_format(in, NULL, NULL);
    const AVInputFormat *v4l2 = av_find_input_format("v4l2");
    if (!v4l2)
        return AVERROR_DEMUXER_NOT_FOUND;
    int r = open_format(in, v4l2, "mjpeg");
    if (r < 0 && r != AVERROR(ENOENT) && r != AVERROR(EBUSY) && r != AVERROR(EACCES)) {
        avformat_close_input(&in->format);
        r = open_format(in, v4l2, NULL);
    }
    return r;
}

/* Finds the video stream and has everything else thrown away. */
static int find_stream(struct source_av_input *in)
{
    /* A device says all there is to know at once, and must not be read without waiting. */
    int r = in->spec.kind == SOURCE_V4L2 ? 0 : avformat_find_stream_info(in->format, NULL);
    if (r < 0)
        return r;
    in->stream = av_find_best_stream(in->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (in->stream < 0)
        return in->stream;
    for (unsigned i = 0; i < in->format->nb_streams; i++)
        if ((int)i != in->stream)
            in->format->streams[i]->discard = AVDISCARD_ALL;
    return 0;
}

static bool is_live(const struct source_av_input *in)
{
    if (in->spec.kind == SOURCE_FILE)
        return false;
    const AVIOContext *io = in->format->pb;
    bool file_like = in->spec.kind == SOURCE_URL && in->format->duration > 0 && io &&
                     (io->seekable & AVIO_SEEKABLE_NORMAL);
    return !file_like;
}

static bool wants_packets(const struct source_av_input *in)
{
    const AVCodecParameters *codec = source_av_input_stream(in)->codecpar;
    bool own_size = in->spec.width == 0 ||
                    ((int)in->spec.width == codec->width && (int)in->spec.height == codec->height);
    /* A camera has been asked for the size already; it gives the nearest it knows. */
    return codec->codec_id == AV_CODEC_ID_MJPEG && (own_size || in->spec.kind == SOURCE_V4L2);
}

static int open_decoder(struct source_av_input *in)
{
    const AVStream *stream = source_av_input_stream(in);
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (!codec)
        return AVERROR_DECODER_NOT_FOUND;
    in->decoder = avcodec_alloc_context3(codec);
    if (!in->decoder)
        return AVERROR(ENOMEM);
    int r = avcodec_parameters_to_context(in->decoder, stream->codecpar);
    if (r < 0)
        return r;
    in->decoder->pkt_timebase = stream->time_base;
    in->decoder->thread_count = 1;
    if (in->live)
        in->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
    return avcodec_open2(in->decoder, codec, NULL);
}

int source_av_input_open(struct source_av_input *in, const struct source_spec *spec,
                         struct stop *stop, char *error, size_t cap)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_libraries);

    *in = (struct source_av_input){.spec = *spec, .stop = stop, .stream = -1};
    in->packet = av_packet_alloc();
    if (!in->packet)
        return fail(in, AVERROR(ENOMEM), NULL, error, cap);
    int r = open_location(in);
    if (r >= 0)
        r = find_stream(in);
    if (r == AVERROR_STREAM_NOT_FOUND)
        return fail(in, r, _("there is no video in it"), error, cap);
    if (r < 0)
        return fail(in, r, NULL, error, cap);
    in->live = is_live(in);
    if (!wants_packets(in))
        r = open_decoder(in);
    return r < 0 ? fail(in, r, NULL, error, cap) : 0;
}

void source_av_input_close(struct source_av_input *in)
{
    avcodec_free_context(&in->decoder);
    avformat_close_input(&in->format);
    av_packet_free(&in->packet);
}

AVStream *source_av_input_stream(const struct source_av_input *in)
{
    return in->format->streams[in->stream];
}

AVRational source_av_input_rate(const struct source_av_input *in)
{
    return av_guess_frame_rate(in->format, source_av_input_stream(in), NULL);
}

int source_av_input_read_packet(struct source_av_input *in)
{
    be_patient(in, read_patience_ns);
    for (;;) {
        av_packet_unref(in->packet);
        int r = av_read_frame(in->format, in->packet);
        if (r == AVERROR(EAGAIN)) {
            if (stop_wait_until(in->stop, mono_ns() + device_poll_ns))
                return ERR_STOPPED;
            if (is_over(in))
                return -ETIMEDOUT;
            continue;
        }
        in->arrival_us = mono_us();
        if (r < 0 || in->packet->stream_index == in->stream)
            return our_code(in, r);
        if (stop_raised(in->stop))
            return ERR_STOPPED;
    }
}

/* Gives the decoder one packet more, or the news that there is none. */
static int feed(struct source_av_input *in)
{
    int r = source_av_input_read_packet(in);
    if (r < 0 && r != ERR_END)
        return r;
    in->drained = r == ERR_END;
    r = avcodec_send_packet(in->decoder, in->drained ? NULL : in->packet);
    av_packet_unref(in->packet);
    /* A damaged packet costs its picture, not the stream. */
    return r == AVERROR(ENOMEM) ? -ENOMEM : 0;
}

int source_av_input_read_picture(struct source_av_input *in, AVFrame *picture)
{
    for (;;) {
        int r = avcodec_receive_frame(in->decoder, picture);
        if (r >= 0)
            return 0;
        if (r == AVERROR_EOF || in->drained)
            return ERR_END;
        r = feed(in);
        if (r < 0)
            return r;
    }
}

static int reopen(struct source_av_input *in)
{
    avformat_close_input(&in->format);
    int r = open_location(in);
    if (r >= 0)
        r = find_stream(in);
    return our_code(in, r);
}

int source_av_input_rewind(struct source_av_input *in, bool anew)
{
    const AVStream *stream = source_av_input_stream(in);
    int64_t start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
    in->drained = false;
    if (in->decoder)
        avcodec_flush_buffers(in->decoder);
    be_patient(in, open_patience_ns);
    if (!anew && avformat_seek_file(in->format, in->stream, INT64_MIN, start, start, 0) >= 0)
        return 0;
    return stop_raised(in->stop) ? ERR_STOPPED : reopen(in);
}
