/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/control_msg.h"
#include "util/err.h"

static struct control_msg command(unsigned n, const char *const *words)
{
    struct control_msg m = {.kind = CONTROL_COMMAND};

    for (unsigned i = 0; i < n; i++)
        assert_int_equal(control_msg_word(&m, words[i]), 0);
    return m;
}

/* Every prefix of a message asks for more, the whole of it is taken, and so is what follows. */
static void check_prefixes(const uint8_t *bytes, size_t len)
{
    struct control_msg m;
    size_t used = 0;

    for (size_t n = 0; n < len; n++) {
        uint8_t *exact = malloc(n + 1); /* one beyond is poison for the sanitizer */
        memcpy(exact + 1, bytes, n);
        assert_int_equal(control_msg_decode(exact + 1, n, CONTROL_ANSWER, &m, &used), -EAGAIN);
        free(exact);
    }
    assert_int_equal(control_msg_decode(bytes, len, CONTROL_ANSWER, &m, &used), 0);
    assert_int_equal(used, len);
}

static size_t round_trip(const struct control_msg *m, uint8_t *bytes, size_t cap,
                         struct control_msg *out)
{
    size_t used, len = control_msg_encode(m, bytes, cap);

    assert_true(len > 0);
    assert_int_equal(len, control_msg_size(m));
    check_prefixes(bytes, len);
    memset(bytes + len, 0xff, cap - len);
    assert_int_equal(control_msg_decode(bytes, cap, CONTROL_ANSWER, out, &used), 0);
    assert_int_equal(used, len);
    assert_int_equal(out->kind, m->kind);
    return len;
}

static void words_go_over(void **state)
{
    const char *const words[] = {"record", "", "on", "門口 1", "a b", "x", "y", "z"};
    uint8_t bytes[512];
    struct control_msg m = command(8, words), got;

    round_trip(&m, bytes, sizeof(bytes), &got);
    assert_int_equal(got.n, 8);
    for (unsigned i = 0; i < got.n; i++)
        assert_string_equal(got.words + got.at[i], words[i]);
    assert_int_equal(control_msg_word(&m, "ninth"), ERR_LIMIT);
    m = command(0, NULL);
    round_trip(&m, bytes, sizeof(bytes), &got);
    assert_int_equal(got.n, 0);
}

static void words_have_a_limit(void **state)
{
    char longest[CONTROL_WORDS_BYTES + 1];
    uint8_t bytes[CONTROL_HEADER + CONTROL_REQUEST];
    struct control_msg m = {.kind = CONTROL_COMMAND}, got;

    memset(longest, 'x', sizeof(longest));
    longest[CONTROL_WORDS_BYTES] = '\0';
    assert_int_equal(control_msg_word(&m, longest), ERR_LIMIT);
    longest[CONTROL_WORDS_BYTES - 1] = '\0';
    assert_int_equal(control_msg_word(&m, longest), 0);
    round_trip(&m, bytes, sizeof(bytes), &got);
    assert_string_equal(got.words, longest);
    assert_int_equal(control_msg_word(&m, ""), ERR_LIMIT);
    m = (struct control_msg){.kind = CONTROL_COMMAND};
    assert_int_equal(control_msg_word(&m, "a\nb"), ERR_FORMAT);
    assert_int_equal(control_msg_word(&m, "\xff"), ERR_FORMAT);
    assert_int_equal(m.n, 0);
}

static void terminal_goes_over(void **state)
{
    struct control_msg got, m = {.kind = CONTROL_ATTACH,
                                 .terminal = {.term = "xterm-256color",
                                              .charset = "ISO-8859-1",
                                              .colorterm = "24bit",
                                              .inside_tmux = true,
                                              .cols = 65535,
                                              .rows = 1}};
    uint8_t bytes[512];

    round_trip(&m, bytes, sizeof(bytes), &got);
    assert_string_equal(got.terminal.term, "xterm-256color");
    assert_string_equal(got.terminal.charset, "ISO-8859-1");
    assert_string_equal(got.terminal.colorterm, "24bit");
    assert_true(got.terminal.inside_tmux && !got.terminal.no_color);
    assert_int_equal(got.terminal.cols, 65535);
    assert_int_equal(got.terminal.rows, 1);
    memset(m.terminal.term, 'x', sizeof(m.terminal.term) - 1);
    m.terminal.inside_tmux = false;
    m.terminal.no_color = true;
    round_trip(&m, bytes, sizeof(bytes), &got);
    assert_int_equal(strlen(got.terminal.term), CONTROL_NAME - 1);
    assert_true(!got.terminal.inside_tmux && got.terminal.no_color);
}

