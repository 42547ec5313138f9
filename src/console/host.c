/* SPDX-License-Identifier: MIT */
#include "console/host_impl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"

int host_new(const struct host_settings *s, struct host **out)
{
    struct host *h = mem_zero(1, sizeof(*h));
    const struct control_handler handler = {
        .ctx = h,
        .command = host_on_command,
        .attach = host_on_attach,
        .terminal = host_on_terminal,
        .gone = host_on_gone,
    };

    if (!h)
        return -ENOMEM;
    h->set = s;
    h->foreground = s->starter_fd < 0;
    h->tap = (struct stderr_tap){.true_fd = -1, .read_fd = -1};
    int err = control_new(s->claim ? s->claim->listen_fd : -1, &handler, &h->control);
    if (err == 0 && !h->foreground)
        err = control_adopt(h->control, s->starter_fd, &h->client);
    if (err < 0) {
        control_free(h->control);
        mem_free(h);
        return err;
    }
    *out = h;
    return 0;
}

static void answer_quitters(struct host *h, int status)
{
    struct json j;
    size_t len;

    json_init(&j);
    json_object(&j, NULL);
    json_bool(&j, "ended", true);
    json_int(&j, "status", status);
    json_end_object(&j);
    const char *text = json_text(&j, &len);
    const struct control_msg m = {.kind = CONTROL_REPLY, .text = text, .text_len = len};
    for (unsigned i = 0; text && i < h->quitters; i++)
        control_send(h->control, h->quitter[i], &m);
    json_fini(&j);
}

void host_free(struct host *h, int status, const char *why)
{
    if (!h)
        return;
    if (h->client)
        control_send(h->control, h->client,
                     &(struct control_msg){.kind = CONTROL_END,
                                           .end = END_ENDED,
                                           .status = (uint8_t)status,
                                           .text = why,
                                           .text_len = strlen(why)});
    answer_quitters(h, status);
    stderr_tap_close(&h->tap);
    control_free(h->control);
    mem_free(h);
}

int host_control_fd(const struct host *h)
{
    return control_fd(h->control);
}

int host_screen_fd(const struct host *h)
{
    return app_fd(h->set->app);
}

bool host_tend(struct host *h, const struct wall_view *v)
{
    control_tend(h->control);
    host_on_screen_end(h);
    return !h->quit && !host_is_left_alone(h, v);
}

int host_status(const struct host *h)
{
    return h->status;
}

void host_suspend(struct host *h)
{
    app_suspend(h->set->app);
}

void host_resume(struct host *h)
{
    app_resume(h->set->app);
}
