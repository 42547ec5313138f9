/* SPDX-License-Identifier: MIT */
#include "capture/source_card.h"

#include <errno.h>
#include <stdio.h>

#include "capture/schedule.h"
#include "media/testcard.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

enum { DEFAULT_WIDTH = 640, DEFAULT_HEIGHT = 480, DEFAULT_MILLIHERTZ = 25000 };

struct source_card {
    struct source base; /* first: the ops are given this and know what it is in */
    struct testcard *card;
    struct schedule schedule;
    uint32_t number;
};

static int card_read(struct source *s, struct frame_pool *pool, struct frame **out)
{
    struct source_card *c = (struct source_card *)s;
    uint64_t due_ns = schedule_next(&c->schedule, mono_ns());
    if (stop_wait_until(s->stop, due_ns))
        return ERR_STOPPED;
    uint64_t due_us = due_ns / NS_PER_US;
    int64_t wall = wall_us() - (int64_t)(mono_us() - due_us);
    int r = testcard_draw(c->card, c->number, due_us, wall, pool, out);
    if (r == 0)
        c->number++;
    return r;
}

static void card_close(struct source *s)
{
    struct source_card *c = (struct source_card *)s;
    testcard_free(c->card);
    mem_free(c);
}

static const struct source_ops card_ops = {.read = card_read, .close = card_close};

int source_card_open(const struct source_spec *spec, struct stop *stop, struct source **out,
                     char *error, size_t cap)
{
    struct source_card *c = mem_zero(1, sizeof *c);
    int r = -ENOMEM;
    if (!c)
        goto failed;
    c->base.ops = &card_ops;
    c->base.stop = stop;
    c->base.info = (struct source_info){
        .width = spec->width ? spec->width : DEFAULT_WIDTH,
        .height = spec->height ? spec->height : DEFAULT_HEIGHT,
        .millihertz = spec->millihertz ? spec->millihertz : DEFAULT_MILLIHERTZ,
    };
    r = testcard_new(c->base.info.width, c->base.info.height, spec->name, &c->card);
    if (r < 0)
        goto failed;
    schedule_init(&c->schedule, c->base.info.millihertz, mono_ns());
    *out = &c->base;
    return 0;
failed:
    mem_free(c);
    text_format(error, cap, _("cannot draw a test card of %ux%u: %s"), spec->width, spec->height,
                err_str(r));
    return r;
}
