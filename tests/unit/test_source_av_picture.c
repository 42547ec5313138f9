/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

#include "capture/source_av_picture.h"
#include "media/mjpeg_dec.h"
#include "media/mjpeg_probe.h"
#include "unit/clip.h"
#include "util/alloc.h"
#include "util/err.h"

static struct frame_pool *pool;

static int set_up(void **state)
{
    return frame_pool_new(4, &pool);
}

static int tear_down(void **state)
{
    assert_int_equal(frame_pool_live(pool), 0);
    frame_pool_free(pool);
    return 0;
}

/* A picture of one colour, given as the values of its planes (packed formats: of its bytes). */
static AVFrame *flat(int format, int width, int height, enum AVColorRange range,
                     enum AVColorSpace space, const uint8_t value[4])
{
    AVFrame *f = av_frame_alloc();
    assert_non_null(f);
    f->format = format;
    f->width = width;
    f->height = height;
    f->color_range = range;
    f->colorspace = space;
    assert_true(av_frame_get_buffer(f, 0) >= 0);
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
    bool packed = av_pix_fmt_count_planes(format) == 1 && d->nb_components > 1;
    int cycle = packed ? d->comp[1].step : 1;
    for (int i = 0; i < av_pix_fmt_count_planes(format); i++) {
        int lines = i == 1 || i == 2 ? -(-height >> d->log2_chroma_h) : height;
        for (int n = 0; n < lines * f->linesize[i]; n++)
            f->data[i][n] = packed ? value[n % cycle] : value[i];
    }
    return f;
}

/* Colours as cameras and files give them, and what they are in full range, BT.601. */
static const struct {
    const char *what;
    int format;
    enum AVColorRange range;
    enum AVColorSpace space;
    uint8_t in[4];
    uint8_t y, u, v;
} colours[] = {
    {"limited black",
     AV_PIX_FMT_YUV420P,
     AVCOL_RANGE_MPEG,
     AVCOL_SPC_SMPTE170M,
     {16, 128, 128},
     0,
     128,
     128},
    {"limited white",
     AV_PIX_FMT_YUV420P,
     AVCOL_RANGE_MPEG,
     AVCOL_SPC_SMPTE170M,
     {235, 128, 128},
     255,
     128,
     128},
    {"unspecified white",
     AV_PIX_FMT_YUV420P,
     AVCOL_RANGE_UNSPECIFIED,
     AVCOL_SPC_UNSPECIFIED,
     {235, 128, 128},
     255,
     128,
     128},
    {"limited red",
     AV_PIX_FMT_YUV420P,
     AVCOL_RANGE_MPEG,
     AVCOL_SPC_SMPTE170M,
     {81, 90, 240},
     76,
     85,
     255},
    {"full range as it is",
     AV_PIX_FMT_YUV420P,
     AVCOL_RANGE_JPEG,
     AVCOL_SPC_BT470BG,
     {3, 77, 200},
     3,
     77,
     200},
    {"full range by name",
     AV_PIX_FMT_YUVJ420P,
     AVCOL_RANGE_UNSPECIFIED,
     AVCOL_SPC_BT470BG,
     {250, 77, 200},
     250,
     77,
     200},
    {"full range 4:2:2",
     AV_PIX_FMT_YUVJ422P,
     AVCOL_RANGE_JPEG,
     AVCOL_SPC_BT470BG,
     {9, 77, 200},
     9,
     77,
     200},
    {"full range 4:4:4",
     AV_PIX_FMT_YUV444P,
     AVCOL_RANGE_JPEG,
     AVCOL_SPC_BT470BG,
     {249, 77, 200},
     249,
     77,
     200},
    {"YUYV of a camera",
     AV_PIX_FMT_YUYV422,
     AVCOL_RANGE_MPEG,
     AVCOL_SPC_SMPTE170M,
     {235, 128, 235, 128},
     255,
     128,
     128},
    {"BT.709 red",
     AV_PIX_FMT_YUV420P,
     AVCOL_RANGE_MPEG,
     AVCOL_SPC_BT709,
     {63, 102, 240},
     76,
     85,
     255},
    {"RGB white",
     AV_PIX_FMT_RGB24,
     AVCOL_RANGE_UNSPECIFIED,
     AVCOL_SPC_RGB,
     {255, 255, 255},
     255,
     128,
     128},
    {"grey, full", AV_PIX_FMT_GRAY8, AVCOL_RANGE_JPEG, AVCOL_SPC_UNSPECIFIED, {255}, 255, 128, 128},
};

static void assert_near(const char *what, const char *plane, int got, int expected)
{
    if (abs(got - expected) > 2)
        fail_msg("%s: %s is %d, not %d", what, plane, got, expected);
}

static void test_colours(void **state)
{
    static const struct {
        unsigned width, height;
    } sizes[] = {{64, 48}, {32, 24}, {33, 21}, {1, 1}};
    struct source_av_picture p = {0};
    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++) {
        AVFrame *from =
            flat(colours[i].format, 64, 48, colours[i].range, colours[i].space, colours[i].in);
        for (size_t s = 0; s < 4; s++) {
            struct frame *f;
            uint8_t *plane[3];
            int stride[3];
            unsigned width = sizes[s].width, height = sizes[s].height;
            /* libswscale mixes padding into an odd last column when it changes the matrix. */
            if (colours[i].space == AVCOL_SPC_BT709 && width % 2)
                continue;
            assert_int_equal(source_av_picture_convert(&p, from, width, height, pool, &f), 0);
            assert_int_equal(f->format, FRAME_I420);
            assert_int_equal(f->width, width);
            assert_int_equal(f->len, frame_i420_bytes(width, height));
            frame_i420_planes(f, plane, stride);
            assert_near(colours[i].what, "Y", plane[0][0], colours[i].y);
            assert_near(colours[i].what, "last Y", plane[1][-1], colours[i].y);
            assert_near(colours[i].what, "U", plane[1][0], colours[i].u);
            assert_near(colours[i].what, "V", plane[2][0], colours[i].v);
            assert_near(colours[i].what, "last V", f->data[f->len - 1], colours[i].v);
            frame_unref(&f);
        }
        av_frame_free(&from);
    }
    source_av_picture_fini(&p);
    source_av_picture_fini(&p);
}

