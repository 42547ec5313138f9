/* SPDX-License-Identifier: MIT */
#include "tui/input.h"

#include <string.h>

#include "tui/input_csi.h"
#include "util/mono.h"
#include "util/text.h"

/* How long an incomplete sequence may take. A lone ESC is a key, so it must be short; what has
 * begun like an answer is none, and slow links tear answers apart. */
enum { ESC_MS = 25, ESC_EXPECTING_MS = 100, SEQUENCE_MS = 500, STRING_MS = 2000 };

void input_init(struct input *in, const struct charset *charset)
{
    memset(in, 0, sizeof *in);
    in->charset = charset;
}

void input_string(struct input *in, const char *seq, uint32_t key)
{
    if (!seq || strlen(seq) >= INPUT_SEQ || seq[0] != 27 || !seq[1] ||
        in->strings == INPUT_STRINGS) {
        return;
    }
    struct input_string *s = &in->string[in->strings++];
    text_copy(s->seq, sizeof s->seq, seq);
    s->key = key;
}

void input_answers_until(struct input *in, uint64_t ns)
{
    in->answers_until_ns = ns;
    in->expecting = ns != 0;
}

size_t input_feed(struct input *in, const uint8_t *bytes, size_t len, uint64_t now_ns)
{
    size_t room = sizeof in->buf - in->len;
    size_t n = len < room ? len : room;
    in->expecting = now_ns < in->answers_until_ns;
    memcpy(in->buf + in->len, bytes, n);
    in->len += n;
    if (n) {
        in->since_ns = now_ns;
    }
    return n;
}

static void consume(struct input *in, size_t n)
{
    memmove(in->buf, in->buf + n, in->len - n);
    in->len -= n;
}

static bool begins_string(const struct input *in)
{
    return in->len >= 2 && in->buf[0] == 27 && in->buf[1] && strchr("P]_^X", in->buf[1]);
}

static uint64_t patience_ns(const struct input *in)
{
    if (begins_string(in) && in->expecting) {
        return STRING_MS * NS_PER_MS;
    }
    if (in->len >= 2) {
        return (in->expecting ? SEQUENCE_MS : SEQUENCE_MS / 5) * NS_PER_MS;
    }
    return (in->expecting ? ESC_EXPECTING_MS : ESC_MS) * NS_PER_MS;
}

uint64_t input_deadline(const struct input *in)
{
    return in->len ? in->since_ns + patience_ns(in) : UINT64_MAX;
}

static void set_key(struct input_event *out, uint32_t key)
{
    out->kind = INPUT_KEY;
    out->key = key;
}

/* Terminfo's strings: length when one matches whole, -1 when the bytes may yet become one. */
static int match_string(const struct input *in, uint32_t *key)
{
    int best = 0;
    bool partly = false;
    for (unsigned i = 0; i < in->strings; i++) {
        size_t len = strlen(in->string[i].seq);
        size_t n = len < in->len ? len : in->len;
        if (memcmp(in->string[i].seq, in->buf, n) != 0) {
            continue;
        }
        if (n < len) {
            partly = true;
        } else if ((int)len > best) {
            best = (int)len;
            *key = in->string[i].key;
        }
    }
    return best ? best : partly ? -1 : 0;
}

/* Length of a control string with its end, 0 while the end has not come. */
static size_t string_length(const struct input *in)
{
    for (size_t i = 2; i < in->len; i++) {
        if (in->buf[i] == 7) {
            return i + 1;
        }
        if (in->buf[i] == 27 && i + 1 < in->len) {
            return in->buf[i + 1] == '\\' ? i + 2 : i;
        }
    }
    return 0;
}

static void set_text(struct input_event *out, enum input_report what, const uint8_t *text,
                     size_t len)
{
    size_t n = len < sizeof out->text - 1 ? len : sizeof out->text - 1;
    out->kind = INPUT_REPORT;
    out->report = what;
    memcpy(out->text, text, n);
    out->text[n] = 0;
}

/* DCS > | text ST answers XTVERSION, APC G keys ; text ST kitty's query; every other string is
 * swallowed. */
