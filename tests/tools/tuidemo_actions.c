/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tools/tuidemo_world.h"
#include "util/mono.h"
#include "util/text.h"

/* What keys do to the wall that is not there. */

static struct fake *find(struct world *w, uint64_t id)
{
    for (size_t i = 0; i < w->n; i++) {
        if (w->fake[i].id == id) {
            return &w->fake[i];
        }
    }
    return NULL;
}

static void set_recording(struct fake *f, enum tui_switch to)
{
    bool on = to == TUI_TOGGLE ? !f->recording : to == TUI_ON;
    if (on && !f->recording) {
        f->record_us = mono_us();
    }
    f->recording = on;
}

static void record(void *ctx, uint64_t stream, enum tui_switch to)
{
    struct world *w = ctx;
    char name[TUI_NAME_MAX] = "";
    bool on = false;
    pthread_mutex_lock(&w->lock);
    struct fake *f = find(w, stream);
    if (f) {
        set_recording(f, to);
        on = f->recording;
        text_copy(name, sizeof name, f->name);
    }
    pthread_mutex_unlock(&w->lock);
    world_log(w, "record %llu %d", (unsigned long long)stream, (int)to);
    world_event(w, TUI_NOTE, on ? "%s: recording to recordings/%s" : "%s: recording ended", name,
                name);
}

static void record_all(void *ctx, enum tui_switch to)
{
    struct world *w = ctx;
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n; i++) {
        set_recording(&w->fake[i], to);
    }
    pthread_mutex_unlock(&w->lock);
    world_log(w, "record_all %d", (int)to);
    world_event(w, TUI_NOTE, "%s", to == TUI_ON ? "recording all streams" : "all recordings ended");
}

static void snap(void *ctx, uint64_t stream)
{
    world_log(ctx, "snapshot %llu", (unsigned long long)stream);
    world_event(ctx, TUI_NOTE, "saved recordings/snapshot-%llu.jpg", (unsigned long long)stream);
}

static void snap_all(void *ctx)
{
    world_log(ctx, "snapshot_all");
    world_event(ctx, TUI_NOTE, "saved a snapshot of every stream");
}

static void add(void *ctx, const char *url)
{
    struct world *w = ctx;
    const char *slash = strrchr(url, '/');
    world_log(w, "add %s", url);
    if (!strcmp(url, "bad/")) {
        world_event(w, TUI_ERROR, "“%s” is not a stream: no camera is named", url);
        return;
    }
    pthread_mutex_lock(&w->lock);
    world_add(w, slash && slash[1] ? slash + 1 : url, url, TUI_LIVE);
    pthread_mutex_unlock(&w->lock);
    world_event(w, TUI_NOTE, "added %s", url);
}

static void take_away(void *ctx, uint64_t stream)
{
    struct world *w = ctx;
    char name[TUI_NAME_MAX] = "";
    pthread_mutex_lock(&w->lock);
    struct fake *f = find(w, stream);
    if (f) {
        text_copy(name, sizeof name, f->name);
        memmove(f, f + 1, (size_t)(&w->fake[w->n] - (f + 1)) * sizeof *f);
        w->n--;
    }
    pthread_mutex_unlock(&w->lock);
    world_log(w, "remove %llu", (unsigned long long)stream);
    world_event(w, TUI_NOTE, "%s: removed", name);
}

static void reconnect(void *ctx, uint64_t stream)
{
    world_log(ctx, "reconnect %llu", (unsigned long long)stream);
}

static void trust(void *ctx, uint64_t question, enum tui_trust_answer answer)
{
    struct world *w = ctx;
    pthread_mutex_lock(&w->lock);
    w->trust_id = 0;
    pthread_mutex_unlock(&w->lock);
    world_log(w, "trust %llu %d", (unsigned long long)question, (int)answer);
}

static void catalogue(void *ctx, const char *host)
{
    struct world *w = ctx;
    pthread_mutex_lock(&w->lock);
    memset(&w->catalogue, 0, sizeof w->catalogue);
    text_copy(w->catalogue.host, sizeof w->catalogue.host, host);
    w->catalogue_us = mono_us() + 300000;
    pthread_mutex_unlock(&w->lock);
    world_log(w, "catalogue %s", host);
}

static void want_size(void *ctx, uint64_t stream, unsigned width, unsigned height, unsigned fps)
{
    world_log(ctx, "want_size %llu %u %u %u", (unsigned long long)stream, width, height, fps);
}

static void ended(void *ctx, enum tui_end how)
{
    struct world *w = ctx;
    world_log(w, "ended %d", (int)how);
    pthread_mutex_lock(&w->lock);
    w->has_ended = true;
    w->how = how;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

bool world_wait_end(struct world *w, unsigned long long deadline_ns, enum tui_end *how)
{
    pthread_mutex_lock(&w->lock);
    while (!w->has_ended && thread_cond_wait(&w->ended, &w->lock, deadline_ns)) {
    }
    bool is = w->has_ended;
    *how = w->how;
    w->has_ended = is ? false : w->has_ended;
    pthread_mutex_unlock(&w->lock);
    return is;
}

struct tui_actions world_actions(struct world *w)
{
    return (struct tui_actions){w,         record,    record_all, snap,      snap_all,  add,
                                take_away, reconnect, trust,      catalogue, want_size, ended};
}
