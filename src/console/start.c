/* SPDX-License-Identifier: MIT */
#include "console/start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/attach.h"
#include "console/complain.h"
#include "console/lend.h"
#include "console/wallproc.h"
#include "util/err.h"
#include "util/text.h"

static int complain_of_claim(const struct settings *s, int err)
{
    if (err == -EEXIST)
        return complain_of(_("a wall runs already under the name"), s->name, err);
    return complain_of(_("cannot take the name"), s->name, err);
}

/* A name that a person gave must be had; the usual one may be numbered. */
static int take_name(const struct settings *s, const char *state_dir, struct start *st)
{
    int dir_fd = rundir_open(state_dir, true);
    int err = dir_fd < 0      ? dir_fd
              : s->name_given ? rundir_claim(dir_fd, s->name, &st->claim)
                              : rundir_claim_free(dir_fd, s->name, &st->claim);

    st->named = err == 0;
    if (err < 0 && dir_fd >= 0)
        close(dir_fd);
    if (err < 0 && s->name_given)
        return complain_of_claim(s, err);
    if (err < 0)
        complain_of(_("this wall has no name and cannot be attached to; not to be had is"), s->name,
                    err);
    else if (strcmp(st->claim.name, s->name) != 0)
        fprintf(stderr, _("camwall: a wall named '%s' runs already; this one is '%s'\n"), s->name,
                st->claim.name);
    return 0;
}

static int check_terminal(const struct settings *s)
{
    if (!lend_possible())
        return complain(_("a screen needs a terminal for standard input and output"),
                        _("see --headless"));
    if (s->stats && strcmp(s->stats, "-") == 0)
        return complain(_("--stats: the screen is on standard output"),
                        _("name a file, or see --headless"));
    return 0;
}

enum start_role start_wall(const struct settings *s, const char *state_dir, struct start *st,
                           int *status)
{
    *st = (struct start){.starter_fd = -1};
    *status = s->headless ? 0 : check_terminal(s);
    if (*status == 0)
        *status = take_name(s, state_dir, st);
    if (*status != 0)
        return START_FAILED;
    if (s->headless)
        return START_WALL;
    pid_t pid = wallproc_fork(&st->starter_fd);
    if (pid == 0)
        return START_WALL;
    if (pid < 0) {
        *status = complain(_("cannot start"), err_str(pid));
        start_fini(st);
        return START_FAILED;
    }
    if (st->named)
        rundir_forget(&st->claim);
    *status = attach_to_child(st->starter_fd, pid);
    return START_STARTER;
}

void start_fini(struct start *st)
{
    if (st->named)
        rundir_release(&st->claim);
}
