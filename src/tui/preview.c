/* SPDX-License-Identifier: MIT */
#include "tui/preview.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "tui/picture.h"
#include "tui/imager.h"
#include "util/alloc.h"
#include "util/thread.h"

enum slot_state { SLOT_IDLE, SLOT_WAITING, SLOT_RUNNING };

struct done {
    bool any;
    uint64_t arrival_us;
    uint32_t number;
};

struct slot {
    uint64_t stream;
    struct picture_spec spec;
    uint64_t generation; /* counts preview_set: a result of an earlier one is stale */
    enum slot_state state;
    struct cells back;                       /* the worker's while RUNNING */
    struct cells front;                      /* finished */
    struct tiles tiles;                      /* the worker's while RUNNING: what was drawn last */
    struct strips back_strips, front_strips; /* the same in forms of pixels … */
    struct drawn drawn;
    uint64_t drawn_generation; /* … of what drawn is */
    size_t most;               /* bytes */
    bool fresh;                /* what is in front has not been taken */
    struct done done;          /* the frame that was drawn last */
};

struct worker {
    struct preview *pool;
    struct picture *picture;
    struct imager *imager;
    struct thread thread;
};

struct preview {
    struct frame *(*newest)(void *ctx, uint64_t stream);
    void *ctx;
    int wake_fd;
    pthread_mutex_t lock; /* everything below */
    pthread_cond_t work;
    bool stopping;
    unsigned next; /* where the search for work goes on: no slot starves */
    uint64_t damaged;
    struct slot slot[PREVIEW_SLOTS];
    struct worker worker[PREVIEW_THREADS_MAX];
    unsigned workers;
};

void cells_fini(struct cells *c)
{
    mem_free(c->at);
    *c = (struct cells){0};
}

static struct slot *find_work(struct preview *p)
{
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        struct slot *s = &p->slot[(p->next + i) % PREVIEW_SLOTS];
        if (s->state == SLOT_WAITING) {
            p->next = (p->next + i + 1) % PREVIEW_SLOTS;
            return s;
        }
    }
    return NULL;
}

static bool make_room(struct cells *c, const struct picture_spec *spec)
{
    unsigned n = spec->cols * spec->rows;
    if (n > c->cap) {
        struct cell *at = mem_grow(c->at, n, sizeof *at);
        if (!at) {
            return false;
        }
        c->at = at;
        c->cap = n;
    }
    c->spec = *spec;
    return true;
}

static bool already_drawn(const struct done *d, const struct frame *f)
{
    return d->any && d->arrival_us == f->arrival_us && d->number == f->number;
}

/* What a job starts from. */
struct job {
    uint64_t generation, stream;
    struct picture_spec spec;
    struct done done;
    size_t most;
};

/* Draws into the back, which is this worker's now. 0, or negative when the frame is damaged. */
static int draw(struct worker *w, struct slot *s, const struct job *j, const struct frame *f)
{
    if (j->spec.form != PICTURE_CELLS) {
        if (s->drawn_generation != j->generation) {
            drawn_forget(&s->drawn);
            s->drawn_generation = j->generation;
        }
        return imager_render(w->imager, w->picture, f, &j->spec, j->most, &s->drawn,
                             &s->back_strips);
    }
    if (!make_room(&s->back, &j->spec)) {
        return -ENOMEM;
    }
    s->back.stream = j->stream;
    s->back.arrival_us = f->arrival_us;
    s->back.number = f->number;
    return picture_render(w->picture, f, &s->tiles, &s->back);
}

/* True when there is something to be taken. */
static bool publish(struct slot *s, const struct frame *f)
{
    s->done = (struct done){true, f->arrival_us, f->number};
    if (s->spec.form == PICTURE_CELLS) {
        struct cells finished = s->back;
        s->back = s->front;
        s->front = finished;
        s->fresh = true;
    } else if (strips_any(&s->back_strips)) {
        strips_move(&s->front_strips, &s->back_strips);
        s->fresh = true;
    }
    return s->fresh;
}

static void wake(const struct preview *p)
{
    uint64_t one = 1;
    ssize_t n = write(p->wake_fd, &one, sizeof one);
    (void)n; /* full: it will wake anyway */
}

