/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "console/app_impl.h"
#include "util/mono.h"
#include "util/text.h"

static const enum tui_state states[RECEIVER_STATES] = {
    [RECEIVER_CONNECTING] = TUI_CONNECTING, [RECEIVER_LIVE] = TUI_LIVE,
    [RECEIVER_STALE] = TUI_STALE,           [RECEIVER_OFFLINE] = TUI_OFFLINE,
    [RECEIVER_REFUSED] = TUI_REFUSED,       [RECEIVER_LOST] = TUI_LOST,
};

static void fill_link(struct tui_stream *to, const struct receiver_status *rx)
{
    to->state = states[rx->state];
    text_copy(to->why, sizeof(to->why), rx->why);
    to->next_try_us = rx->next_try_ns / NS_PER_US;
    to->frame_us = rx->last_frame_ns / NS_PER_US;
    to->legacy = rx->legacy;
    to->width = rx->width;
    to->height = rx->height;
    to->fps = rx->fps;
    to->bits_per_second = rx->bitrate;
    to->packets_lost = rx->packets_lost;
    to->packets_repaired = rx->packets_repaired;
    to->frames = rx->frames;
    to->frames_incomplete = rx->frames_incomplete;
    to->reconnects = rx->reconnects;
    to->jitter_ms = rx->jitter_ms;
    to->rtt_ms = rx->rtt_ms;
    to->latency_ms = rx->latency_ms;
}

static void fill_recording(struct tui_stream *to, const struct wall_row *row)
{
    const struct recorder_status *rec = &row->rec;

    to->recording = row->recording;
    to->every_nth = row->rx.left_out + 1u;
    to->tiers_down = row->rx.tiers_down;
    to->recorder_dropped = row->recorder_dropped;
    to->recorded_bytes = rec->bytes;
    if (row->recording && rec->frames)
        to->recorder_latency_ms = (double)rec->latency_us / 1000;
    if (row->recording && rec->began_wall_us)
        to->recorded_s = (uint64_t)(wall_us() - rec->began_wall_us) / 1000000;
    if (rec->state == RECORDER_DISK_FULL)
        text_copy(to->recorder_why, sizeof(to->recorder_why),
                  _("disk full; recording goes on when there is room"));
    else if (rec->state == RECORDER_FAILED)
        text_copy(to->recorder_why, sizeof(to->recorder_why), rec->error);
}

static void fill_stream(struct app *a, struct tui_stream *to, const struct wall_row *row)
{
    tui_stream_init(to);
    to->id = row->id;
    text_copy(to->name, sizeof(to->name), row->name);
    text_copy(to->url, sizeof(to->url), row->url);
    fill_link(to, &row->rx);
    fill_recording(to, row);
    meters_loss(a->meters, row->id, &to->loss_raw, &to->loss);
}

/* The first stream that waits for an answer about a key, or was refused for a changed one that
 * nobody has been told of. The question is called after the stream. */
static void fill_trust(struct app *a, struct tui_trust *to)
{
    pthread_mutex_lock(&a->lock);
    uint64_t dismissed = a->dismissed;
    pthread_mutex_unlock(&a->lock);
    memset(to, 0, sizeof(*to));
    for (size_t i = 0; i < a->view.n; i++) {
        const struct wall_row *row = &a->view.row[i];
        bool changed = row->rx.changed_line > 0;
        if (!row->rx.asking && !(changed && row->id > dismissed))
            continue;
        to->id = row->id;
        to->changed = changed;
        to->line = row->rx.changed_line;
        text_copy(to->host_port, sizeof(to->host_port), row->host_port);
        text_copy(to->fingerprint, sizeof(to->fingerprint), row->rx.server);
        text_copy(to->remembered, sizeof(to->remembered), row->rx.remembered);
        text_copy(to->file, sizeof(to->file), a->set->how->known_servers);
        return;
    }
}

static void fill_totals(struct app *a, struct tui_model *m)
{
    struct meters_totals t;

    meters_totals(a->meters, &t);
    text_copy(m->wall_name, sizeof(m->wall_name), a->set->wall_name);
    m->can_detach = a->set->can_detach;
    m->disk_known = t.disk_known;
    m->disk_free_bytes = t.disk_free_bytes;
    m->record_bytes_per_second = t.record_bytes_per_second;
    m->cpu = t.cpu;
    m->recorded_bytes = 0;
    for (size_t i = 0; i < a->view.n; i++)
        m->recorded_bytes += a->view.row[i].recorded_bytes;
}

void app_fill_model(void *app, struct tui_model *m)
{
    struct app *a = app;

    eventlog_read(a->events, &m->events);
    if (wall_snapshot(a->set->wall, &a->view) < 0 || tui_model_resize(m, a->view.n) < 0)
        return; /* what was shown stays */
    for (size_t i = 0; i < a->view.n; i++)
        fill_stream(a, &m->stream[i], &a->view.row[i]);
    fill_totals(a, m);
    fill_trust(a, &m->trust);
    pthread_mutex_lock(&a->lock);
    m->catalogue = a->catalogue;
    pthread_mutex_unlock(&a->lock);
}

bool app_fill_history(void *app, uint64_t stream, struct tui_history *h)
{
    struct app *a = app;

    return meters_history(a->meters, stream, h);
}

struct frame *app_newest(void *app, uint64_t stream)
{
    struct app *a = app;

    return wall_newest(a->set->wall, stream);
}
