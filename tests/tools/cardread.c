/* SPDX-License-Identifier: MIT */
/* cardread [--check] FILE...: reads the marks of the test card off every picture of recordings or
 * JPEGs, in the order given. A line a picture: pts in microseconds, frame number, capture time in
 * microseconds; "-" for both where there are no marks. With --check instead one line
 *
 *     pictures=N unreadable=N first=N last=N gaps=N missing=N duplicates=N backwards=N
 *
 * and exit 1 unless every picture was readable and its number one more than the one before.
 * Exit 2: a file could not be read. */
#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "media/testcard.h"

struct tally {
    bool check;
    unsigned pictures, unreadable, gaps, missing, duplicates, backwards;
    uint32_t first, last;
};

static void count(struct tally *t, uint32_t number)
{
    if (t->pictures - t->unreadable == 1)
        t->first = number;
    else if (number == t->last)
        t->duplicates++;
    else if (number < t->last)
        t->backwards++;
    else if (number > t->last + 1) {
        t->gaps++;
        t->missing += number - t->last - 1;
    }
    t->last = number;
}

/* Whether the first plane is 8-bit luma. */
static bool has_luma(const AVFrame *picture)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(picture->format);
    return d && !(d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) &&
           d->comp[0].plane == 0 && d->comp[0].step == 1 && d->comp[0].depth == 8;
}

static void show(struct tally *t, const AVFrame *picture, AVRational base)
{
    uint32_t number;
    uint64_t capture_us;
    int64_t pts = av_rescale_q(picture->best_effort_timestamp, base, (AVRational){1, 1000000});
    bool readable =
        has_luma(picture) &&
        testcard_read(picture->data[0], (unsigned)picture->width, (unsigned)picture->height,
                      picture->linesize[0], &number, &capture_us) == 0;
    t->pictures++;
    if (readable)
        count(t, number);
    else
        t->unreadable++;
    if (t->check)
        return;
    if (readable)
        printf("%" PRId64 " %" PRIu32 " %" PRIu64 "\n", pts, number, capture_us);
    else
        printf("%" PRId64 " - -\n", pts);
}

static int drain(struct tally *t, AVCodecContext *decoder, AVFrame *picture, AVRational base)
{
    int r;
    while ((r = avcodec_receive_frame(decoder, picture)) >= 0)
        show(t, picture, base);
    return r == AVERROR(EAGAIN) || r == AVERROR_EOF ? 0 : r;
}

static int read_all(struct tally *t, AVFormatContext *format, int stream, AVCodecContext *decoder)
{
    AVPacket *packet = av_packet_alloc();
    AVFrame *picture = av_frame_alloc();
    AVRational base = format->streams[stream]->time_base;
    int r = packet && picture ? 0 : AVERROR(ENOMEM);
    while (r >= 0 && (r = av_read_frame(format, packet)) >= 0) {
        if (packet->stream_index == stream) {
            r = avcodec_send_packet(decoder, packet);
            if (r >= 0)
                r = drain(t, decoder, picture, base);
        }
        av_packet_unref(packet);
    }
    if (r == AVERROR_EOF && (r = avcodec_send_packet(decoder, NULL)) >= 0)
        r = drain(t, decoder, picture, base);
    av_frame_free(&picture);
    av_packet_free(&packet);
    return r;
}

static int read_file(struct tally *t, const char *path)
{
    AVFormatContext *format = NULL;
    AVCodecContext *decoder = NULL;
    const AVCodec *codec = NULL;
    int stream = -1;
    int r = avformat_open_input(&format, path, NULL, NULL);
    if (r >= 0)
        r = avformat_find_stream_info(format, NULL);
    if (r >= 0)
        r = stream = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (r >= 0) {
        decoder = avcodec_alloc_context3(codec);
        r = decoder ? avcodec_parameters_to_context(decoder, format->streams[stream]->codecpar)
                    : AVERROR(ENOMEM);
    }
    if (r >= 0)
        r = avcodec_open2(decoder, codec, NULL);
    if (r >= 0)
        r = read_all(t, format, stream, decoder);
    if (r < 0)
        fprintf(stderr, "cardread: %s: %s\n", path, av_err2str(r));
    avcodec_free_context(&decoder);
    avformat_close_input(&format);
    return r;
}

int main(int argc, char **argv)
{
    struct tally t = {.check = argc > 1 && strcmp(argv[1], "--check") == 0};
    int first = t.check ? 2 : 1;
    if (first >= argc) {
        fprintf(stderr, "usage: cardread [--check] FILE...\n");
        return 2;
    }
    av_log_set_level(AV_LOG_ERROR);
    for (int i = first; i < argc; i++)
        if (read_file(&t, argv[i]) < 0)
            return 2;
    if (!t.check)
        return 0;
    printf("pictures=%u unreadable=%u first=%" PRIu32 " last=%" PRIu32
           " gaps=%u missing=%u duplicates=%u backwards=%u\n",
           t.pictures, t.unreadable, t.first, t.last, t.gaps, t.missing, t.duplicates, t.backwards);
    return t.pictures == 0 || t.unreadable || t.gaps || t.duplicates || t.backwards;
}