/* One job; called and returns with the lock held. */
static void work(struct worker *w, struct slot *s)
{
    struct preview *p = w->pool;
    const struct job j = {s->generation, s->stream, s->spec, s->done, s->most};
    s->state = SLOT_RUNNING;
    pthread_mutex_unlock(&p->lock);
    struct frame *f = p->newest(p->ctx, j.stream);
    int err = f && !already_drawn(&j.done, f) ? draw(w, s, &j, f) : -EAGAIN;
    pthread_mutex_lock(&p->lock);
    s->state = SLOT_IDLE;
    if (!err && s->generation == j.generation && publish(s, f)) {
        wake(p);
    }
    p->damaged += err && err != -EAGAIN;
    frame_unref(&f);
}

static void run(void *arg)
{
    struct worker *w = arg;
    struct preview *p = w->pool;
    pthread_mutex_lock(&p->lock);
    while (!p->stopping) {
        struct slot *s = find_work(p);
        if (s) {
            work(w, s);
        } else {
            pthread_cond_wait(&p->work, &p->lock);
        }
    }
    pthread_mutex_unlock(&p->lock);
}

static unsigned thread_count(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 2 ? 1 : cpus > PREVIEW_THREADS_MAX ? PREVIEW_THREADS_MAX : (unsigned)cpus;
}

int preview_new(struct preview **out, struct frame *(*newest)(void *ctx, uint64_t stream),
                void *ctx, int wake_fd)
{
    struct preview *p = mem_zero(1, sizeof *p);
    if (!p) {
        return -ENOMEM;
    }
    p->newest = newest;
    p->ctx = ctx;
    p->wake_fd = wake_fd;
    pthread_mutex_init(&p->lock, NULL);
    thread_cond_init(&p->work);
    int err = 0;
    for (unsigned n = thread_count(); p->workers < n && !err;) {
        struct worker *w = &p->worker[p->workers++];
        char name[16];
        snprintf(name, sizeof name, "preview-%u", p->workers);
        w->pool = p;
        err = picture_new(&w->picture);
        err = err ? err : imager_new(&w->imager);
        if (!err) {
            err = thread_start(&w->thread, name, THREAD_STACK_BIG, run, w);
        }
    }
    if (err) {
        preview_free(p);
        return err;
    }
    *out = p;
    return 0;
}

static void slot_fini(struct slot *s)
{
    tiles_fini(&s->tiles);
    cells_fini(&s->back);
    cells_fini(&s->front);
    strips_fini(&s->back_strips);
    strips_fini(&s->front_strips);
    drawn_forget(&s->drawn);
}

void preview_free(struct preview *p)
{
    if (!p) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->workers; i++) {
        thread_join(&p->worker[i].thread);
        picture_free(p->worker[i].picture);
        imager_free(p->worker[i].imager);
    }
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        slot_fini(&p->slot[i]);
    }
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

void preview_set(struct preview *p, unsigned slot, uint64_t stream, const struct picture_spec *spec)
{
    struct slot *s = &p->slot[slot];
    pthread_mutex_lock(&p->lock);
    s->stream = stream;
    s->spec = spec ? *spec : (struct picture_spec){0};
    s->generation++;
    s->fresh = s->done.any = false;
    if (s->state == SLOT_WAITING) {
        s->state = SLOT_IDLE;
    }
    pthread_mutex_unlock(&p->lock);
}

void preview_ask(struct preview *p, unsigned slot, size_t most)
{
    struct slot *s = &p->slot[slot];
    pthread_mutex_lock(&p->lock);
    s->most = most;
    if (s->stream && s->state == SLOT_IDLE) {
        s->state = SLOT_WAITING;
        pthread_cond_signal(&p->work);
    }
    pthread_mutex_unlock(&p->lock);
}

bool preview_take(struct preview *p, unsigned slot, struct cells *out)
{
    struct slot *s = &p->slot[slot];
    pthread_mutex_lock(&p->lock);
    bool fresh = s->fresh;
    if (fresh) {
        struct cells taken = s->front;
        s->front = *out;
        *out = taken;
        s->fresh = false;
    }
    pthread_mutex_unlock(&p->lock);
    return fresh;
}

bool preview_take_strips(struct preview *p, unsigned slot, struct strips *to, bool *other_shape)
{
    struct slot *s = &p->slot[slot];
    pthread_mutex_lock(&p->lock);
    bool fresh = s->fresh;
    if (fresh) {
        *other_shape = strips_move(to, &s->front_strips);
        s->fresh = false;
    }
    pthread_mutex_unlock(&p->lock);
    return fresh;
}

uint64_t preview_damaged(struct preview *p)
{
    pthread_mutex_lock(&p->lock);
    uint64_t n = p->damaged;
    pthread_mutex_unlock(&p->lock);
    return n;
}
