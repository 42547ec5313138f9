/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "console/app_impl.h"
#include "record/snapshot.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

/* The frames are taken when it is asked for, and written when the disk gets to it. */
struct snapshot_errand {
    const char *directory;
    struct app_snapshot_done told;
    size_t n;
    struct frame **frame; /* NULL: there is none */
    struct app_snapshot *result;
};

static void free_errand(struct snapshot_errand *e)
{
    for (size_t i = 0; e->frame && i < e->n; i++)
        frame_unref(&e->frame[i]);
    mem_free(e->frame);
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
        write_one(e, e->frame[i], &e->result[i]);
    end_errand(e);
}

static bool is_meant(const struct wall_row *row, uint64_t stream)
{
    return stream == 0 ? !row->finder : row->id == stream;
}

static int fill_errand(struct snapshot_errand *e, struct app *a, const struct wall_view *v,
                       uint64_t stream)
{
    e->frame = mem_zero(v->n + 1, sizeof(struct frame *));
    e->result = mem_zero(v->n + 1, sizeof(*e->result));
    if (!e->frame || !e->result)
        return -ENOMEM;
    for (size_t i = 0; i < v->n; i++) {
        if (!is_meant(&v->row[i], stream))
            continue;
        text_copy(e->result[e->n].stream, URL_NAME_MAX, v->row[i].name);
        e->frame[e->n++] = wall_newest(a->set->wall, v->row[i].id);
    }
    return stream != 0 && e->n == 0 ? ERR_UNKNOWN : 0;
}

int app_snapshot(struct app *a, uint64_t stream, const struct app_snapshot_done *told)
{
    struct snapshot_errand *e = mem_zero(1, sizeof(*e));
    struct wall_view v = {0};

    int err = e ? wall_snapshot(a->set->wall, &v) : -ENOMEM;
    if (err == 0)
        err = fill_errand(e, a, &v, stream);
    wall_view_fini(&v);
    if (err < 0) {
        if (e)
            free_errand(e);
        return err;
    }
    e->directory = a->set->directory;
    if (told)
        e->told = *told;
    errands_send(a->errands, &(struct errand){run_errand, drop_errand, e});
    return 0;
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
