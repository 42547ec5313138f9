/* SPDX-License-Identifier: MIT */
/* A panel without a screen: shows one stream at the smallest size for a while, takes a snapshot,
 * records from a moment on, and ends.
 *   panel URL DIRECTORY PRERECORD_MS [FRAMES]
 * It prints "small WIDTHxHEIGHT", then "asked NUMBER", that of the newest frame, "still
 * WIDTHxHEIGHT", "number NUMBER" and "captured US", then "key MONO_US", when it begins to record,
 * and "end MONO_US". The snapshot is DIRECTORY/still.jpg. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "console/wall.h"
#include "net/secure.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

#define GIVE_UP_NS (100 * NS_PER_S)
enum { WATCH_FRAMES = 200, LOOK_MS = 20 };

static uint64_t began_ns;
static unsigned record_frames = 225;

static void look(struct wall *w, struct wall_view *v)
{
    struct pollfd p = {.fd = wall_fd(w), .events = POLLIN};

    poll(&p, 1, LOOK_MS);
    wall_tend(w);
    if (wall_snapshot(w, v) < 0 || v->n != 1 || mono_ns() > began_ns + GIVE_UP_NS) {
        fputs("panel: gives up\n", stderr);
        exit(1);
    }
}

static void watch(struct wall *w, uint64_t id)
{
    struct wall_view v = {0};
    struct frame *f;

    do
        look(w, &v);
    while (v.row[0].rx.frames < WATCH_FRAMES || v.row[0].rx.tier == 0);
    f = wall_newest(w, id);
    printf("small %ux%u\n", f->width, f->height);
    frame_unref(&f);
    wall_view_fini(&v);
}

struct still {
    char path[1024];
    int over;
};

static void save(const struct frame *f, const char *path)
{
    FILE *out = fopen(path, "wb");

    if (!out || fwrite(f->data, 1, f->len, out) != f->len || fclose(out) != 0)
        exit(1);
    printf("number %u\ncaptured %llu\n", f->number, (unsigned long long)f->capture_us);
}

static void on_still(void *ctx, struct frame *f)
{
    struct still *s = ctx;

    printf("still %ux%u\n", f ? f->width : 0, f ? f->height : 0);
    if (f)
        save(f, s->path);
    __atomic_store_n(&s->over, 1, __ATOMIC_RELEASE);
}

static void still(struct wall *w, uint64_t id, const char *directory)
{
    struct wall_view v = {0};
    struct still s = {.over = 0};
    struct frame *f = wall_newest(w, id);

    text_format(s.path, sizeof(s.path), "%s/still.jpg", directory);
    printf("asked %u\n", f->number);
    frame_unref(&f);
    if (wall_still(w, id, on_still, &s) < 0)
        exit(1);
    while (!__atomic_load_n(&s.over, __ATOMIC_ACQUIRE))
        look(w, &v);
    wall_view_fini(&v);
}

static void record(struct wall *w, uint64_t id)
{
    struct wall_view v = {0};

    printf("key %lld\n", (long long)mono_us());
    if (wall_record(w, id, true) < 0)
        exit(1);
    do
        look(w, &v);
    while (v.row[0].recorded_frames < record_frames);
    printf("end %lld\n", (long long)mono_us());
    wall_record(w, id, false);
    while (v.row[0].rx.tier == 0) /* the panel's size again */
        look(w, &v);
    wall_view_fini(&v);
}

int main(int argc, char **argv)
{
    char error[400], path[1024];
    struct keys *keys;
    struct wall *w;
    uint64_t id;
    struct wall_add add = {.codec = -1, .record = -1};

    if (argc > 4)
        record_frames = (unsigned)strtoul(argv[4], NULL, 10);
    if (argc < 4 || argc > 5 || url_parse(argv[1], &add.url, error, sizeof(error)) < 0)
        return 2;
    text_format(path, sizeof(path), "%s/known", argv[2]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    began_ns = mono_ns();
    struct wall_settings set = {.directory = argv[2],
                                .segment_ms = 24 * 3600 * 1000,
                                .prerecord_ms = strtoul(argv[3], NULL, 10),
                                .trust = RECEIVER_TRUST_FIRST,
                                .known_servers = path};
    char key[1024];
    text_format(key, sizeof(key), "%s/key", argv[2]);
    if (secure_global_init() < 0 || keys_open(key, &keys, error, sizeof(error)) < 0)
        return 1;
    set.keys = keys;
    if (wall_new(&set, &w) < 0 || wall_add(w, &add, &id) < 0 || wall_want(w, id, 1, 1) < 0)
        return 1;
    watch(w, id);
    still(w, id, argv[2]);
    record(w, id);
    wall_stop(w);
    wall_free(w);
    keys_free(keys);
    return 0;
}
