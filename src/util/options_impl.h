/* SPDX-License-Identifier: MIT */
#ifndef UTIL_OPTIONS_IMPL_H
#define UTIL_OPTIONS_IMPL_H

#include "util/options.h"

/* Shared by the options modules only. */

enum option_origin { ORIGIN_FILE, ORIGIN_ARGS };
enum { OPTIONS_EXPECT_MAX = 256 };

/* Sets the row's field from text; NULL value: given bare on the command line. 0, -ENOMEM, or
 * ERR_FORMAT with what would be accepted in expect (OPTIONS_EXPECT_MAX bytes). */
int option_set(const struct option_def *def, void *settings, const char *value,
               enum option_origin origin, char *expect);

const struct option_def *option_by_name(const struct option_table *t, const char *name);

#endif