static bool take_string(struct input *in, size_t len, struct input_event *out)
{
    bool st = in->buf[len - 2] == 27 && in->buf[len - 1] == '\\';
    size_t end = len - (st ? 2 : in->buf[len - 1] == 7 ? 1 : 0);
    bool version = end > 4 && !memcmp(in->buf + 1, "P>|", 3);
    const uint8_t *graphics =
        end > 3 && !memcmp(in->buf + 1, "_G", 2) ? memchr(in->buf, ';', end) : NULL;
    if (version) {
        set_text(out, REPORT_VERSION, in->buf + 4, end - 4);
    } else if (graphics) {
        set_text(out, REPORT_GRAPHICS, graphics + 1, (size_t)(in->buf + end - graphics) - 1);
    }
    consume(in, len);
    return version || graphics;
}

static bool skip_string(struct input *in)
{
    size_t i = 0;
    while (i < in->len && in->buf[i] != 7 && in->buf[i] != 27) {
        i++;
    }
    if (i < in->len && in->buf[i] == 27 && i + 1 == in->len) {
        consume(in, i);
        return false;
    }
    if (i < in->len) {
        bool st = in->buf[i] == 27 && in->buf[i + 1] == '\\';
        i += in->buf[i] == 7 ? 1 : st ? 2 : 0;
        in->skipping = false;
    }
    consume(in, i);
    return !in->skipping;
}

/* Outcome of looking at the front of the buffer. */
enum step { STEP_WAIT, STEP_AGAIN, STEP_EVENT };

static enum step step_string(struct input *in, bool late, struct input_event *out)
{
    size_t len = string_length(in);
    if (len) {
        return take_string(in, len, out) ? STEP_EVENT : STEP_AGAIN;
    }
    if (in->len == sizeof in->buf) {
        in->skipping = true;
        in->len = 0;
        return STEP_WAIT;
    }
    if (late) {
        in->len = 0;
    }
    return STEP_WAIT;
}

static enum step step_csi(struct input *in, bool late, struct input_event *out)
{
    size_t len = input_csi_length(in->buf, in->len);
    if (!len) {
        if (late || in->len == sizeof in->buf) {
            in->len = 0;
        }
        return STEP_WAIT;
    }
    bool event = input_csi_decode(in->buf, len, &in->pasting, out);
    consume(in, len);
    return event ? STEP_EVENT : STEP_AGAIN;
}

static enum step step_escape(struct input *in, bool late, struct input_event *out)
{
    uint32_t key = 0;
    int len = match_string(in, &key);
    if (len > 0) {
        consume(in, (size_t)len);
        set_key(out, key);
        return STEP_EVENT;
    }
    if (begins_string(in)) {
        return step_string(in, late, out);
    }
    if (in->len >= 2 && (in->buf[1] == '[' || in->buf[1] == 'O')) {
        return step_csi(in, late, out);
    }
    if (in->len == 1 && !late) {
        return STEP_WAIT;
    }
    if (in->len == 1 || in->buf[1] < ' ' || in->buf[1] >= 0x7f) {
        consume(in, 1);
        set_key(out, KEYB_ESC);
        return STEP_EVENT;
    }
    set_key(out, KEYB_ALT | in->buf[1]);
    consume(in, 2);
    return STEP_EVENT;
}

static enum step step_character(struct input *in, bool late, struct input_event *out)
{
    uint8_t c = in->buf[0];
    uint32_t cp = c;
    size_t len = 1;
    if (c >= 0x80 && in->charset->utf8) {
        size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
        if (in->len < need && !late) {
            return STEP_WAIT;
        }
        len = text_decode((const char *)in->buf, in->len, &cp);
    } else if (c >= 0x80) {
        cp = charset_decode(in->charset, c);
    }
    consume(in, len);
    if (c == 8 || c == 127) {
        cp = KEYB_BACKSPACE;
    } else if (c == '\n') {
        cp = KEYB_ENTER;
    } else if (cp == 0 || cp == 0xfffd || (cp >= 0x80 && cp < 0xa0)) {
        return STEP_AGAIN;
    }
    set_key(out, cp);
    return STEP_EVENT;
}

bool input_next(struct input *in, uint64_t now_ns, struct input_event *out)
{
    while (in->len) {
        bool late = now_ns >= input_deadline(in);
        enum step step;
        memset(out, 0, sizeof *out);
        if (in->skipping) {
            step = skip_string(in) ? STEP_AGAIN : STEP_WAIT;
        } else if (in->buf[0] == 27) {
            step = step_escape(in, late, out);
        } else {
            step = step_character(in, late, out);
        }
        if (step == STEP_EVENT) {
            out->pasted = out->kind == INPUT_KEY && in->pasting;
            return true;
        }
        if (step == STEP_WAIT) {
            return false;
        }
    }
    return false;
}
