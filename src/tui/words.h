/* SPDX-License-Identifier: MIT */
#ifndef TUI_WORDS_H
#define TUI_WORDS_H

#include "tui/model.h"
#include "tui/theme.h"

/* States and figures in words. Buffers are TUI_TEXT_MAX unless said; each is returned. */
const char *words_state(enum tui_state s);
enum role words_state_role(enum tui_state s);

/* What a stream that is not live does next, or how old its picture is; "" if nothing to say. */
char *words_next(const struct tui_stream *s, uint64_t now_us, char *buf);

/* One line: "lost: no answer; trying again in 4 s". */
char *words_line(const struct tui_stream *s, uint64_t now_us, char *buf);

/* Figures, 32 bytes; "-" while not known. */
char *words_rate(double fps, char *buf);
char *words_bits(double bits_per_second, char *buf);
char *words_percent(double part, char *buf);
char *words_ms(double ms, char *buf);
char *words_bytes_per_second(double bytes, char *buf);
char *words_hours(double hours, char *buf);
char *words_clock(int64_t wall_us, char *buf); /* 12:23:51 */

/* All that is known of a stream, most important first, each a phrase: "25.0 fps". narrow: there is
 * little room, so the phrases are short. */
enum { WORDS_FACTS = 16, WORDS_FACT = 48 };
struct words_facts {
    unsigned n;
    struct {
        char text[WORDS_FACT];
        enum role role;
    } fact[WORDS_FACTS];
};
void words_facts(const struct tui_stream *s, bool frozen, bool narrow, struct words_facts *out);

#endif
