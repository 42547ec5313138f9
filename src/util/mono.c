/* SPDX-License-Identifier: MIT */
#include "util/mono.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t mono_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t mono_us(void)
{
    return mono_ns() / NS_PER_US;
}

int64_t wall_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Whole seconds and the microseconds above them, also before 1970. */
static time_t split(int64_t us, int *rest_us)
{
    int64_t s = us / 1000000, rest = us % 1000000;
    if (rest < 0) {
        s--;
        rest += 1000000;
    }
    *rest_us = (int)rest;
    return (time_t)s;
}

static char *put_time(int64_t us, char between, int with_ms, char *buf, size_t cap)
{
    int rest_us;
    time_t s = split(us, &rest_us);
    struct tm tm;
    if (!localtime_r(&s, &tm))
        gmtime_r(&(time_t){0}, &tm);
    char ms[16] = "";
    if (with_ms)
        snprintf(ms, sizeof ms, ".%03d", rest_us / 1000);
    long away = tm.tm_gmtoff / 60;
    char sign = away < 0 ? '-' : '+';
    away = away < 0 ? -away : away;
    snprintf(buf, cap, "%04d-%02d-%02d%c%02d:%02d:%02d%s%c%02ld:%02ld", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, between, tm.tm_hour, tm.tm_min, tm.tm_sec, ms, sign,
             away / 60, away % 60);
    return buf;
}

char *wall_text(int64_t us, char *buf, size_t cap)
{
    return put_time(us, ' ', 0, buf, cap);
}

char *wall_rfc3339(int64_t us, char *buf, size_t cap)
{
    return put_time(us, 'T', 1, buf, cap);
}
