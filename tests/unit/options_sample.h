/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_OPTIONS_SAMPLE_H
#define TESTS_UNIT_OPTIONS_SAMPLE_H

#include <string.h>

#include "util/err.h"
#include "util/options.h"
#include "util/text.h"

/* A table with a row of every type, for the tests of the options and their fuzzing. */
struct sample {
    bool always;
    char *config, *dir;
    struct option_strings listen;
    int64_t quality, any;
    uint64_t segment_ms, cache_bytes;
    struct option_size size;
    uint32_t rate;
    int codec, action;
    struct option_maybe legacy;
    bool quality_given;
    char section[256]; /* "NAME.KEY=VALUE;" for each key of a section */
};

static const char *const sample_codecs[] = {"copy", "h264", "mpeg4", NULL};

#define SAMPLE(field) .offset = offsetof(struct sample, field)
static const struct option_def sample_defs[] = {
    {'a', "always", NULL, OPTION_FLAG, SAMPLE(always), .help = N_("Run always.")},
    {'c', "config", "FILE", OPTION_STRING, SAMPLE(config), .help = N_("Read FILE."),
     .not_in_file = true},
    {'d', "directory", "DIR", OPTION_STRING, SAMPLE(dir), .help = N_("Put files in DIR.")},
    {'l', "listen", "ADDR[:PORT]", OPTION_STRINGS, SAMPLE(listen),
     .help = N_("Listen on ADDR; may repeat. This sentence is so long that it has to be wrapped.")},
    {'q', "quality", "N", OPTION_INT, SAMPLE(quality), .help = N_("Quality, 85 if not given."),
     .least = 1, .most = 100, .given_offset = offsetof(struct sample, quality_given)},
    {0, "any", "N", OPTION_INT, SAMPLE(any), .help = N_("Any number.")},
    {'t', "segment", "DURATION", OPTION_DURATION, SAMPLE(segment_ms),
     .help = N_("Length of a file."), .least = 1000, .most = 86400000},
    {0, "cache", "BYTES", OPTION_BYTES, SAMPLE(cache_bytes), .help = N_("Memory for it.")},
    {'s', "size", "WxH", OPTION_SIZE, SAMPLE(size), .help = N_("Size.")},
    {'r', "rate", "FPS", OPTION_RATE, SAMPLE(rate), .help = N_("Rate.")},
    {0, "codec", "CODEC", OPTION_CHOICE, SAMPLE(codec), .help = N_("What files hold."),
     .choices = sample_codecs},
    {0, "legacy", "CIDR,...", OPTION_MAYBE, SAMPLE(legacy), .help = N_(".dotted - help.")},
    {'h', "help", NULL, OPTION_ACTION, SAMPLE(action), .help = N_("Help."), .action = 7},
};
#undef SAMPLE

static int sample_section(void *settings, const char *name, const char *key, const char *value,
                          const char **expect)
{
    struct sample *s = settings;
    size_t n = strlen(s->section);
    *expect = "source or size";
    if (strcmp(key, "source") != 0 && strcmp(key, "size") != 0)
        return ERR_UNKNOWN;
    *expect = "something";
    if (!*value)
        return ERR_FORMAT;
    text_format(s->section + n, sizeof s->section - n, "%s.%s=%s;", name, key, value);
    return 0;
}

static const struct option_table sample_table = {
    .program = "sample",
    .usage = "[OPTION]... [NAME=]SOURCE...",
    .intro = N_("Shows every type of option."),
    .defs = sample_defs,
    .n = sizeof sample_defs / sizeof *sample_defs,
    .section = "camera",
    .on_section = sample_section,
};

#endif
