/* SPDX-License-Identifier: MIT */
#include "tui/words.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "util/text.h"

enum { SLOW_DISK_MS = 1000 }; /* frames usually are in the file within some milliseconds */

static const struct {
    const char *word;
    enum role role;
} states[TUI_STATES] = {
    [TUI_CONNECTING] = {N_("connecting"), ROLE_WARN}, [TUI_LIVE] = {N_("live"), ROLE_GOOD},
    [TUI_STALE] = {N_("stale"), ROLE_WARN},           [TUI_OFFLINE] = {N_("offline"), ROLE_WARN},
    [TUI_REFUSED] = {N_("refused"), ROLE_BAD},        [TUI_LOST] = {N_("lost"), ROLE_BAD},
};

const char *words_state(enum tui_state s)
{
    return (unsigned)s < TUI_STATES ? _(states[s].word) : "?";
}

enum role words_state_role(enum tui_state s)
{
    return (unsigned)s < TUI_STATES ? states[s].role : ROLE_TEXT;
}

static uint64_t seconds_until(uint64_t now_us, uint64_t then_us)
{
    return then_us > now_us ? (then_us - now_us + 999999) / 1000000 : 0;
}

char *words_next(const struct tui_stream *s, uint64_t now_us, char *buf)
{
    uint64_t age = s->frame_us && now_us > s->frame_us ? (now_us - s->frame_us) / 1000000 : 0;
    buf[0] = 0;
    if (s->state == TUI_STALE && s->frame_us) {
        text_format(buf, TUI_TEXT_MAX, _("no picture for %llu s"), (unsigned long long)age);
    } else if (s->state == TUI_LIVE && !s->frame_us) {
        text_format(buf, TUI_TEXT_MAX, _("waiting for the first picture"));
    } else if (s->state != TUI_LIVE && s->next_try_us) {
        uint64_t wait = seconds_until(now_us, s->next_try_us);
        text_format(buf, TUI_TEXT_MAX, wait ? _("trying again in %llu s") : _("trying again now"),
                    (unsigned long long)wait);
    }
    return buf;
}

char *words_line(const struct tui_stream *s, uint64_t now_us, char *buf)
{
    char next[TUI_TEXT_MAX];
    words_next(s, now_us, next);
    const char *why = s->state == TUI_LIVE ? "" : s->why;
    text_format(buf, TUI_TEXT_MAX, "%s%s%s%s%s", words_state(s->state), *why ? ": " : "", why,
                *next ? (*why ? "; " : ", ") : "", next);
    return buf;
}

__attribute__((format(printf, 3, 4))) static char *figure(char *buf, bool known, const char *fmt,
                                                          ...)
{
    va_list args;
    va_start(args, fmt);
    if (known) {
        vsnprintf(buf, 32, fmt, args);
    } else {
        text_copy(buf, 32, "-");
    }
    va_end(args);
    return buf;
}

char *words_rate(double fps, char *buf)
{
    return figure(buf, !isnan(fps), _("%.1f fps"), fps);
}

char *words_bits(double bits, char *buf)
{
    return isnan(bits) ? figure(buf, false, "-") : text_bits_per_second(bits, buf);
}

char *words_percent(double part, char *buf)
{
    return figure(buf, !isnan(part), "%.1f %%", part * 100);
}

char *words_ms(double ms, char *buf)
{
    return figure(buf, !isnan(ms), ms < 9.95 ? _("%.1f ms") : _("%.0f ms"), ms);
}

char *words_bytes_per_second(double bytes, char *buf)
{
    if (bytes < 1000) {
        return figure(buf, true, _("%.0f B/s"), bytes > 0 ? bytes : 0);
    }
    return figure(buf, true, bytes < 1e6 ? _("%.0f kB/s") : _("%.1f MB/s"),
                  bytes / (bytes < 1e6 ? 1e3 : 1e6));
}

char *words_hours(double hours, char *buf)
{
    if (hours < 1) {
        return figure(buf, true, _("%.0f min"), hours * 60);
    }
    return figure(buf, true, hours < 100 ? _("%.0f h") : _("%.0f d"),
                  hours < 100 ? hours : hours / 24);
}

