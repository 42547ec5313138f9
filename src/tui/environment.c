/* SPDX-License-Identifier: MIT */
/* Apart from the screen, so that who only lends a terminal to it need not have a screen. */
#include <langinfo.h>
#include <stdlib.h>

#include "tui/tui.h"
#include "util/text.h"

void tui_terminal_from_environment(struct tui_terminal *t, int in, int out)
{
    const char *term = getenv("TERM"), *color = getenv("COLORTERM"), *no = getenv("NO_COLOR");
    *t = (struct tui_terminal){.in = in, .out = out};
    text_copy(t->term, sizeof t->term, term ? term : "dumb");
    text_copy(t->charset, sizeof t->charset, nl_langinfo(CODESET));
    text_copy(t->colorterm, sizeof t->colorterm, color ? color : "");
    t->no_color = no && *no;
    t->inside_tmux = getenv("TMUX") != NULL;
}
