/* SPDX-License-Identifier: MIT */
#include "unit/film.h"

#include <dirent.h>
#include <ftw.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "media/mjpeg_enc.h"
#include "media/testcard.h"

struct camera {
    struct testcard *card;
    struct mjpeg_enc *encoder;
    struct frame_pool *pool;
};

struct camera *camera_new(unsigned width, unsigned height)
{
    struct camera *c = calloc(1, sizeof *c);
    assert_non_null(c);
    assert_int_equal(testcard_new(width, height, "test", &c->card), 0);
    assert_int_equal(mjpeg_enc_new(&c->encoder), 0);
    assert_int_equal(frame_pool_new(8, &c->pool), 0);
    return c;
}

void camera_free(struct camera *c)
{
    testcard_free(c->card);
    mjpeg_enc_free(c->encoder);
    frame_pool_free(c->pool);
    free(c);
}

struct frame *camera_frame(struct camera *c, uint32_t number, uint64_t capture_us, int64_t wall_us)
{
    struct frame *raw, *jpeg;
    assert_int_equal(testcard_draw(c->card, number, capture_us, wall_us, c->pool, &raw), 0);
    assert_int_equal(mjpeg_enc_frame(c->encoder, raw, 75, c->pool, &jpeg), 0);
    frame_unref(&raw);
    jpeg->number = number;
    jpeg->capture_us = capture_us;
    jpeg->arrival_us = capture_us;
    jpeg->wall_us = wall_us;
    return jpeg;
}

uint64_t film_hash(const uint8_t *bytes, size_t len)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

static void add_packet(struct film *f, const AVPacket *p)
{
    if ((f->n & (f->n - 1)) == 0) {
        f->frames = realloc(f->frames, (f->n ? 2 * f->n : 1) * sizeof *f->frames);
        assert_non_null(f->frames);
    }
    f->frames[f->n++] = (struct film_frame){
        .time = p->pts,
        .bytes = (size_t)p->size,
        .hash = film_hash(p->data, (size_t)p->size),
        .number = UINT32_MAX,
        .key = p->flags & AV_PKT_FLAG_KEY,
    };
}

/* All but a fiftieth of the pixels at either end: encoders overshoot. */
static void find_extremes(const AVFrame *picture, struct film_frame *at)
{
    size_t counts[256] = {0}, few = (size_t)picture->width * (size_t)picture->height / 50;
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            counts[picture->data[0][(ptrdiff_t)y * picture->linesize[0] + x]]++;
    size_t below = 0, above = 0;
    for (at->darkest = 0; (below += counts[at->darkest]) <= few; at->darkest++)
        ;
    for (at->brightest = 255; (above += counts[at->brightest]) <= few; at->brightest--)
        ;
}

static void take_pictures(struct film *f, AVCodecContext *decoder, AVFrame *picture, size_t *seen)
{
    while (avcodec_receive_frame(decoder, picture) == 0) {
        assert_true(*seen < f->n);
        struct film_frame *at = &f->frames[(*seen)++];
        uint64_t capture_us;
        testcard_read(picture->data[0], (unsigned)picture->width, (unsigned)picture->height,
                      picture->linesize[0], &at->number, &capture_us);
        f->errors += picture->pts != at->time; /* shown in the order of decoding */
        find_extremes(picture, at);
        av_frame_unref(picture);
    }
}

static AVCodecContext *decoder_for(const AVStream *stream)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    AVCodecContext *decoder = avcodec_alloc_context3(codec);
    assert_non_null(decoder);
    assert_true(avcodec_parameters_to_context(decoder, stream->codecpar) >= 0);
    decoder->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    decoder->thread_count = 1;
    assert_int_equal(avcodec_open2(decoder, codec, NULL), 0);
    return decoder;
}

static void read_packets(struct film *f, AVFormatContext *av)
{
    AVCodecContext *decoder = decoder_for(av->streams[0]);
    AVPacket *packet = av_packet_alloc();
    AVFrame *picture = av_frame_alloc();
    size_t seen = 0;
    int rc;
    while ((rc = av_read_frame(av, packet)) == 0) {
        f->errors += packet->flags & AV_PKT_FLAG_CORRUPT ? 1 : 0;
        add_packet(f, packet);
        f->errors += avcodec_send_packet(decoder, packet) < 0;
        take_pictures(f, decoder, picture, &seen);
        av_packet_unref(packet);
    }
    f->errors += rc != AVERROR_EOF;
    avcodec_send_packet(decoder, NULL);
    take_pictures(f, decoder, picture, &seen);
    f->errors += f->n - seen;
    av_frame_free(&picture);
    av_packet_free(&packet);
    avcodec_free_context(&decoder);
}

struct film *film_read(const char *path)
{
    struct film *f = calloc(1, sizeof *f);
    AVFormatContext *av = NULL;
    assert_non_null(f);
    av_log_set_level(AV_LOG_FATAL);
    if (avformat_open_input(&av, path, NULL, NULL) != 0)
        fail_msg("cannot open %s", path);
    assert_true(avformat_find_stream_info(av, NULL) >= 0);
    assert_int_equal(av->nb_streams, 1);
    const AVCodecParameters *par = av->streams[0]->codecpar;
    f->width = (unsigned)par->width;
    f->height = (unsigned)par->height;
    snprintf(f->codec, sizeof f->codec, "%s", avcodec_get_name(par->codec_id));
    assert_int_equal(av->streams[0]->time_base.den, 90000);
    read_packets(f, av);
    f->duration = av_rescale(av->duration, 90000, AV_TIME_BASE);
    avformat_close_input(&av);
    return f;
}

void film_free(struct film *f)
{
    free(f->frames);
    free(f);
}

struct film_entry film_peek(const char *path, int i, int *n)
{
    AVFormatContext *av = NULL;
    av_log_set_level(AV_LOG_FATAL);
    assert_int_equal(avformat_open_input(&av, path, NULL, NULL), 0);
    AVStream *stream = av->streams[0];
    *n = avformat_index_get_entries_count(stream);
    const AVIndexEntry *e = avformat_index_get_entry(stream, i);
    assert_non_null(e);
    struct film_entry entry = {
        .at = e->pos, .time = e->timestamp, .bytes = e->size, .file_duration = stream->duration};
    avformat_close_input(&av);
    return entry;
}

uint8_t *file_read(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *len = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(*len + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *len, f), *len);
    fclose(f);
    return bytes;
}

void file_write(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

void scratch_make(char *buf, size_t cap)
{
    const char *tmp = getenv("TMPDIR");
    if (!tmp) /* memory, if there is some: hundreds of files are synced */
        tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(buf, cap, "%s/camwall-test-XXXXXX", tmp);
    assert_non_null(mkdtemp(buf));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

void scratch_remove(const char *dir)
{
    assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static int is_name(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

char **scratch_list(const char *dir, const char *sub)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, sub);
    struct dirent **entries;
    int n = scandir(path, &entries, is_name, alphasort);
    assert_true(n >= 0);
    char **names = calloc((size_t)n + 1, sizeof *names);
    assert_non_null(names);
    for (int i = 0; i < n; i++) {
        names[i] = strdup(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return names;
}

void scratch_list_free(char **names)
{
    for (size_t i = 0; names[i]; i++)
        free(names[i]);
    free(names);
}
