/* SPDX-License-Identifier: MIT */
#include "util/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

void json_init(struct json *j)
{
    *j = (struct json){0};
}

void json_fini(struct json *j)
{
    mem_free(j->buf);
    *j = (struct json){0};
}

/* Keeps room for a NUL after what is added. */
static void add(struct json *j, const char *s, size_t len)
{
    if (j->err)
        return;
    if (len >= j->cap - j->len) {
        size_t cap = j->cap ? j->cap : 256;
        while (len >= cap - j->len)
            cap *= 2;
        char *grown = mem_grow(j->buf, cap, 1);
        if (!grown) {
            j->err = -ENOMEM;
            return;
        }
        j->buf = grown;
        j->cap = cap;
    }
    memcpy(j->buf + j->len, s, len);
    j->len += len;
    j->buf[j->len] = '\0';
}

static void add_escape(struct json *j, unsigned char c)
{
    static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
    const char *known = strchr(from, c);
    char buf[8];
    if (known)
        snprintf(buf, sizeof buf, "\\%c", to[known - from]);
    else
        snprintf(buf, sizeof buf, "\\u%04x", c);
    add(j, buf, strlen(buf));
}

static void add_quoted(struct json *j, const char *s)
{
    add(j, "\"", 1);
    uint32_t cp;
    for (size_t left = strlen(s), n; left > 0; left -= n, s += n) {
        n = text_decode(s, left, &cp);
        if (cp == 0xfffd)
            add(j, "\xef\xbf\xbd", 3);
        else if (cp < 0x20 || cp == '"' || cp == '\\' || cp == 0x7f)
            add_escape(j, (unsigned char)cp);
        else
            add(j, s, n);
    }
    add(j, "\"", 1);
}

/* The comma and the key that stand before a value. */
static void before(struct json *j, const char *key)
{
    if (j->comma)
        add(j, ",", 1);
    if (key) {
        add_quoted(j, key);
        add(j, ":", 1);
    }
    j->comma = true;
}

static void value(struct json *j, const char *key, const char *text)
{
    before(j, key);
    add(j, text, strlen(text));
}

static void begin(struct json *j, const char *key, const char *bracket)
{
    value(j, key, bracket);
    j->comma = false;
}

static void end(struct json *j, const char *bracket)
{
    add(j, bracket, 1);
    j->comma = true;
}

void json_object(struct json *j, const char *key)
{
    begin(j, key, "{");
}

void json_array(struct json *j, const char *key)
{
    begin(j, key, "[");
}

void json_end_object(struct json *j)
{
    end(j, "}");
}

void json_end_array(struct json *j)
{
    end(j, "]");
}

void json_str(struct json *j, const char *key, const char *s)
{
    if (!s) {
        json_null(j, key);
        return;
    }
    before(j, key);
    add_quoted(j, s);
}

void json_int(struct json *j, const char *key, int64_t v)
{
    char buf[24];
    snprintf(buf, sizeof buf, "%" PRId64, v);
    value(j, key, buf);
}

void json_uint(struct json *j, const char *key, uint64_t v)
{
    char buf[24];
    snprintf(buf, sizeof buf, "%" PRIu64, v);
    value(j, key, buf);
}

void json_real(struct json *j, const char *key, double v, int decimals)
{
    char buf[352]; /* DBL_MAX has 309 digits before the point */
    if (!isfinite(v)) {
        json_null(j, key);
        return;
    }
    decimals = decimals < 0 ? 0 : decimals > 17 ? 17 : decimals;
    snprintf(buf, sizeof buf, "%.*f", decimals, v);
    /* The locale may have given a comma. */
    char *comma = strchr(buf, ',');
    if (comma)
        *comma = '.';
    value(j, key, buf);
}

void json_bool(struct json *j, const char *key, bool v)
{
    value(j, key, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
    value(j, key, "null");
}

const char *json_text(struct json *j, size_t *len)
{
    add(j, "", 0);
    if (j->err)
        return NULL;
    if (len)
        *len = j->len;
    return j->buf;
}