static void the_others_go_over(void **state)
{
    static const char text[] = "{\"wall\":\"門\"}";
    static const struct control_msg all[] = {
        {.kind = CONTROL_RESIZE},
        {.kind = CONTROL_SUSPEND},
        {.kind = CONTROL_RESUME},
        {.kind = CONTROL_SUSPENDED},
        {.kind = CONTROL_LEAVE, .leave = LEAVE_DETACH},
        {.kind = CONTROL_LEAVE, .leave = LEAVE_QUIT},
        {.kind = CONTROL_REPLY, .status = 2, .text = text, .text_len = sizeof(text) - 1},
        {.kind = CONTROL_REPLY, .status = 255, .text = "", .text_len = 0},
        {.kind = CONTROL_SHOWN, .text = text, .text_len = sizeof(text) - 1},
        {.kind = CONTROL_TOO_OLD, .text = "0.1", .text_len = 3},
        {.kind = CONTROL_END, .end = END_DETACHED, .text = "", .text_len = 0},
        {.kind = CONTROL_END, .end = END_REFUSED, .status = 1, .text = "no", .text_len = 2},
    };
    uint8_t bytes[128];
    struct control_msg got;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        round_trip(&all[i], bytes, sizeof(bytes), &got);
        assert_int_equal(got.leave, all[i].leave);
        assert_int_equal(got.end, all[i].end);
        assert_int_equal(got.status, all[i].status);
        assert_int_equal(got.text_len, all[i].text_len);
        if (got.text_len)
            assert_memory_equal(got.text, all[i].text, got.text_len);
    }
}

static void large_answers(void **state)
{
    const size_t most = CONTROL_ANSWER - 1; /* beside the status */
    char *text = malloc(most + 1);
    uint8_t *bytes = malloc(CONTROL_HEADER + CONTROL_ANSWER + 1);
    struct control_msg got, m = {.kind = CONTROL_REPLY, .text = text, .text_len = most};
    size_t used, cap = CONTROL_HEADER + CONTROL_ANSWER + 1;

    memset(text, 'a', most + 1);
    size_t len = control_msg_encode(&m, bytes, cap);
    assert_int_equal(len, CONTROL_HEADER + CONTROL_ANSWER);
    assert_int_equal(control_msg_decode(bytes, len, CONTROL_ANSWER, &got, &used), 0);
    assert_int_equal(control_msg_encode(&m, bytes, len - 1), 0);
    m.text_len++;
    len = control_msg_encode(&m, bytes, cap);
    assert_int_equal(control_msg_decode(bytes, len, CONTROL_ANSWER, &got, &used), ERR_LIMIT);
    free(text);
    free(bytes);
}

static void nonsense_is_refused(void **state)
{
    static const struct {
        uint8_t bytes[24];
        size_t len;
        int err;
    } t[] = {
        {{0, 0, 0, 0, 2, 1, 0, 0}, 8, ERR_CHANGED},               /* another version */
        {{255, 255, 255, 255, 0, 9, 0, 0}, 8, ERR_CHANGED},       /* whatever it says */
        {{0, 0, 0, 0, 9, 69, 0, 0}, 8, 0},                        /* but for TOO_OLD */
        {{0, 0, 0, 0, 1, 0, 0, 0}, 8, ERR_FORMAT},                /* kinds that are none */
        {{0, 0, 0, 0, 1, 7, 0, 0}, 8, ERR_FORMAT},                /* */
        {{0, 0, 0, 0, 1, 64, 0, 0}, 8, ERR_FORMAT},               /* */
        {{0, 0, 0, 0, 1, 70, 0, 0}, 8, ERR_FORMAT},               /* */
        {{0, 0, 16, 1, 1, 1, 0, 0}, 8, ERR_LIMIT},                /* a byte too long a body */
        {{0, 0, 16, 0, 1, 1, 0, 0}, 8, -EAGAIN},                  /* the longest */
        {{0, 0, 0, 1, 1, 3, 0, 0, 0}, 9, ERR_FORMAT},             /* more than it has */
        {{0, 0, 0, 0, 1, 1, 0, 0}, 8, ERR_FORMAT},                /* a command without a count */
        {{0, 0, 0, 1, 1, 1, 0, 0, 1}, 9, ERR_FORMAT},             /* nor its word */
        {{0, 0, 0, 3, 1, 1, 0, 0, 1, 0, 1}, 11, ERR_FORMAT},      /* nor the word's byte */
        {{0, 0, 0, 4, 1, 1, 0, 0, 1, 0, 1, 0}, 12, ERR_FORMAT},   /* which is a NUL */
        {{0, 0, 0, 4, 1, 1, 0, 0, 1, 0, 1, 200}, 12, ERR_FORMAT}, /* or no UTF-8 */
        {{0, 0, 0, 1, 1, 6, 0, 0, LEAVES}, 9, ERR_FORMAT},        /* a choice beyond the last */
        {{0, 0, 0, 2, 1, 68, 0, 0, ENDS, 0}, 10, ERR_FORMAT},     /* */
        {{0, 0, 0, 2, 1, 65, 0, 0, 0, 0xc3}, 10, ERR_FORMAT},     /* half a character */
        {{0, 0, 0, 8, 1, 2, 0, 0, 0, 0, 0, 4, 0, 1, 0, 1}, 16, ERR_FORMAT}, /* an unknown flag */
        {{0, 0, 0, 8, 1, 2, 0, 0, 0, 0, 0, 3, 0, 1, 0, 1}, 16, 0},
    };
    struct control_msg m;
    size_t used;

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
        if (control_msg_decode(t[i].bytes, t[i].len, CONTROL_REQUEST, &m, &used) != t[i].err)
            fail_msg("row %zu: not %d", i, t[i].err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_go_over),      cmocka_unit_test(words_have_a_limit),
        cmocka_unit_test(terminal_goes_over), cmocka_unit_test(the_others_go_over),
        cmocka_unit_test(large_answers),      cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests_name("control_msg", tests, NULL, NULL);
}
