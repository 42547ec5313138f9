/* SPDX-License-Identifier: MIT */
#include "console/errands.h"

#include <errno.h>
#include <stdint.h>

#include "util/alloc.h"
#include "util/log.h"
#include "util/queue.h"
#include "util/text.h"
#include "util/thread.h"

enum { ERRANDS_MAX = 256 };

struct errands {
    struct queue *queue;
    struct thread thread;
};

static void drop(void *item)
{
    struct errand *e = item;

    e->drop(e->ctx);
    mem_free(e);
}

static void run(void *arg)
{
    struct errands *e = arg;
    void *item;

    while (queue_pop(e->queue, UINT64_MAX, &item) == 0) {
        struct errand *what = item;
        what->run(what->ctx);
        mem_free(what);
    }
}

int errands_start(struct errands **out)
{
    struct errands *e = mem_zero(1, sizeof(*e));

    if (!e)
        return -ENOMEM;
    int err = queue_new(&e->queue, ERRANDS_MAX, SIZE_MAX, QUEUE_DROP_NEWEST, drop);
    if (err == 0)
        err = thread_start(&e->thread, "errands", THREAD_STACK, run, e);
    if (err < 0) {
        errands_stop(e);
        return err;
    }
    *out = e;
    return 0;
}

void errands_send(struct errands *e, const struct errand *what)
{
    struct errand *item = mem_alloc(sizeof(*item));

    if (!item) {
        what->drop(what->ctx);
        return;
    }
    *item = *what;
    if (queue_push(e->queue, item, 0) != 0)
        log_warning("%s", _("too much is asked at once; the newest was left out"));
}

void errands_stop(struct errands *e)
{
    if (!e)
        return;
    if (e->queue)
        queue_close(e->queue);
    thread_join(&e->thread);
    queue_free(e->queue);
    mem_free(e);
}
