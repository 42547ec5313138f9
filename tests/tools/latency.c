/* SPDX-License-Identifier: MIT */
/* latency URL DIRECTORY FRAMES: watches a test card and prints for every frame the microseconds
 * from the time that is drawn into the picture, by the server's clock, to its arrival, by ours;
 * then the latency that the receiver shows, in milliseconds ("nan" before the clocks were
 * compared). */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "media/mjpeg_dec.h"
#include "media/testcard.h"
#include "net/secure.h"
#include "receive/receiver.h"
#include "util/mono.h"
#include "util/text.h"

#define GIVE_UP_NS (120 * NS_PER_S)
enum { LOOK_MS = 20, PATH_MAX_BYTES = 1024 };

struct watch {
    struct receiver *receiver;
    struct mjpeg_dec *dec;
    struct frame_pool *pool;
    unsigned seen;
};

static void on_frame(void *ctx, struct frame *f)
{
    struct watch *w = ctx;
    struct receiver_status s;
    struct frame *picture = NULL;
    uint32_t number;
    uint64_t drawn_us;

    struct receiver *r = __atomic_load_n(&w->receiver, __ATOMIC_ACQUIRE);
    if (!r || f->tier != 0 ||
        mjpeg_dec_frame(w->dec, f->data, f->len, FRAME_I420, 1, w->pool, &picture) < 0)
        return;
    receiver_snapshot(r, &s);
    if (testcard_read(picture->data, picture->width, picture->height, picture->width, &number,
                      &drawn_us) == 0) {
        printf("%" PRId64 " %.3f\n", (int64_t)(f->arrival_us - drawn_us), s.latency_ms);
        __atomic_add_fetch(&w->seen, 1, __ATOMIC_RELEASE);
    }
    frame_unref(&picture);
}

static int watch(struct watch *w, const struct receiver_settings *set, unsigned frames)
{
    const struct receiver_sinks sinks = {.ctx = w, .on_frame = on_frame};
    uint64_t end_ns = mono_ns() + GIVE_UP_NS;
    struct receiver *r;

    if (receiver_start(set, &sinks, &r) < 0)
        return 1;
    __atomic_store_n(&w->receiver, r, __ATOMIC_RELEASE);
    while (__atomic_load_n(&w->seen, __ATOMIC_ACQUIRE) < frames && mono_ns() < end_ns)
        poll(NULL, 0, LOOK_MS);
    receiver_stop(r, NULL);
    return w->seen < frames;
}

int main(int argc, char **argv)
{
    char error[400], known[PATH_MAX_BYTES], key[PATH_MAX_BYTES];
    struct receiver_settings set = {.known_servers = known, .trust = RECEIVER_TRUST_FIRST};
    struct watch w = {0};
    struct keys *keys;

    if (argc != 4 || url_parse(argv[1], &set.url, error, sizeof(error)) < 0)
        return 2;
    text_format(known, sizeof(known), "%s/known", argv[2]);
    text_format(key, sizeof(key), "%s/key", argv[2]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (secure_global_init() < 0 || keys_open(key, &keys, error, sizeof(error)) < 0 ||
        mjpeg_dec_new(&w.dec) < 0 || frame_pool_new(2, &w.pool) < 0)
        return 1;
    set.keys = keys;
    int failed = watch(&w, &set, (unsigned)strtoul(argv[3], NULL, 10));
    frame_pool_free(w.pool);
    mjpeg_dec_free(w.dec);
    keys_free(keys);
    return failed;
}
