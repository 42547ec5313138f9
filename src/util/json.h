/* SPDX-License-Identifier: MIT */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes JSON on one line into a growing buffer. Commas and quoting are its business; bytes that
 * are not UTF-8 become U+FFFD. The error is sticky: check it once, at json_take. A NULL key is for
 * array elements and the outermost value. */
struct json {
    char *buf;
    size_t len, cap;
    int err;
    bool comma;
};

void json_init(struct json *j);
void json_fini(struct json *j);
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_end_array(struct json *j);
void json_str(struct json *j, const char *key, const char *value); /* NULL value: null */
void json_int(struct json *j, const char *key, int64_t value);
void json_uint(struct json *j, const char *key, uint64_t value);
void json_real(struct json *j, const char *key, double value, int decimals); /* NaN: null */
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

/* The text so far, NUL-terminated, owned by j; *len may be NULL. NULL and *err on failure. */
const char *json_text(struct json *j, size_t *len);

#endif
