/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SOURCE_AV_INPUT_H
#define CAPTURE_SOURCE_AV_INPUT_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "capture/source.h"

/* The video stream of something libavformat opened, as packets or decoded. One thread. */
struct source_av_input {
    struct source_spec spec;
    struct stop *stop;    /* borrowed; interrupts */
    uint64_t deadline_ns; /* when a source that gives nothing is given up; 0: never */
    AVFormatContext *format;
    AVCodecContext *decoder; /* NULL: the packets are JPEGs and wanted as such */
    AVPacket *packet;
    int stream;
    bool live;           /* comes when it comes; else at its own pace from a file */
    bool drained;        /* the decoder was told of the end */
    uint64_t arrival_us; /* mono_us() when the last packet came */
};

/* 0, ERR_STOPPED, or a code with a sentence in error; in is to be closed in any case. */
int source_av_input_open(struct source_av_input *in, const struct source_spec *spec,
                         struct stop *stop, char *error, size_t cap);
void source_av_input_close(struct source_av_input *in);

AVStream *source_av_input_stream(const struct source_av_input *in);
/* Pictures a second; 0/0: not known. */
AVRational source_av_input_rate(const struct source_av_input *in);

/* The next packet of the stream into in->packet, or the next picture. ERR_END at the end,
 * ERR_STOPPED, -ETIMEDOUT, or what failed. */
int source_av_input_read_packet(struct source_av_input *in);
int source_av_input_read_picture(struct source_av_input *in, AVFrame *picture);
/* Back to the beginning, by seeking, or by opening anew if that fails or is asked for: some formats
 * claim to seek and do not. */
int source_av_input_rewind(struct source_av_input *in, bool anew);

#endif
