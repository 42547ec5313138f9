/* SPDX-License-Identifier: MIT */
#include "console/commands.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "receive/catalogue.h"
#include "tui/terminal.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/text.h"

enum { LIST_TIMEOUT_MS = 6000, TERMINAL_TIMEOUT_MS = 2000, HOST_MAX = 256 };

static const char *user_name(void)
{
    const struct passwd *pw = getpwuid(geteuid());

    return pw && pw->pw_name[0] ? pw->pw_name : "user";
}

int command_identity(const struct keys *keys)
{
    char host[HOST_MAX];

    if (gethostname(host, sizeof(host)) < 0)
        text_copy(host, sizeof(host), "localhost");
    host[sizeof(host) - 1] = '\0';
    return printf("%s %s@%s\n", keys_fingerprint(keys), user_name(), host) < 0 || fflush(stdout);
}

int command_terminal(void)
{
    struct tui_terminal terminal;
    char error[TUI_TEXT_MAX];

    tui_terminal_from_environment(&terminal, STDIN_FILENO,
                                  isatty(STDOUT_FILENO) ? STDOUT_FILENO : STDIN_FILENO);
    if (terminal_report(&terminal, TERMINAL_TIMEOUT_MS, stdout, error) < 0) {
        fprintf(stderr, "camwall: %s\n", error);
        return 1;
    }
    return 0;
}

static void print_camera(const struct packet_camera *c)
{
    static const char *const state[] = {
        [CAMERA_LIVE] = "live", [CAMERA_IDLE] = "idle", [CAMERA_OFFLINE] = "offline"};

    printf("%s\t", c->name);
    if (c->width)
        printf("%ux%u\t", c->width, c->height);
    else
        printf("-\t");
    if (c->millihertz)
        printf("%.6g\t", c->millihertz / 1000.0);
    else
        printf("-\t");
    printf("%s\n", c->state <= CAMERA_OFFLINE ? state[c->state] : "-");
}

int command_list(const struct settings *s, const struct receiver_settings *how)
{
    char error[RECEIVER_WHY];
    struct receiver_settings asked = *how;
    struct catalogue *list = mem_zero(1, sizeof(*list));

    int err = list ? url_parse(s->list, &asked.url, error, sizeof(error)) : -1;
    if (err == 0)
        err = catalogue_ask(&asked, LIST_TIMEOUT_MS, list, error, sizeof(error));
    if (err < 0)
        fprintf(stderr, "camwall: %s: %s%s\n", s->list, err == ERR_DENIED ? _("refused: ") : "",
                list ? error : _("out of memory"));
    for (unsigned i = 0; err == 0 && i < list->n; i++)
        print_camera(&list->camera[i]);
    mem_free(list);
    return err < 0 || fflush(stdout) != 0;
}
