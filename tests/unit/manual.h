/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_MANUAL_H
#define TESTS_UNIT_MANUAL_H

#include "util/options.h"

/* Fails unless the list of options of a manual in doc/ is what the table says. To bring it up to
 * date, put what the failed test printed between the manual's .SH OPTIONS and the next .SH. */
void manual_check_options(const char *name, const struct option_table *table);

#endif