char *words_clock(int64_t wall_us, char *buf)
{
    time_t t = (time_t)(wall_us / 1000000);
    struct tm tm;
    localtime_r(&t, &tm);
    return figure(buf, true, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add(struct words_facts *f, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct words_facts *f, enum role role, const char *fmt, ...)
{
    if (f->n == WORDS_FACTS) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    vsnprintf(f->fact[f->n].text, WORDS_FACT, fmt, args);
    va_end(args);
    f->fact[f->n++].role = role;
}

static void add_traffic(struct words_facts *f, const struct tui_stream *s, bool narrow)
{
    char a[32];
    if (s->width) {
        add(f, ROLE_TEXT, "%u×%u", s->width, s->height);
    }
    if (!isnan(s->fps)) {
        add(f, ROLE_TEXT, "%s", words_rate(s->fps, a));
    }
    if (!isnan(s->bits_per_second)) {
        add(f, ROLE_TEXT, "%s", words_bits(s->bits_per_second, a));
    }
    if (!isnan(s->loss)) {
        enum role role = s->loss >= 0.01 ? ROLE_BAD : s->loss >= 0.001 ? ROLE_WARN : ROLE_TEXT;
        if (narrow) {
            add(f, role, _("loss %s"), words_percent(s->loss, a));
        } else {
            add(f, role, _("loss %s (%llu repaired)"), words_percent(s->loss, a),
                (unsigned long long)s->packets_repaired);
        }
    }
}

static void add_recording(struct words_facts *f, const struct tui_stream *s)
{
    char a[32];
    if (*s->recorder_why) {
        add(f, ROLE_BAD, "%s", s->recorder_why);
    }
    if (s->recording) {
        add(f, ROLE_TEXT, _("recorded %s"), text_bytes(s->recorded_bytes, a));
    }
    if (s->every_nth > 1) {
        add(f, ROLE_WARN, s->recording ? _("recording one frame in %u") : _("one frame in %u"),
            s->every_nth);
    }
    if (s->tiers_down) {
        add(f, ROLE_WARN, _("smaller for a narrow path"));
    }
    if (s->recorder_dropped) {
        add(f, ROLE_WARN, _("%llu not recorded"), (unsigned long long)s->recorder_dropped);
    }
    if (s->recorder_latency_ms >= SLOW_DISK_MS) {
        add(f, ROLE_WARN, _("to file %s"), words_ms(s->recorder_latency_ms, a));
    }
}

static void add_timing(struct words_facts *f, const struct tui_stream *s)
{
    char a[32];
    if (!isnan(s->rtt_ms)) {
        add(f, ROLE_DIM, _("rtt %s"), words_ms(s->rtt_ms, a));
    }
    if (!isnan(s->jitter_ms)) {
        add(f, ROLE_DIM, _("jitter %s"), words_ms(s->jitter_ms, a));
    }
    if (!isnan(s->loss_raw)) {
        add(f, ROLE_DIM, _("before repair %s"), words_percent(s->loss_raw, a));
    }
    if (s->reconnects) {
        add(f, ROLE_DIM, _("%llu reconnects"), (unsigned long long)s->reconnects);
    }
    if (s->recorder_latency_ms < SLOW_DISK_MS) {
        add(f, ROLE_DIM, _("to file %s"), words_ms(s->recorder_latency_ms, a));
    }
}

void words_facts(const struct tui_stream *s, bool frozen, bool narrow, struct words_facts *out)
{
    char a[32];
    out->n = 0;
    add(out, words_state_role(s->state), "%s", words_state(s->state));
    if (frozen) {
        add(out, ROLE_WARN, "%s", _("frozen"));
    }
    add_traffic(out, s, narrow);
    if (!isnan(s->latency_ms)) {
        add(out, ROLE_TEXT, "%s", words_ms(s->latency_ms, a));
    }
    if (s->legacy) {
        add(out, ROLE_WARN, "%s", _("legacy, unencrypted"));
    }
    add_recording(out, s);
    add_timing(out, s);
}
