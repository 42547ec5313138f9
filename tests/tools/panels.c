/* SPDX-License-Identifier: MIT */
/* panels WIDTH HEIGHT FRAMES DIRECTORY URL...: a wall of panels without a screen. Each shows its
 * stream in so many pixels (0 0: full size). When every one of them has had so many frames of its
 * tier it prints a line for each: "tier packets frames", counted since the tier came. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "console/wall.h"
#include "net/secure.h"
#include "util/alloc.h"
#include "util/mono.h"
#include "util/text.h"

#define GIVE_UP_NS (100 * NS_PER_S)
enum { LOOK_MS = 20, SETTLE_FRAMES = 5, PATH_BYTES = 1024, FIRST_URL = 5 };

struct count {
    uint8_t tier;
    uint64_t packets, frames; /* when it had settled; frames 0: not yet */
};

/* A tier counts from a while after it came: until then frames of another one were on their way. */
static bool look(struct count *c, const struct receiver_status *rx, uint64_t frames)
{
    if (rx->frames == 0 || (c->frames > 0 && rx->tier != c->tier))
        *c = (struct count){0};
    if (rx->frames >= SETTLE_FRAMES && c->frames == 0)
        *c = (struct count){rx->tier, rx->packets, rx->frames};
    return c->frames > 0 && rx->frames >= c->frames + frames;
}

static int watch(struct wall *w, struct count *count, uint64_t frames)
{
    struct wall_view v = {0};
    uint64_t end_ns = mono_ns() + GIVE_UP_NS;
    bool all = false;

    while (!all && mono_ns() < end_ns) {
        struct pollfd p = {.fd = wall_fd(w), .events = POLLIN};
        poll(&p, 1, LOOK_MS);
        wall_tend(w);
        if (wall_snapshot(w, &v) < 0)
            break;
        all = true;
        for (size_t i = 0; i < v.n; i++)
            all &= look(&count[i], &v.row[i].rx, frames);
    }
    for (size_t i = 0; i < v.n && all; i++)
        printf("%u %llu %llu\n", count[i].tier,
               (unsigned long long)(v.row[i].rx.packets - count[i].packets),
               (unsigned long long)(v.row[i].rx.frames - count[i].frames));
    wall_view_fini(&v);
    return !all;
}

static int add(struct wall *w, const char *text, unsigned width, unsigned height, int i)
{
    struct wall_add a = {.codec = -1, .record = -1};
    char error[400];
    uint64_t id;

    if (url_parse(text, &a.url, error, sizeof(error)) < 0)
        return -1;
    text_format(a.url.name, sizeof(a.url.name), "panel%d", i); /* the same camera may come twice */
    return wall_add(w, &a, &id) < 0 || wall_want(w, id, width, height) < 0 ? -1 : 0;
}

static int run(struct wall *w, int argc, char **argv)
{
    unsigned width = (unsigned)strtoul(argv[1], NULL, 10);
    unsigned height = (unsigned)strtoul(argv[2], NULL, 10);
    struct count *count = mem_zero((size_t)argc, sizeof(*count));
    int failed = count == NULL;

    for (int i = FIRST_URL; i < argc && !failed; i++)
        failed = add(w, argv[i], width, height, i) < 0;
    if (!failed)
        failed = watch(w, count, strtoull(argv[3], NULL, 10));
    mem_free(count);
    return failed;
}

int main(int argc, char **argv)
{
    char error[400], known[PATH_BYTES], key[PATH_BYTES];
    struct wall_settings set = {.trust = RECEIVER_TRUST_FIRST, .known_servers = known};
    struct keys *keys;
    struct wall *w;

    if (argc <= FIRST_URL)
        return 2;
    set.directory = argv[4];
    text_format(known, sizeof(known), "%s/known", argv[4]);
    text_format(key, sizeof(key), "%s/key", argv[4]);
    if (secure_global_init() < 0 || keys_open(key, &keys, error, sizeof(error)) < 0)
        return 1;
    set.keys = keys;
    if (wall_new(&set, &w) < 0)
        return 1;
    int failed = run(w, argc, argv);
    wall_stop(w);
    wall_free(w);
    keys_free(keys);
    return failed;
}
