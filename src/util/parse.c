/* SPDX-License-Identifier: MIT */
#include "util/parse.h"

#include <string.h>

#include "util/err.h"

enum { SIZE_MOST_PX = 16384, RATE_MOST_MILLIHERTZ = 1000 * 1000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits; *s moves past them. False if there is none or the value passes 64 bits. */
static bool take_uint(const char **s, uint64_t *out)
{
    uint64_t v = 0;
    const char *p = *s;
    for (; is_digit(*p); p++) {
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
            return false;
    }
    if (p == *s)
        return false;
    *s = p;
    *out = v;
    return true;
}

/* A decimal number as whole and a fraction in millionths: "1.5" is 1 and 500000. Digits beyond the
 * sixth are ignored. */
static bool take_decimal(const char **s, uint64_t *whole, uint64_t *millionths)
{
    *millionths = 0;
    if (!take_uint(s, whole))
        return false;
    if (**s != '.')
        return true;
    const char *p = *s + 1;
    if (!is_digit(*p))
        return false;
    for (uint64_t weight = 100000; is_digit(*p); p++, weight /= 10)
        *millionths += weight * (uint64_t)(*p - '0');
    *s = p;
    return true;
}

/* (whole + millionths) * unit, rounded to the nearest; false when it passes 64 bits. */
static bool scale(uint64_t whole, uint64_t millionths, uint64_t unit, uint64_t *out)
{
    uint64_t v;
    if (__builtin_mul_overflow(whole, unit, &v))
        return false;
    unsigned __int128 part = (unsigned __int128)millionths * unit + 500000;
    return !__builtin_add_overflow(v, (uint64_t)(part / 1000000), out);
}

int parse_int(const char *s, int64_t least, int64_t most, int64_t *out)
{
    bool negative = *s == '-';
    uint64_t magnitude;
    if (*s == '-' || *s == '+')
        s++;
    if (!take_uint(&s, &magnitude) || *s)
        return ERR_FORMAT;
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return ERR_FORMAT;
    int64_t v = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    if (v < least || v > most)
        return ERR_FORMAT;
    *out = v;
    return 0;
}

int parse_size(const char *s, unsigned *width, unsigned *height)
{
    uint64_t w, h;
    if (!take_uint(&s, &w) || *s++ != 'x' || !take_uint(&s, &h) || *s)
        return ERR_FORMAT;
    if (w < 1 || w > SIZE_MOST_PX || h < 1 || h > SIZE_MOST_PX)
        return ERR_FORMAT;
    *width = (unsigned)w;
    *height = (unsigned)h;
    return 0;
}

int parse_rate(const char *s, uint32_t *millihertz)
{
    uint64_t whole, millionths, below = 1, v;
    if (!take_decimal(&s, &whole, &millionths))
        return ERR_FORMAT;
    if (*s == '/') {
        s++;
        if (millionths || !take_uint(&s, &below) || below == 0)
            return ERR_FORMAT;
    }
    if (*s || !scale(whole, millionths, 1000, &v))
        return ERR_FORMAT;
    v = v / below + (v % below >= below - below / 2);
    if (v < 1 || v > RATE_MOST_MILLIHERTZ)
        return ERR_FORMAT;
    *millihertz = (uint32_t)v;
    return 0;
}

struct unit {
    const char *name;
    uint64_t factor;
};

static int parse_with_unit(const char *s, const struct unit *units, uint64_t *out)
{
    uint64_t whole, millionths, v;
    if (!take_decimal(&s, &whole, &millionths))
        return ERR_FORMAT;
    for (const struct unit *u = units; u->name; u++) {
        if (strcmp(s, u->name) != 0)
            continue;
        if (!scale(whole, millionths, u->factor, &v))
            return ERR_FORMAT;
        *out = v;
        return 0;
    }
    return ERR_FORMAT;
}

int parse_duration(const char *s, uint64_t *ms)
{
    static const struct unit units[] = {
        {"", 1000},       {"s", 1000},        {"ms", 1},
        {"m", 60 * 1000}, {"h", 3600 * 1000}, {"d", 24 * 3600 * 1000},
        {NULL, 0},
    };
    return parse_with_unit(s, units, ms);
}

int parse_bytes(const char *s, uint64_t *bytes)
{
    static const struct unit units[] = {
        {"", 1},
        {"k", 1024},
        {"K", 1024},
        {"M", 1024 * 1024},
        {"G", UINT64_C(1) << 30},
        {"T", UINT64_C(1) << 40},
        {NULL, 0},
    };
    return parse_with_unit(s, units, bytes);
}

bool parse_camera_name(const char *s, size_t len)
{
    if (len < 1 || len > 32)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(s[i]) && !(s[i] >= 'a' && s[i] <= 'z') && s[i] != '_' && s[i] != '-')
            return false;
    }
    return true;
}

/* Finds where the host is in s and what follows it ("" or ":port"). */
static int split_host(const char *s, const char **host, size_t *len, const char **rest)
{
    if (*s == '[') {
        const char *close = strchr(s, ']');
        if (!close)
            return ERR_FORMAT;
        *host = s + 1;
        *len = (size_t)(close - s - 1);
        *rest = close + 1;
        return memchr(*host, ':', *len) ? 0 : ERR_FORMAT;
    }
    const char *colon = strchr(s, ':');
    if (colon && strchr(colon + 1, ':')) /* two colons: an IPv6 address without brackets */
        colon = NULL;
    *host = s;
    *len = colon ? (size_t)(colon - s) : strlen(s);
    *rest = s + *len;
    return 0;
}

static bool host_byte(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && !strchr("[]/@?#\"'\\", c);
}

int parse_host_port(const char *s, uint16_t default_port, char *host, size_t cap, uint16_t *port)
{
    const char *at, *rest;
    size_t len;
    int64_t number = default_port;
    if (split_host(s, &at, &len, &rest) != 0 || len < 1 || len >= cap)
        return ERR_FORMAT;
    for (size_t i = 0; i < len; i++) {
        if (!host_byte(at[i]))
            return ERR_FORMAT;
    }
    if (*rest && (*rest != ':' || !is_digit(rest[1]) || parse_int(rest + 1, 0, 65535, &number)))
        return ERR_FORMAT;
    memcpy(host, at, len);
    host[len] = '\0';
    *port = (uint16_t)number;
    return 0;
}
