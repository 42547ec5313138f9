/* SPDX-License-Identifier: MIT */
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/json.h"
#include "util/mono.h"
#include "util/text.h"

enum { MESSAGE_MAX = 2048, LINE_MAX_BYTES = MESSAGE_MAX + 64 };

/* Two locks, so that a slow hook does not hold up the file, nor log_reopen the hook. Neither is
 * taken while the other is held. */
static struct {
    pthread_mutex_t lock; /* guards what follows */
    int fd;
    char *path;
    enum log_format format;
    bool to_stderr;
    enum log_level least;
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .to_stderr = true, .least = LOG_LEVEL_INFO};

static struct {
    pthread_mutex_t lock; /* held while fn runs: after log_set_hook the old one is done */
    log_hook_fn *fn;
    void *ctx;
} hook = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int open_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    return fd;
}

int log_open(const struct log_settings *settings)
{
    int fd = -1;
    char *path = NULL;
    if (settings->file) {
        path = mem_strdup(settings->file);
        fd = path ? open_file(path) : -ENOMEM;
        if (fd < 0) {
            mem_free(path);
            return fd;
        }
    }
    pthread_mutex_lock(&sink.lock);
    int old_fd = sink.fd;
    char *old_path = sink.path;
    sink.fd = fd;
    sink.path = path;
    sink.format = settings->format;
    sink.to_stderr = settings->to_stderr;
    sink.least = settings->least;
    pthread_mutex_unlock(&sink.lock);
    if (old_fd >= 0)
        close(old_fd);
    mem_free(old_path);
    return 0;
}

int log_reopen(void)
{
    int rc = 0;
    pthread_mutex_lock(&sink.lock);
    if (sink.path) {
        rc = open_file(sink.path);
        if (rc >= 0) {
            if (sink.fd >= 0)
                close(sink.fd);
            sink.fd = rc;
            rc = 0;
        }
    }
    pthread_mutex_unlock(&sink.lock);
    return rc;
}

void log_close(void)
{
    log_open(&(struct log_settings){.to_stderr = true, .least = LOG_LEVEL_INFO});
}

void log_set_hook(log_hook_fn *fn, void *ctx)
{
    pthread_mutex_lock(&hook.lock);
    hook.fn = fn;
    hook.ctx = ctx;
    pthread_mutex_unlock(&hook.lock);
}

static void call_hook(enum log_level level, int64_t now_us, const char *message)
{
    pthread_mutex_lock(&hook.lock);
    if (hook.fn)
        hook.fn(hook.ctx, level, now_us, message);
    pthread_mutex_unlock(&hook.lock);
}

/* An event is one line and cannot command a terminal, whatever a peer put into a name. */
static void defuse(char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            *s = ' ';
    }
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    return names[level];
}

static size_t text_line(char *buf, size_t cap, enum log_level level, int64_t now_us,
                        const char *message)
{
    char when[40];
    const char *prefix = level == LOG_LEVEL_WARNING ? _("warning: ")
                         : level == LOG_LEVEL_ERROR ? _("error: ")
                                                    : "";
    wall_text(now_us, when, sizeof when);
    return text_format(buf, cap, "%s %s%s\n", when, prefix, message);
}

static void json_line(struct json *j, enum log_level level, int64_t now_us, const char *event,
                      const char *message, const struct log_field *fields, size_t n)
{
    char when[40];
    json_object(j, NULL);
    json_str(j, "time", wall_rfc3339(now_us, when, sizeof when));
    json_str(j, "level", level_name(level));
    json_str(j, "event", event ? event : "message");
    json_str(j, "message", message);
    for (size_t i = 0; i < n; i++) {
        const struct log_field *f = &fields[i];
        if (f->str)
            json_str(j, f->key, f->str);
        else if (f->is_real)
            json_real(j, f->key, f->real, 3);
        else
            json_int(j, f->key, f->num);
    }
    json_end_object(j);
}

/* One write, so that lines of several processes on one file do not mix. What cannot be written is
 * lost: there is nowhere to complain. */
static void write_line(int fd, const char *line, size_t len)
{
    ssize_t done;
    do
        done = write(fd, line, len);
    while (done < 0 && errno == EINTR);
}

static void emit(const char *line, size_t len)
{
    if (sink.fd >= 0)
        write_line(sink.fd, line, len);
    if (sink.to_stderr)
        write_line(STDERR_FILENO, line, len);
}

static void emit_json(enum log_level level, int64_t now_us, const char *event, const char *message,
                      const struct log_field *fields, size_t n)
{
    struct json j;
    size_t len;
    json_init(&j);
    json_line(&j, level, now_us, event, message, fields, n);
    const char *text = json_text(&j, &len);
    if (text) {
        j.buf[len++] = '\n'; /* where the NUL was */
        emit(j.buf, len);
    }
    json_fini(&j);
}

void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n,
               const char *fmt, ...)
{
    char message[MESSAGE_MAX], line[LINE_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    text_vformat(message, sizeof message, fmt, ap);
    va_end(ap);
    defuse(message);

    int64_t now_us = wall_us();
    pthread_mutex_lock(&sink.lock);
    bool wanted = level >= sink.least;
    if (wanted && sink.format == LOG_FORMAT_JSON)
        emit_json(level, now_us, event, message, fields, n);
    else if (wanted)
        emit(line, text_line(line, sizeof line, level, now_us, message));
    pthread_mutex_unlock(&sink.lock);
    if (wanted)
        call_hook(level, now_us, message);
}
