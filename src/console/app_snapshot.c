/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdatomic.h>

#include "console/app_impl.h"
#include "record/snapshot.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

/* Pictures of full size are asked for at once; when all have come, or could not be had, they are
 * written as soon as the disk gets to it. */
struct snapshot_still {
    struct snapshot_errand *errand;
    struct frame *frame; /* NULL: there is none */
};

struct snapshot_errand {
    struct errands *errands;
    const char *directory;
    struct app_snapshot_done told;
    size_t n;
    _Atomic size_t awaited; /* stills, and one for whoever asks for them */
    struct snapshot_still *still;
    struct app_snapshot *result;
};

static void free_errand(struct snapshot_errand *e)
{
    for (size_t i = 0; e->still && i < e->n; i++)
        frame_unref(&e->still[i].frame);
    mem_free(e->still);
    mem_free(e->result);
    mem_free(e);
}

static void end_errand(struct snapshot_errand *e)
{
    if (e->told.done)
        e->told.done(e->told.ctx, e->told.token, e->result, e->n);
    free_errand(e);
}

/* The queue was full. */
static void drop_errand(void *ctx)
{
    struct snapshot_errand *e = ctx;

    for (size_t i = 0; i < e->n; i++)
        e->result[i].err = -EBUSY;
    end_errand(e);
}

static void write_one(const struct snapshot_errand *e, const struct frame *f,
                      struct app_snapshot *r)
{
    if (!f) {
        r->err = -ENODATA;
        log_warning(_("%s: no snapshot, there is no picture yet"), r->stream);
        return;
    }
    r->width = f->width;
    r->height = f->height;
    r->err = snapshot_write(NULL, e->directory, r->stream, f->data, f->len, f->wall_us, r->path,
                            sizeof(r->path));
    if (r->err < 0) {
        r->path[0] = '\0';
        log_error(_("%s: no snapshot in %s: %s"), r->stream, e->directory, err_str(r->err));
    } else {
        log_info(_("%s: snapshot %s, %ux%u"), r->stream, r->path, r->width, r->height);
    }
}

static void run_errand(void *ctx)
{
    struct snapshot_errand *e = ctx;

    for (size_t i = 0; i < e->n; i++)
        write_one(e, e->still[i].frame, &e->result[i]);
    end_errand(e);
}

static bool is_meant(const struct wall_row *row, uint64_t stream)
{
    return stream == 0 ? !row->finder : row->id == stream;
}

/* The last one sends the errand. */
static void one_less(struct snapshot_errand *e)
{
    if (atomic_fetch_sub(&e->awaited, 1) == 1)
        errands_send(e->errands, &(struct errand){run_errand, drop_errand, e});
}

static void on_still(void *ctx, struct frame *f)
{
    struct snapshot_still *s = ctx;

    s->frame = f ? frame_ref(f) : NULL;
    one_less(s->errand);
}

/* Room for all of them first: answers may come at once. */
static int fill_errand(struct snapshot_errand *e, const struct wall_view *v, uint64_t stream)
{
    e->still = mem_zero(v->n + 1, sizeof(*e->still));
    e->result = mem_zero(v->n + 1, sizeof(*e->result));
    if (!e->still || !e->result)
        return -ENOMEM;
    for (size_t i = 0; i < v->n; i++) {
        if (!is_meant(&v->row[i], stream))
            continue;
        text_copy(e->result[e->n].stream, URL_NAME_MAX, v->row[i].name);
        e->still[e->n++].errand = e;
    }
    return stream != 0 && e->n == 0 ? ERR_UNKNOWN : 0;
}

static void ask_stills(struct snapshot_errand *e, struct wall *w, const struct wall_view *v,
                       uint64_t stream)
{
    size_t k = 0;

    e->awaited = e->n + 1;
    for (size_t i = 0; i < v->n; i++) {
        if (!is_meant(&v->row[i], stream))
            continue;
        if (wall_still(w, v->row[i].id, on_still, &e->still[k]) < 0)
            on_still(&e->still[k], NULL);
        k++;
    }
    one_less(e);
}

int app_snapshot(struct app *a, uint64_t stream, const struct app_snapshot_done *told)
{
    struct snapshot_errand *e = mem_zero(1, sizeof(*e));
    struct wall_view v = {0};

    int err = e ? wall_snapshot(a->set->wall, &v) : -ENOMEM;
    if (err == 0)
        err = fill_errand(e, &v, stream);
    if (err == 0) {
        e->errands = a->errands;
        e->directory = a->set->directory;
        if (told)
            e->told = *told;
        ask_stills(e, a->set->wall, &v, stream);
    } else if (e) {
        free_errand(e);
    }
    wall_view_fini(&v);
    return err;
}

static void snapshot_or_say(struct app *a, uint64_t stream)
{
    int err = app_snapshot(a, stream, NULL);

    if (err < 0)
        log_error(_("no snapshot: %s"), err_str(err));
}

void app_on_snapshot(void *app, uint64_t stream)
{
    snapshot_or_say(app, stream);
}

void app_on_snapshot_all(void *app)
{
    snapshot_or_say(app, 0);
}
