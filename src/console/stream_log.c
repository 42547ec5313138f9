/* SPDX-License-Identifier: MIT */
#include "console/stream_log.h"

#include <string.h>

#include "util/log.h"
#include "util/text.h"

void stream_log_init(struct stream_log *l)
{
    *l = (struct stream_log){.state = RECEIVER_STATES};
}

bool stream_log_is_news(struct stream_log *l, const struct receiver_status *st)
{
    if (st->state == RECEIVER_CONNECTING)
        return false;
    if (st->state == l->state && strcmp(st->why, l->why) == 0)
        return false;
    l->state = st->state;
    text_copy(l->why, sizeof(l->why), st->why);
    return true;
}

static enum log_level level_of(const struct receiver_status *st)
{
    if (st->state == RECEIVER_LIVE)
        return LOG_LEVEL_INFO;
    return st->changed_line ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;
}

void stream_log_state(struct stream_log *l, const char *name, const struct receiver_status *st)
{
    const char *state = receiver_state_name(st->state);
    const struct log_field fields[] = {
        LOG_STR("stream", name),
        LOG_STR("state", state),
        LOG_STR("why", st->why),
        LOG_STR("server", st->server),
    };

    if (st->found || !stream_log_is_news(l, st))
        return;
    if (st->state == RECEIVER_LIVE)
        log_event(LOG_LEVEL_INFO, "stream", fields, 4, _("%s: live, %ux%u%s"), name, st->width,
                  st->height, st->legacy ? _(", legacy, unencrypted") : "");
    else
        log_event(level_of(st), "stream", fields, 4, "%s: %s%s%s", name, _(state),
                  st->why[0] ? ": " : "", st->why);
}

void stream_log_recorded(const char *name, const struct recorder_status *last)
{
    char bytes[24];
    double worst_ms = (double)last->latency_worst_us / 1000;
    const struct log_field fields[] = {
        LOG_STR("stream", name),
        LOG_NUM("frames", last->frames),
        LOG_NUM("bytes", last->bytes),
        LOG_NUM("dropped", last->dropped),
        LOG_REAL("latency_worst_ms", worst_ms),
    };

    log_event(last->dropped ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "recording-ended", fields, 5,
              _("%s: recording ended: %llu frames, %s; %llu left out; at most %.0f ms from arrival "
                "to the file"),
              name, (unsigned long long)last->frames, text_bytes(last->bytes, bytes),
              (unsigned long long)last->dropped, worst_ms);
}