/* The same kind of picture again must not build the converter again. */
static void test_converter_is_kept(void **state)
{
    struct source_av_picture p = {0};
    struct frame *f;
    static const uint8_t value[4] = {99, 128, 128};
    AVFrame *a = flat(AV_PIX_FMT_YUVJ422P, 64, 48, AVCOL_RANGE_JPEG, AVCOL_SPC_BT470BG, value);
    AVFrame *b = flat(AV_PIX_FMT_YUVJ422P, 32, 48, AVCOL_RANGE_JPEG, AVCOL_SPC_BT470BG, value);
    assert_int_equal(source_av_picture_convert(&p, a, 64, 48, pool, &f), 0);
    frame_unref(&f);
    AVFrame *converted = p.converted;
    assert_int_equal(source_av_picture_convert(&p, a, 64, 48, pool, &f), 0);
    frame_unref(&f);
    assert_ptr_equal(p.converted, converted);
    assert_int_equal(p.made_for.width, 64);
    assert_int_equal(source_av_picture_convert(&p, b, 64, 48, pool, &f), 0); /* a new size */
    frame_unref(&f);
    assert_int_equal(p.made_for.width, 32);
    av_frame_free(&a);
    av_frame_free(&b);
    source_av_picture_fini(&p);
}

static void test_jpeg_is_untouched(void **state)
{
    struct frame *jpeg = clip_jpeg(pool, 3, false), *f;
    size_t len = jpeg->len;
    uint8_t *padded = calloc(1, len + 16);
    assert_non_null(padded);
    memcpy(padded, jpeg->data, len);
    for (size_t padding = 0; padding <= 16; padding += 8) {
        assert_int_equal(source_av_picture_jpeg(padded, len + padding, pool, &f), 0);
        assert_int_equal(f->format, FRAME_JPEG);
        assert_int_equal(f->width, CLIP_WIDTH);
        assert_int_equal(f->height, CLIP_HEIGHT);
        assert_int_equal(f->len, len);
        assert_memory_equal(f->data, jpeg->data, len);
        frame_unref(&f);
    }
    for (size_t cut = len - 1; cut > len - 100; cut--)
        assert_int_equal(source_av_picture_jpeg(padded, cut, pool, &f), ERR_FORMAT);
    assert_int_equal(source_av_picture_jpeg(padded, 0, pool, &f), ERR_FORMAT);
    static const uint8_t vast[] = "\xff\xd8\xff\xc0\x00\x0b\x08\x40\x01\x00\x10\x01\x01\x11\x00"
                                  "\xff\xda\x00\x02\xff\xd9"; /* 16 x 16385 */
    assert_int_equal(source_av_picture_jpeg(vast, sizeof vast - 1, pool, &f), ERR_FORMAT);
    struct frame_pool *fresh;
    assert_int_equal(frame_pool_new(0, &fresh), 0);
    mem_fail_at(1);
    assert_int_equal(source_av_picture_jpeg(padded, len, fresh, &f), -ENOMEM);
    mem_fail_at(0);
    frame_pool_free(fresh);
    free(padded);
    frame_unref(&jpeg);
}

static void test_tables_are_put_in(void **state)
{
    struct frame *whole = clip_jpeg(pool, 3, false), *bare = clip_jpeg(pool, 3, true), *f;
    struct mjpeg_info info, mended;
    size_t tables_len;
    const uint8_t *tables = mjpeg_standard_dht(&tables_len);
    assert_int_equal(mjpeg_probe(bare->data, bare->len, &info), 0);
    assert_false(info.has_huffman);
    assert_int_equal(source_av_picture_jpeg(bare->data, bare->len, pool, &f), 0);
    assert_int_equal(f->len, bare->len + tables_len);
    assert_memory_equal(f->data, bare->data, info.sos);
    assert_memory_equal(f->data + info.sos, tables, tables_len);
    assert_memory_equal(f->data + info.sos + tables_len, bare->data + info.sos,
                        bare->len - info.sos);
    assert_int_equal(mjpeg_probe_whole(f->data, f->len, &mended), 0);
    assert_true(mended.has_huffman);

    struct mjpeg_dec *dec;
    struct frame *a, *b;
    assert_int_equal(mjpeg_dec_new(&dec), 0);
    assert_int_equal(mjpeg_dec_frame(dec, whole->data, whole->len, FRAME_I420, 1, pool, &a), 0);
    assert_int_equal(mjpeg_dec_frame(dec, f->data, f->len, FRAME_I420, 1, pool, &b), 0);
    assert_memory_equal(a->data, b->data, a->len);
    mjpeg_dec_free(dec);
    frame_unref(&a);
    frame_unref(&b);
    frame_unref(&f);
    frame_unref(&bare);
    frame_unref(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_colours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_converter_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_jpeg_is_untouched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tables_are_put_in, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
