/* SPDX-License-Identifier: MIT */
#include "console/ctl.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/complain.h"
#include "console/control_peer.h"
#include "console/rundir.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/state_dir.h"
#include "util/text.h"

#define ANSWER_NS (90 * NS_PER_S) /* of a quit that has many files to finish */
enum { LIST_MAX = 2048 };

static void say_which_run(int dir_fd, const char *name)
{
    char list[LIST_MAX];

    if (dir_fd < 0 || rundir_list(dir_fd, list, sizeof(list)) == 0)
        fprintf(stderr, _("camwall: no wall named '%s' runs, nor any other\n"), name);
    else
        fprintf(stderr, _("camwall: no wall named '%s' runs; these do: %s\n"), name, list);
}

int ctl_connect(const struct settings *s, const char *name)
{
    char dir[PATH_MAX];

    int err = state_dir(s->state_dir, false, dir, sizeof(dir));
    if (err < 0) {
        complain(_("no state directory (see --state-dir)"), err_str(err));
        return -1;
    }
    int dir_fd = rundir_open(dir, false);
    int fd = dir_fd < 0 ? dir_fd : rundir_connect(dir_fd, name);
    if (fd == -ENOENT)
        say_which_run(dir_fd, name);
    else if (fd < 0)
        complain(name, err_str(fd));
    if (dir_fd >= 0)
        close(dir_fd);
    return fd < 0 ? -1 : fd;
}

int ctl_complain_release(const char *theirs, size_t len)
{
    fprintf(stderr,
            _("camwall: that wall is camwall %.*s, this is %s; use that release, or end the wall "
              "with a signal\n"),
            (int)len, theirs, PACKAGE_VERSION);
    return 1;
}

static int print_answer(const struct control_msg *m)
{
    bool ok = fwrite(m->text, 1, m->text_len, stdout) == m->text_len && putchar('\n') != EOF &&
              fflush(stdout) == 0;

    return ok ? m->status : 1;
}

static int converse(struct control_peer *p, const struct control_msg *command)
{
    struct control_msg m;

    int err = control_peer_send(p, command, NULL, 0);
    if (err == 0)
        err = control_peer_next(p, mono_ns() + ANSWER_NS, &m);
    if (err == 0 && m.kind == CONTROL_TOO_OLD)
        return ctl_complain_release(m.text, m.text_len);
    if (err == 0 && m.kind == CONTROL_REPLY)
        return print_answer(&m);
    err = err == 0 ? ERR_FORMAT : err == -EAGAIN ? -ETIMEDOUT : err;
    return complain(_("no answer from the wall"), err_str(err));
}

int ctl_main(const struct settings *s)
{
    struct control_msg command = {.kind = CONTROL_COMMAND};
    struct control_peer p;

    for (size_t i = 0; i < s->words; i++) {
        int err = control_msg_word(&command, s->word[i]);
        if (err < 0) {
            complain(s->word[i], err == ERR_LIMIT ? _("too many words") : err_str(err));
            return 2;
        }
    }
    int fd = ctl_connect(s, s->name);
    if (fd < 0)
        return 1;
    control_peer_init(&p, fd);
    int status = converse(&p, &command);
    control_peer_fini(&p);
    return status;
}
