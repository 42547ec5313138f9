/* SPDX-License-Identifier: MIT */
#include "capture/source_av_log.h"

#include <libavutil/log.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/log.h"
#include "util/mono.h"

enum { REMEMBERED = 16, LINE = 512 };
static const uint64_t quiet_ns = 60 * NS_PER_S;

/* What was said lately, the oldest is forgotten first. */
static struct {
    pthread_mutex_t lock;
    struct {
        uint64_t hash, until_ns;
    } said[REMEMBERED];
    unsigned next;
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t hash_text(const char *s) /* FNV-1a */
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * UINT64_C(1099511628211);
    return h;
}

static bool is_news(const char *text)
{
    uint64_t hash = hash_text(text), now = mono_ns();
    bool news = true;
    pthread_mutex_lock(&memory.lock);
    for (unsigned i = 0; i < REMEMBERED; i++)
        if (memory.said[i].hash == hash && memory.said[i].until_ns > now)
            news = false;
    if (news) {
        memory.said[memory.next].hash = hash;
        memory.said[memory.next].until_ns = now + quiet_ns;
        memory.next = (memory.next + 1) % REMEMBERED;
    }
    pthread_mutex_unlock(&memory.lock);
    return news;
}

__attribute__((format(printf, 3, 0))) static void on_line(void *context, int level,
                                                          const char *format, va_list args)
{
    if (level > AV_LOG_INFO)
        return;
    const AVClass *class = context ? *(const AVClass **)context : NULL;
    char line[LINE];
    int n = snprintf(line, sizeof line, "%s: ", class ? class->item_name(context) : "ffmpeg");
    if (n < 0 || n >= LINE)
        return;
    vsnprintf(line + n, sizeof line - (size_t)n, format, args);
    line[strcspn(line, "\r\n")] = '\0';
    if (line[n] == '\0')
        return;
    if (level > AV_LOG_ERROR)
        log_debug("%s", line);
    else if (is_news(line))
        log_warning("%s", line);
}

void source_av_log_start(void)
{
    av_log_set_callback(on_line);
}
