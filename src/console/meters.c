/* SPDX-License-Identifier: MIT */
#include "console/meters.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "util/alloc.h"
#include "util/mono.h"
#include "util/stop.h"
#include "util/thread.h"

enum { LOSS_SECONDS = 5 };

struct sample {
    float bits_per_second, fps, latency_ms;
    uint64_t packets, lost, repaired; /* running totals */
};

struct series {
    uint64_t id;
    bool seen; /* in the newest snapshot */
    struct sample ring[TUI_HISTORY + LOSS_SECONDS];
    size_t newest, n;
};

struct meters {
    struct wall *wall;
    const char *directory;
    struct stop stop;
    struct thread thread;
    struct wall_view view;   /* the thread's own */
    uint64_t recorded_bytes; /* as of the last second; the thread's own */
    double cpu_s;            /* likewise */
    pthread_mutex_t lock;    /* guards what follows */
    struct series **series;
    size_t n;
    struct meters_totals totals;
};

static struct series *find(const struct meters *m, uint64_t id)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->series[i]->id == id)
            return m->series[i];
    return NULL;
}

static struct series *add(struct meters *m, uint64_t id)
{
    struct series **grown = mem_grow(m->series, m->n + 1, sizeof(*grown));

    if (!grown)
        return NULL;
    m->series = grown;
    struct series *s = mem_zero(1, sizeof(*s));
    if (!s)
        return NULL;
    s->id = id;
    m->series[m->n++] = s;
    return s;
}

static void put(struct series *s, const struct sample *v)
{
    const size_t cap = sizeof(s->ring) / sizeof(s->ring[0]);

    s->newest = (s->newest + 1) % cap;
    s->ring[s->newest] = *v;
    s->n += s->n < cap;
}

/* back = 0 is the newest. */
static const struct sample *at(const struct series *s, size_t back)
{
    const size_t cap = sizeof(s->ring) / sizeof(s->ring[0]);

    return &s->ring[(s->newest + cap - back) % cap];
}

static void take_row(struct meters *m, const struct wall_row *row)
{
    const struct receiver_status *rx = &row->rx;
    bool live = rx->state == RECEIVER_LIVE;
    struct series *s = find(m, row->id);

    if (!s)
        s = add(m, row->id);
    if (!s)
        return;
    s->seen = true;
    const struct sample v = {
        .bits_per_second = live ? (float)rx->bitrate : NAN,
        .fps = live ? (float)rx->fps : NAN,
        .latency_ms = live ? (float)rx->latency_ms : NAN,
        .packets = rx->packets,
        .lost = rx->packets_lost,
        .repaired = rx->packets_repaired,
    };
    put(s, &v);
}

static void forget_gone(struct meters *m)
{
    for (size_t i = m->n; i-- > 0;) {
        if (m->series[i]->seen)
            continue;
        mem_free(m->series[i]);
        m->series[i] = m->series[--m->n];
    }
}

static double cpu_seconds(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static uint64_t recorded_bytes(const struct wall_view *v)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < v->n; i++)
        sum += v->row[i].recorded_bytes;
    return sum;
}

static void measure(struct meters *m, double seconds)
{
    struct meters_totals t = {0};
    struct statvfs fs;

    if (wall_snapshot(m->wall, &m->view) < 0)
        return;
    if (statvfs(m->directory, &fs) == 0 || statvfs(".", &fs) == 0) {
        t.disk_known = true;
        t.disk_free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    }
    double cpu_s = cpu_seconds();
    uint64_t bytes = recorded_bytes(&m->view);
    t.cpu = (cpu_s - m->cpu_s) / seconds;
    /* Streams that left take their bytes with them. */
    if (bytes > m->recorded_bytes)
        t.record_bytes_per_second = (double)(bytes - m->recorded_bytes) / seconds;
    m->cpu_s = cpu_s;
    m->recorded_bytes = bytes;
    pthread_mutex_lock(&m->lock);
    m->totals = t;
    for (size_t i = 0; i < m->n; i++)
        m->series[i]->seen = false;
    for (size_t i = 0; i < m->view.n; i++)
        take_row(m, &m->view.row[i]);
    forget_gone(m);
    pthread_mutex_unlock(&m->lock);
}

static void run(void *arg)
{
    struct meters *m = arg;
    uint64_t then = mono_ns();

    m->cpu_s = cpu_seconds();
    while (!stop_wait_until(&m->stop, then + NS_PER_S)) {
        uint64_t now = mono_ns();
        measure(m, (double)(now - then) / NS_PER_S);
        then = now;
    }
}

int meters_start(struct wall *w, const char *directory, struct meters **out)
{
    struct meters *m = mem_zero(1, sizeof(*m));

    if (!m)
        return -ENOMEM;
    m->wall = w;
    m->directory = directory;
    int err = stop_init(&m->stop);
    if (err < 0) {
        mem_free(m);
        return err;
    }
    pthread_mutex_init(&m->lock, NULL);
    err = thread_start(&m->thread, "meters", THREAD_STACK, run, m);
    if (err < 0) {
        meters_stop(m);
        return err;
    }
    *out = m;
    return 0;
}

void meters_stop(struct meters *m)
{
    if (!m)
        return;
    stop_raise(&m->stop);
    thread_join(&m->thread);
    for (size_t i = 0; i < m->n; i++)
        mem_free(m->series[i]);
    mem_free(m->series);
    wall_view_fini(&m->view);
    pthread_mutex_destroy(&m->lock);
    stop_fini(&m->stop);
    mem_free(m);
}

void meters_totals(struct meters *m, struct meters_totals *out)
{
    pthread_mutex_lock(&m->lock);
    *out = m->totals;
    pthread_mutex_unlock(&m->lock);
}

/* Between the samples back and back + span of a series. */
static void loss_between(const struct series *s, size_t back, size_t span, double *raw,
                         double *repaired)
{
    *raw = *repaired = NAN;
    if (back + 1 >= s->n)
        return;
    if (back + span >= s->n)
        span = s->n - 1 - back;
    const struct sample *b = at(s, back), *a = at(s, back + span);
    double lost = (double)(b->lost - a->lost);
    double sent = (double)(b->packets - a->packets) + lost;
    if (sent <= 0)
        return;
    *repaired = lost / sent;
    *raw = (lost + (double)(b->repaired - a->repaired)) / sent;
}

void meters_loss(struct meters *m, uint64_t stream, double *raw, double *repaired)
{
    *raw = *repaired = NAN;
    pthread_mutex_lock(&m->lock);
    const struct series *s = find(m, stream);
    if (s)
        loss_between(s, 0, LOSS_SECONDS, raw, repaired);
    pthread_mutex_unlock(&m->lock);
}

bool meters_history(struct meters *m, uint64_t stream, struct tui_history *out)
{
    pthread_mutex_lock(&m->lock);
    const struct series *s = find(m, stream);
    out->n = !s ? 0 : s->n < TUI_HISTORY ? s->n : TUI_HISTORY;
    for (size_t i = 0; i < out->n; i++) {
        size_t back = out->n - 1 - i;
        const struct sample *v = at(s, back);
        double raw, repaired;
        loss_between(s, back, 1, &raw, &repaired);
        out->bits_per_second[i] = v->bits_per_second;
        out->fps[i] = v->fps;
        out->loss[i] = (float)repaired;
        out->latency_ms[i] = v->latency_ms;
    }
    pthread_mutex_unlock(&m->lock);
    return s != NULL;
}
