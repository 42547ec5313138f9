/* SPDX-License-Identifier: MIT */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line an event, to standard error and/or a file, as text or JSON. Any thread; a line is
 * written with one write(). Text: "2026-11-22 12:23:51+00:00 MESSAGE" ("warning: " or "error: "
 * before the message for those levels). JSON: {"time":RFC 3339,"level":…,"event":…,"message":…,
 * then the fields}. */
enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log_settings {
    const char *file; /* NULL: none */
    enum log_format format;
    bool to_stderr;
    enum log_level least;
};

/* A fact of an event under its stable JSON name. */
struct log_field {
    const char *key;
    const char *str; /* used if not NULL */
    double real;     /* used if is_real */
    int64_t num;
    bool is_real;
};
#define LOG_STR(k, v)  ((struct log_field){.key = (k), .str = (v)})
#define LOG_NUM(k, v)  ((struct log_field){.key = (k), .num = (int64_t)(v)})
#define LOG_REAL(k, v) ((struct log_field){.key = (k), .real = (v), .is_real = true})

/* May be called again with other settings. Returns -errno if the file cannot be opened. */
int log_open(const struct log_settings *settings);
int log_reopen(void); /* the file again by name, after rotation */
void log_close(void);

/* Also gives every line (without the time) to fn, on the thread that logs; NULL: no longer. When
 * log_set_hook returns, the fn before it is not running and never will. fn must not log. */
typedef void log_hook_fn(void *ctx, enum log_level level, int64_t wall_us, const char *message);
void log_set_hook(log_hook_fn *fn, void *ctx);

void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n,
               const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#define log_debug(...)   log_event(LOG_LEVEL_DEBUG, NULL, NULL, 0, __VA_ARGS__)
#define log_info(...)    log_event(LOG_LEVEL_INFO, NULL, NULL, 0, __VA_ARGS__)
#define log_warning(...) log_event(LOG_LEVEL_WARNING, NULL, NULL, 0, __VA_ARGS__)
#define log_error(...)   log_event(LOG_LEVEL_ERROR, NULL, NULL, 0, __VA_ARGS__)

#endif
