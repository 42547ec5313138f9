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
