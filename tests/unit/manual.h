/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_MANUAL_H
#define TESTS_UNIT_MANUAL_H

#include <stdio.h>

#include "util/options.h"

/* Fails unless a section of a manual in doc/ is what a table says. To bring it up to date, put what
 * the failed test printed between the section's heading (".SH OPTIONS") and the next .SH. */
void manual_check_section(const char *name, const char *heading, void (*print)(FILE *out));
/* Likewise for the list of options. */
void manual_check_options(const char *name, const struct option_table *table);

#endif
