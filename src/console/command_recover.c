/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

#include "console/commands.h"
#include "record/hook.h"
#include "record/recover.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

/* The next line of the log, or the summary, is written over it. */
static void show_progress(void *ctx, const char *path, int rc, unsigned done, unsigned total)
{
    fprintf(stderr, _("%u of %u\r"), done, total);
}

static void print_summary(const struct recover_summary *sum)
{
    const struct {
        unsigned n;
        const char *what;
    } others[] = {
        {sum->busy, _("still written by somebody")},
        {sum->foreign, _("not made by camwall")},
        {sum->empty, _("without a frame, left as they are")},
        {sum->failed, _("not repairable, left as they are")},
    };
    char bytes[24];

    printf(_("%u recovered: %llu frames, %s"), sum->finished, (unsigned long long)sum->frames,
           text_bytes(sum->bytes, bytes));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (others[i].n)
            printf("; %u %s", others[i].n, others[i].what);
    putchar('\n');
}

static int recover(const struct settings *s, struct hook *hook)
{
    const struct recover_settings how = {
        .directory = s->recover,
        .hook = hook,
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
    };
    struct recover_summary summary;

    int err = recover_directory(&how, &summary);
    if (err < 0) {
        fprintf(stderr, "camwall: --recover %s: %s\n", s->recover, err_str(err));
        return 1;
    }
    print_summary(&summary);
    return summary.failed > 0 || fflush(stdout) != 0;
}

int command_recover(const struct settings *s)
{
    struct log_settings log = {
        .file = s->log, .format = (enum log_format)s->log_format, .to_stderr = true};
    struct hook *hook = NULL;

    log.least = LOG_LEVEL_INFO;
    int err = log_open(&log);
    if (err == 0 && s->on_segment)
        err = hook_start(s->on_segment, &hook);
    if (err < 0)
        fprintf(stderr, "camwall: --recover: %s\n", err_str(err));
    int status = err < 0 ? 1 : recover(s, hook);
    hook_stop(hook);
    log_close();
    return status;
}
