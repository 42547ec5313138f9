/* SPDX-License-Identifier: MIT */
/* Streams are added by anybody and by finders (receivers that asked a server for its cameras).
 * wall_remove moves a stream to the list of leavers; the joiner frees those, and only it, outside
 * the lock, until wall_stop() has ended it. Lock order: wall, then stream, then receiver. */
#include "console/wall.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "console/stream.h"
#include "console/wall_impl.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

int wall_list_add(struct wall_list *l, struct stream *s)
{
    struct stream **grown = mem_grow(l->at, l->n + 1, sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    l->at = grown;
    l->at[l->n++] = s;
    return 0;
}

void wall_list_cut(struct wall_list *l, size_t i)
{
    l->n--;
    memmove(&l->at[i], &l->at[i + 1], (l->n - i) * sizeof(l->at[0]));
}

void wall_poke(void *ctx)
{
    const struct wall *w = ctx;
    uint64_t one = 1;

    /* A counter that is full wakes as well. */
    if (write(w->event_fd, &one, sizeof(one)) < 0)
        return;
}

int wall_new(const struct wall_settings *s, struct wall **out)
{
    struct wall *w = mem_zero(1, sizeof(*w));

    if (!w)
        return -ENOMEM;
    w->set = s;
    w->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->event_fd < 0) {
        int err = -errno;
        mem_free(w);
        return err;
    }
    pthread_mutex_init(&w->lock, NULL);
    thread_cond_init(&w->ended);
    int err = wall_upkeep_start(w);
    if (err < 0) {
        wall_free(w);
        return err;
    }
    *out = w;
    return 0;
}

void wall_free(struct wall *w)
{
    if (!w)
        return;
    wall_stop(w);
    for (size_t i = 0; i < w->streams.n; i++)
        stream_free(w->streams.at[i]);
    mem_free(w->streams.at);
    mem_free(w->leavers.at);
    close(w->event_fd);
    pthread_cond_destroy(&w->ended);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

void wall_finish(struct wall *w, bool at_once)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    for (size_t i = 0; i < w->streams.n; i++)
        stream_finish(w->streams.at[i], at_once);
    pthread_mutex_unlock(&w->lock);
}

bool wall_is_over(struct wall *w)
{
    bool over = true;

    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->streams.n; i++)
        over &= stream_is_over(w->streams.at[i]);
    pthread_mutex_unlock(&w->lock);
    return over;
}

/* From here on nobody adds or removes streams, so the list is the owner's alone. Each step is asked
 * of all streams before any is waited for. */
void wall_stop(struct wall *w)
{
    wall_finish(w, false);
    wall_upkeep_join(w);
    for (size_t i = 0; i < w->streams.n; i++)
        stream_end_receiving(w->streams.at[i]);
    for (size_t i = 0; i < w->streams.n; i++)
        stream_end_recording(w->streams.at[i]);
    wall_free_leavers(w);
    wall_upkeep_stop(w);
}

int wall_fd(const struct wall *w)
{
    return w->event_fd;
}

static struct stream *by_name(struct wall *w, const char *name)
{
    for (size_t i = 0; i < w->streams.n; i++)
        if (strcmp(stream_name(w->streams.at[i]), name) == 0)
            return w->streams.at[i];
    return NULL;
}

static bool is_taken(void *ctx, const char *name)
{
    return by_name(ctx, name) != NULL;
}

/* A name given by a person must be free; any other is numbered until it is. */
static int choose_name(struct wall *w, const struct url *u, char *name, size_t cap)
{
    if (u->name[0]) {
        text_copy(name, cap, u->name);
        return by_name(w, name) ? -EEXIST : 0;
    }
    if (u->kind == URL_CAMERA)
        text_copy(name, cap, u->camera);
    else
        url_host_port(u, name, cap);
    text_number(name, cap, is_taken, w);
    return 0;
}

static void on_cameras(void *ctx, struct stream *finder, const struct packet_camera *camera,
                       unsigned n);

/* The wall's lock is held. */
static int add_locked(struct wall *w, const struct wall_add *a, uint64_t *id)
{
    char name[URL_NAME_MAX];
    struct stream *s;
    struct stream_settings set = {
        .wall = w->set,
        .hook = w->hook,
        .url = a->url,
        .name = name,
        .codec = a->codec < 0 ? w->set->codec : (enum recorder_codec)a->codec,
        .segment_ms = a->segment_ms ? a->segment_ms : w->set->segment_ms,
        .record = a->record < 0 ? w->set->record : a->record > 0,
        .ctx = w,
        .on_change = wall_poke,
        .on_cameras = on_cameras,
    };

    if (w->stopping)
        return ERR_STOPPED;
    int err = choose_name(w, &a->url, name, sizeof(name));
    if (err == 0)
        err = stream_new(&set, w->newest_id + 1, &s);
    if (err < 0)
        return err;
    err = wall_list_add(&w->streams, s);
    if (err < 0) {
        stream_free(s);
        return err;
    }
    w->newest_id++;
    if (id)
        *id = w->newest_id;
    err = stream_start(s);
    if (err < 0) {
        wall_list_cut(&w->streams, w->streams.n - 1);
        stream_free(s);
    }
    return err;
}

int wall_add(struct wall *w, const struct wall_add *a, uint64_t *id)
{
    pthread_mutex_lock(&w->lock);
    int err = add_locked(w, a, id);
    pthread_mutex_unlock(&w->lock);
    return err;
}

/* A finder that a person named hands its name on as a prefix. */
static void add_found(struct wall *w, struct stream *finder, const char *camera)
{
    const struct stream_settings *set = stream_settings(finder);
    struct wall_add a = {.url = set->url,
                         .codec = (int)set->codec,
                         .record = set->record,
                         .segment_ms = set->segment_ms};

    a.url.kind = URL_CAMERA;
    text_copy(a.url.camera, sizeof(a.url.camera), camera);
    if (set->url.name[0])
        text_format(a.url.name, sizeof(a.url.name), "%s-%s", set->url.name, camera);
    int err = add_locked(w, &a, NULL);
    if (err < 0 && err != ERR_STOPPED)
        log_error(_("cannot add camera %s of %s: %s"), camera, stream_name(finder), err_str(err));
}

static void on_cameras(void *ctx, struct stream *finder, const struct packet_camera *camera,
                       unsigned n)
{
    struct wall *w = ctx;

    log_info(_("%s has %u cameras"), stream_name(finder), n);
    pthread_mutex_lock(&w->lock);
    for (unsigned i = 0; i < n; i++)
        add_found(w, finder, camera[i].name);
    pthread_mutex_unlock(&w->lock);
}

static int view_room(struct wall_view *v, size_t n)
{
    if (n <= v->cap)
        return 0;
    struct wall_row *grown = mem_grow(v->row, n, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    v->row = grown;
    v->cap = n;
    return 0;
}

int wall_snapshot(struct wall *w, struct wall_view *v)
{
    pthread_mutex_lock(&w->lock);
    int err = view_room(v, w->streams.n);
    v->n = 0;
    for (size_t i = 0; err == 0 && i < w->streams.n; i++)
        if (!stream_found(w->streams.at[i]))
            stream_snapshot(w->streams.at[i], &v->row[v->n++]);
    pthread_mutex_unlock(&w->lock);
    return err;
}

void wall_view_fini(struct wall_view *v)
{
    mem_free(v->row);
    *v = (struct wall_view){0};
}
