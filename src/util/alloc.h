/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ALLOC_H
#define UTIL_ALLOC_H

#include <stddef.h>

/* malloc and friends behind one door, so that tests can make them fail. NULL on failure. */
void *mem_alloc(size_t bytes);
void *mem_zero(size_t count, size_t bytes); /* zeroed; NULL also on overflow of count * bytes */
void *mem_grow(void *old, size_t count, size_t bytes);
char *mem_strdup(const char *s);
void mem_free(void *p);

/* Tests only: the n-th allocation from now fails, once; 0 switches this off. */
void mem_fail_at(unsigned n);

#endif
