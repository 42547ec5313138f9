/* SPDX-License-Identifier: MIT */
#include "util/alloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Allocations until the one that fails; 0: none does. */
static unsigned fail_in;

static bool must_fail(void)
{
    unsigned left = __atomic_load_n(&fail_in, __ATOMIC_RELAXED);
    while (left > 0) {
        if (__atomic_compare_exchange_n(&fail_in, &left, left - 1, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return left == 1;
    }
    return false;
}

void mem_fail_at(unsigned n)
{
    __atomic_store_n(&fail_in, n, __ATOMIC_RELAXED);
}

void *mem_alloc(size_t bytes)
{
    return must_fail() ? NULL : malloc(bytes ? bytes : 1);
}

void *mem_zero(size_t count, size_t bytes)
{
    size_t total; /* checked here: a sanitizer's calloc ends the program instead of failing */
    if (must_fail() || __builtin_mul_overflow(count, bytes, &total))
        return NULL;
    return calloc(1, total ? total : 1);
}

void *mem_grow(void *old, size_t count, size_t bytes)
{
    size_t total;
    if (must_fail() || __builtin_mul_overflow(count, bytes, &total))
        return NULL;
    return realloc(old, total ? total : 1);
}

char *mem_strdup(const char *s)
{
    size_t len = strlen(s) + 1;
    char *copy = mem_alloc(len);
    return copy ? memcpy(copy, s, len) : NULL;
}

void mem_free(void *p)
{
    free(p);
}
