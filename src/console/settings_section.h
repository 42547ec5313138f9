/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_SETTINGS_SECTION_H
#define CONSOLE_SETTINGS_SECTION_H

/* Between the settings' modules only. */

enum { SETTINGS_SEGMENT_LEAST_MS = 2000, SETTINGS_SEGMENT_MOST_MS = 24 * 3600 * 1000 };

extern const char *const settings_codecs[]; /* in the order of enum recorder_codec; NULL ends */

/* One key of a [stream NAME] section, as struct option_table wants it. */
int settings_on_section(void *settings, const char *name, const char *key, const char *value,
                        const char **expect);

#endif
