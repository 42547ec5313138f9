/* SPDX-License-Identifier: MIT */
#include "record/complete.h"

#include <string.h>

#include "record/segment.h"
#include "util/log.h"
#include "util/text.h"

static const char *name_of_directory(const char *path, char *buf, size_t cap)
{
    text_copy(buf, cap, path);
    char *end = strrchr(buf, '/');
    if (!end)
        return "";
    *end = '\0';
    char *begin = strrchr(buf, '/');
    return begin ? begin + 1 : buf;
}

static void log_finished(bool recovered, const struct hook_segment *s)
{
    char bytes[24];
    const struct log_field fields[] = {
        LOG_STR("stream", s->stream),       LOG_STR("file", s->file),
        LOG_REAL("duration_s", s->seconds), LOG_NUM("frames", s->frames),
        LOG_NUM("bytes", s->bytes),
    };
    log_event(LOG_LEVEL_INFO, recovered ? "segment-recovered" : "segment-finished", fields, 5,
              recovered ? _("recovered %s: %.3f s, %llu frames, %s")
                        : _("finished %s: %.3f s, %llu frames, %s"),
              s->file, s->seconds, (unsigned long long)s->frames, text_bytes(s->bytes, bytes));
}

int complete_segment(const struct complete_settings *s, int fd, const char *part,
                     struct finish_report *report)
{
    char final[SEGMENT_PATH_MAX], directory[SEGMENT_PATH_MAX], start[40];
    int rc = finish_file(s->disk, fd, report);
    if (rc == 0)
        rc = segment_publish(s->disk, part, final, sizeof final);
    if (rc < 0)
        return rc;
    finish_start_time(fd, start, sizeof start);
    const struct hook_segment done = {
        .file = final,
        .stream = s->stream ? s->stream : name_of_directory(final, directory, sizeof directory),
        .start = start,
        .seconds = report->seconds,
        .frames = report->frames,
        .bytes = report->bytes,
    };
    log_finished(s->recovered, &done);
    hook_submit(s->hook, &done);
    return 0;
}
