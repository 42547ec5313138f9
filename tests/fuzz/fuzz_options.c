/* SPDX-License-Identifier: MIT */
/* A configuration file, and the same bytes split at line ends as arguments. */
#include "unit/options_sample.h"
#include "util/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARGS_MAX = 16, FUZZ_MOST_BYTES = 1 << 15 };

/* What is not accepted says why, in one line. */
static void check(int rc, const char *error)
{
    if (rc != 0 && (!*error || strlen(error) >= OPTIONS_ERROR_MAX))
        __builtin_trap();
}

static void as_arguments(char *text)
{
    char *argv[ARGS_MAX + 1], *save = NULL;
    char error[OPTIONS_ERROR_MAX] = "", program[] = "sample";
    struct sample s = {0};
    int argc = 0, operand;
    argv[argc++] = program;
    for (char *p = strtok_r(text, "\n", &save); p && argc < ARGS_MAX;
         p = strtok_r(NULL, "\n", &save))
        argv[argc++] = p;
    argv[argc] = NULL;
    const char *path = options_config_path(&sample_table, argc, argv);
    if (path && strlen(path) > FUZZ_MOST_BYTES)
        __builtin_trap();
    check(options_args(&sample_table, &s, argc, argv, &operand, error), error);
    options_free(&sample_table, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[OPTIONS_ERROR_MAX] = "";
    struct sample s = {0};
    if (size > FUZZ_MOST_BYTES)
        return 0;
    check(options_text(&sample_table, &s, (const char *)data, size, "fuzz.conf", error), error);
    options_free(&sample_table, &s);

    char *copy = mem_zero(size + 1, 1);
    if (copy && size > 0)
        memcpy(copy, data, size);
    if (copy)
        as_arguments(copy);
    mem_free(copy);
    return 0;
}
