/* SPDX-License-Identifier: MIT */
#include "record/reel_log.h"

#include "util/log.h"
#include "util/text.h"

void reel_log_opened(const char *stream, const char *path)
{
    const struct log_field fields[] = {LOG_STR("stream", stream), LOG_STR("file", path)};
    log_event(LOG_LEVEL_INFO, "segment-opened", fields, 2, _("recording %s to %s"), stream, path);
}

void reel_log_failed(const char *stream, bool full, const char *error)
{
    const struct log_field fields[] = {LOG_STR("stream", stream), LOG_STR("error", error)};
    log_event(LOG_LEVEL_ERROR, full ? "disk-full" : "recording-failed", fields, 2,
              _("recording of %s stands still: %s; it goes on by itself when that is over"), stream,
              error);
}

void reel_log_resumed(const char *stream, uint64_t dropped)
{
    const struct log_field fields[] = {LOG_STR("stream", stream), LOG_NUM("dropped", dropped)};
    log_event(LOG_LEVEL_WARNING, "recording-resumed", fields, 2,
              _("recording of %s goes on; %llu frames in all were left out"), stream,
              (unsigned long long)dropped);
}

void reel_log_verdict(const char *stream, enum timeline_verdict verdict)
{
    static const char *const why[] = {
        [TIMELINE_RESIZED] = N_("the picture has another size"),
        [TIMELINE_DISCONTINUITY] = N_("the stream began anew"),
        [TIMELINE_CAMERA_CLOCK] = N_("the camera's clock was set"),
        [TIMELINE_WALL_CLOCK] = N_("this computer's clock was set"),
        [TIMELINE_LONG_HOLE] = N_("there was no picture for hours"),
    };
    if (verdict == TIMELINE_SAME || verdict == TIMELINE_CUT)
        return;
    const struct log_field fields[] = {LOG_STR("stream", stream), LOG_STR("reason", why[verdict])};
    log_event(LOG_LEVEL_WARNING, "segment-forced", fields, 2,
              _("recording of %s goes on in a new file: %s"), stream, _(why[verdict]));
}

void reel_log_hole(const char *stream, uint64_t gap_us)
{
    double seconds = (double)gap_us / 1e6;
    const struct log_field fields[] = {LOG_STR("stream", stream), LOG_REAL("seconds", seconds)};
    log_event(LOG_LEVEL_WARNING, "recording-hole", fields, 2,
              _("recording of %s has a hole of %.1f s"), stream, seconds);
}

void reel_log_spoiled(const char *stream)
{
    const struct log_field fields[] = {LOG_STR("stream", stream)};
    log_event(LOG_LEVEL_WARNING, "recording-spoiled", fields, 1,
              _("recording of %s leaves out pictures that cannot be decoded"), stream);
}

void reel_log_behind(const char *stream)
{
    const struct log_field fields[] = {LOG_STR("stream", stream)};
    log_event(LOG_LEVEL_WARNING, "recorder-behind", fields, 1,
              _("recording of %s does not keep up; frames are left out"), stream);
}

void reel_log_caught_up(const char *stream, uint64_t dropped)
{
    const struct log_field fields[] = {LOG_STR("stream", stream), LOG_NUM("dropped", dropped)};
    log_event(LOG_LEVEL_WARNING, "recorder-caught-up", fields, 2,
              _("recording of %s keeps up again; %llu frames were left out"), stream,
              (unsigned long long)dropped);
}
