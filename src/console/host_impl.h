/* SPDX-License-Identifier: MIT */
#ifndef CONSOLE_HOST_IMPL_H
#define CONSOLE_HOST_IMPL_H

#include "console/host.h"
#include "tui/stderr_tap.h"

/* Seen by the files of host: host.c (life, commands' and keys' common end), host_screen.c (the
 * terminal), host_commands.c (commands). */

enum { QUITTERS_MAX = 4 };

struct host {
    const struct host_settings *set;
    struct control *control;
    uint64_t client;       /* whose terminal it is, or will be; 0: nobody's */
    bool shown;            /* on that terminal */
    int fd[2];             /* that terminal, while it is shown */
    bool foreground;       /* no process forked us */
    bool let_go;           /* of the terminal we were started in */
    struct stderr_tap tap; /* what libraries say becomes events then */
    bool left_behind;      /* the terminal went away; records, and ends when that does */
    bool quit;
    int status;                     /* at least, of the wall's end */
    uint64_t quitter[QUITTERS_MAX]; /* clients that wait for the end */
    unsigned quitters;
};

/* host_screen.c */
void host_on_attach(void *host, uint64_t client, const struct control_terminal *t, const int fd[2]);
void host_on_terminal(void *host, uint64_t client, const struct control_msg *m);
void host_on_gone(void *host, uint64_t client);
void host_on_screen_end(struct host *h);
bool host_detach(struct host *h); /* false: no screen was shown */
bool host_is_left_alone(struct host *h, const struct wall_view *v);

/* host_commands.c */
int host_on_command(void *host, uint64_t client, const struct control_msg *m, struct json *j);

#endif
