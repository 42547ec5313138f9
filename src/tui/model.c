/* SPDX-License-Identifier: MIT */
#include "tui/model.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

int tui_model_init(struct tui_model *m)
{
    *m = (struct tui_model){.cpu = NAN, .record_bytes_per_second = 0};
    m->events.ring = mem_zero(TUI_EVENTS, sizeof *m->events.ring);
    return m->events.ring ? 0 : -ENOMEM;
}

void tui_model_fini(struct tui_model *m)
{
    mem_free(m->stream);
    mem_free(m->events.ring);
    *m = (struct tui_model){0};
}

void tui_stream_init(struct tui_stream *s)
{
    memset(s, 0, sizeof *s);
    s->fps = s->bits_per_second = s->loss_raw = s->loss = NAN;
    s->jitter_ms = s->rtt_ms = s->latency_ms = s->recorder_latency_ms = NAN;
    s->every_nth = 1;
}

int tui_model_resize(struct tui_model *m, size_t n)
{
    if (n > m->cap) {
        struct tui_stream *more = mem_grow(m->stream, n, sizeof *more);
        if (!more) {
            return -ENOMEM;
        }
        m->stream = more;
        m->cap = n;
    }
    for (size_t i = m->n; i < n; i++) {
        tui_stream_init(&m->stream[i]);
    }
    m->n = n;
    return 0;
}

void tui_events_add(struct tui_events *e, uint64_t seq, int64_t wall_us, enum tui_level level,
                    const char *text)
{
    size_t at = (e->first + e->n) % TUI_EVENTS;
    if (e->n == TUI_EVENTS) {
        e->first = (e->first + 1) % TUI_EVENTS;
    } else {
        e->n++;
    }
    e->ring[at].wall_us = wall_us;
    e->ring[at].level = level;
    text_copy(e->ring[at].text, sizeof e->ring[at].text, text);
    e->last_seq = seq;
}

const struct tui_event *tui_events_at(const struct tui_events *e, size_t i)
{
    return &e->ring[(e->first + i) % TUI_EVENTS];
}
