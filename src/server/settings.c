/* SPDX-License-Identifier: MIT */
#include "server/settings.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "net/keys.h"
#include "proto/limits.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/parse.h"
#include "util/state_dir.h"
#include "util/text.h"

#define AT(field) .offset = offsetof(struct server_settings, field)

static const char *const log_formats[] = {"text", "json", NULL};

static const struct option_def defs[] = {
    {.letter = 'l',
     .name = "listen",
     .arg = "ADDR[:PORT]",
     .type = OPTION_STRINGS,
     AT(listen_texts),
     .help = N_("Address to serve on, may repeat (default [::]:9999 and 0.0.0.0:9999).")},
    {.letter = 's',
     .name = "size",
     .arg = "WxH",
     .type = OPTION_SIZE,
     AT(size),
     .help = N_("Picture size asked of the sources (default: each source's own).")},
    {.letter = 'r',
     .name = "rate",
     .arg = "FPS",
     .type = OPTION_RATE,
     AT(millihertz),
     .help = N_("Pictures a second asked of the sources (default: each source's own).")},
    {.letter = 'q',
     .name = "quality",
     .arg = "N",
     .type = OPTION_INT,
     AT(quality),
     .least = 1,
     .most = 100,
     .help = N_("JPEG quality, 1 to 100 (default 85).")},
    {.name = "always",
     .type = OPTION_FLAG,
     AT(always),
     .help = N_("Capture and encode even when nobody watches.")},
    {.name = "history",
     .arg = "DURATION",
     .type = OPTION_DURATION,
     AT(history_ms),
     .least = 0,
     .most = 600000,
     .help = N_("How far back a client may reach, at most 64 MB a camera (default 10s).")},
    {.name = "mtu",
     .arg = "BYTES",
     .type = OPTION_INT,
     AT(mtu),
     .least = PROTO_UDP_PAYLOAD_MIN,
     .most = PROTO_UDP_PAYLOAD_MAX,
     .help = N_("UDP payload; above 1200 the don't-fragment bit is set (default 1200).")},
    {.name = "state-dir",
     .arg = "DIR",
     .type = OPTION_STRING,
     AT(state_dir_text),
     .help = N_("Where server.key and authorized_clients are (default ~/.local/state/camwall, "
                "/var/lib/camwall as root).")},
    {.name = "authorized",
     .arg = "FILE",
     .type = OPTION_STRING,
     AT(authorized_text),
     .help = N_("List of clients to admit (default authorized_clients in the state directory).")},
    {.name = "open", .type = OPTION_FLAG, AT(open), .help = N_("Admit any client.")},
    {.name = "legacy",
     .arg = "CIDR,...",
     .type = OPTION_MAYBE,
     AT(legacy_text),
     .help = N_("Also speak the legacy protocol, unencrypted, to these networks (127.0.0.0/8 when "
                "given bare).")},
    {.name = "max-clients",
     .arg = "N",
     .type = OPTION_INT,
     AT(max_clients),
     .least = 1,
     .most = 100000,
     .help = N_("Clients at once; a console counts one a stream (default 512).")},
    {.name = "max-clients-per-address",
     .arg = "N",
     .type = OPTION_INT,
     AT(max_clients_per_address),
     .least = 1,
     .most = 100000,
     .help = N_("Clients at once from one address (default 128).")},
    {.name = "log",
     .arg = "FILE",
     .type = OPTION_STRING,
     AT(log_file),
     .help = N_("Also log into this file; reopened on SIGHUP.")},
    {.name = "log-format",
     .arg = "text|json",
     .type = OPTION_CHOICE,
     AT(log_format),
     .choices = log_formats,
     .help = N_("Form of the log (default text).")},
    {.letter = 'c',
     .name = "config",
     .arg = "FILE",
     .type = OPTION_STRING,
     AT(config_path),
     .not_in_file = true,
     .help = N_("Configuration file; options given here win over it.")},
    {.letter = 'C',
     .name = "check-config",
     .type = OPTION_ACTION,
     AT(action),
     .action = SETTINGS_CHECK,
     .not_in_file = true,
     .help = N_("Check the configuration and exit.")},
    {.name = "fingerprint",
     .type = OPTION_ACTION,
     AT(action),
     .action = SETTINGS_FINGERPRINT,
     .not_in_file = true,
     .help = N_("Print the fingerprint of the server's key and exit.")},
    {.name = "completion",
     .type = OPTION_ACTION,
     AT(action),
     .action = SETTINGS_COMPLETION,
     .not_in_file = true,
     .help = N_("Print completions for bash and exit.")},
    {.letter = 'h',
     .name = "help",
     .type = OPTION_ACTION,
     AT(action),
     .action = SETTINGS_HELP,
     .not_in_file = true,
     .help = N_("Print this help and exit.")},
    {.letter = 'V',
     .name = "version",
     .type = OPTION_ACTION,
     AT(action),
     .action = SETTINGS_VERSION,
     .not_in_file = true,
     .help = N_("Print the version and exit.")},
};

static struct camera_settings *camera_named(struct server_settings *s, const char *name)
{
    for (unsigned i = 0; i < s->n_cameras; i++)
        if (s->cameras[i].source.named && strcmp(s->cameras[i].source.name, name) == 0)
            return &s->cameras[i];
    return NULL;
}

/* The section's camera; made when its first key is read. */
static struct camera_settings *section_camera(struct server_settings *s, const char *name)
{
    struct camera_settings *c = camera_named(s, name);
    if (c || s->n_cameras == SETTINGS_CAMERAS)
        return c;
    c = &s->cameras[s->n_cameras++];
    memset(c, 0, sizeof *c);
    text_copy(c->source.name, sizeof c->source.name, name);
    c->source.named = c->from_file = true;
    return c;
}

/* source = SOURCE keeps what size and rate other keys of the section have asked for. */
static int section_source(struct camera_settings *c, const char *value, const char **expect)
{
    static char sentence[OPTIONS_ERROR_MAX];
    struct source_spec spec;
    if (source_parse(value, &spec, sentence, sizeof sentence) != 0 || spec.named) {
        *expect = N_("a source without NAME=: pattern, a path with a /, v4l2:/dev/videoN or a URL");
        return ERR_FORMAT;
    }
    text_copy(spec.name, sizeof spec.name, c->source.name);
    spec.named = true;
    if (c->source.width) {
        spec.width = c->source.width;
        spec.height = c->source.height;
    }
    if (c->source.millihertz)
        spec.millihertz = c->source.millihertz;
    c->source = spec;
    c->has_source = true;
    return 0;
}

static int on_camera_section(void *settings, const char *name, const char *key, const char *value,
                             const char **expect)
{
    struct server_settings *s = settings;
    if (!parse_camera_name(name, strlen(name))) {
        *expect = N_("a camera's name: 1 to 32 of a-z 0-9 _ -");
        return ERR_FORMAT;
    }
    struct camera_settings *c = section_camera(s, name);
    if (!c) {
        *expect = N_("at most 64 cameras");
        return ERR_FORMAT;
    }
    if (strcmp(key, "source") == 0)
        return section_source(c, value, expect);
    if (strcmp(key, "size") == 0) {
        *expect = N_("a size such as 640x480");
        return parse_size(value, &c->source.width, &c->source.height);
    }
    if (strcmp(key, "rate") == 0) {
        *expect = N_("pictures a second, such as 25 or 29.97");
        return parse_rate(value, &c->source.millihertz);
    }
    if (strcmp(key, "quality") == 0) {
        int64_t q;
        *expect = N_("a quality from 1 to 100");
        int rc = parse_int(value, 1, 100, &q);
        if (rc == 0)
            c->quality = (int)q;
        return rc;
    }
    *expect = "source, size, rate, quality";
    return ERR_UNKNOWN;
}

const struct option_table server_options = {
    .program = "camwalld",
    .usage = "[OPTION]... [NAME=]SOURCE...",
    .intro = N_("Publishes cameras over UDP. SOURCE is pattern or pattern:WxH@FPS (the built-in "
                "test card, also the default), a file (a path with a / in it, or file:PATH), "
                "v4l2:/dev/videoN, or a URL."),
    .defs = defs,
    .n = sizeof defs / sizeof *defs,
    .section = "camera",
    .on_section = on_camera_section,
};

static void defaults(struct server_settings *s)
{
    memset(s, 0, sizeof *s);
    s->quality = 85;
    s->history_ms = 10000;
    s->mtu = PROTO_UDP_PAYLOAD;
    s->max_clients = 512;
    s->max_clients_per_address = 128;
}

/* Names that are settled: given by people, or automatic ones of the first n cameras. */
struct settled {
    const struct server_settings *settings;
    unsigned n;
};

static bool name_taken(void *ctx, const char *name)
{
    const struct settled *t = ctx;
    for (unsigned i = 0; i < t->settings->n_cameras; i++) {
        const struct source_spec *spec = &t->settings->cameras[i].source;
        if ((spec->named || i < t->n) && strcmp(spec->name, name) == 0)
            return true;
    }
    return false;
}

static int add_operand(struct server_settings *s, const char *text, char *error)
{
    struct camera_settings c = {.has_source = true};
    int rc = source_parse(text, &c.source, error, OPTIONS_ERROR_MAX);
    if (rc != 0)
        return rc;
    if (s->n_cameras == SETTINGS_CAMERAS) {
        text_format(error, OPTIONS_ERROR_MAX, _("more than %d cameras"), SETTINGS_CAMERAS);
        return ERR_FORMAT;
    }
    if (c.source.named && camera_named(s, c.source.name)) {
        text_format(error, OPTIONS_ERROR_MAX,
                    _("camera name '%s' is given twice; each camera needs a name of its own"),
                    c.source.name);
        return ERR_FORMAT;
    }
    s->cameras[s->n_cameras++] = c;
    return 0;
}

/* Explicit names first, so that an automatic one never takes a name that somebody asked for. */
static int add_operands(struct server_settings *s, char **operands, int n, char *error)
{
    for (int i = 0; i < n; i++) {
        int rc = add_operand(s, operands[i], error);
        if (rc != 0)
            return rc;
    }
    if (s->n_cameras == 0)
        return add_operand(s, "pattern", error);
    for (unsigned i = 0; i < s->n_cameras; i++) {
        struct source_spec *spec = &s->cameras[i].source;
        struct settled settled = {s, i};
        if (!spec->named)
            text_number(spec->name, sizeof spec->name, name_taken, &settled);
    }
    return 0;
}

static int finish_cameras(struct server_settings *s, char *error)
{
    for (unsigned i = 0; i < s->n_cameras; i++) {
        struct camera_settings *c = &s->cameras[i];
        if (!c->has_source) {
            text_format(error, OPTIONS_ERROR_MAX,
                        _("%s: section [camera %s] has no source = SOURCE"), s->config_path,
                        c->source.name);
            return ERR_FORMAT;
        }
        c->history_ms = s->history_ms;
        if (!c->quality)
            c->quality = (int)s->quality;
        if (!c->source.width) {
            c->source.width = s->size.width;
            c->source.height = s->size.height;
        }
        if (!c->source.millihertz)
            c->source.millihertz = s->millihertz;
    }
    return 0;
}

static int finish_listen(struct server_settings *s, char *error)
{
    static const char *const standard[] = {"[::]", "0.0.0.0"};
    bool given = s->listen_texts.n > 0;
    size_t n = given ? s->listen_texts.n : 2;
    if (n > SETTINGS_LISTEN) {
        text_format(error, OPTIONS_ERROR_MAX, _("--listen is given more than %d times"),
                    SETTINGS_LISTEN);
        return ERR_FORMAT;
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = given ? s->listen_texts.at[i] : standard[i], *why = NULL;
        if (addr_resolve(text, PROTO_PORT, &s->listen[i].addr, &why) != 0) {
            text_format(error, OPTIONS_ERROR_MAX,
                        _("--listen '%s': %s; expected ADDR, ADDR:PORT or [V6]:PORT"), text,
                        why ? why : _("not an address"));
            return ERR_FORMAT;
        }
        s->listen[i].optional = !given && i == 0;
    }
    s->n_listen = (unsigned)n;
    return 0;
}

static int finish_legacy(struct server_settings *s, char *error)
{
    if (!s->legacy_text.given)
        return 0;
    const char *at = s->legacy_text.value ? s->legacy_text.value : "127.0.0.0/8";
    while (*at) {
        char one[64];
        size_t len = strcspn(at, ",");
        if (len < sizeof one && s->n_legacy < SETTINGS_NETS) {
            memcpy(one, at, len);
            one[len] = '\0';
        }
        if (len >= sizeof one || s->n_legacy == SETTINGS_NETS ||
            addr_net_parse(one, &s->legacy[s->n_legacy]) != 0) {
            text_format(error, OPTIONS_ERROR_MAX,
                        _("--legacy '%.*s': expected networks such as 192.168.1.0/24,fd00::/8"),
                        (int)len, at);
            return ERR_FORMAT;
        }
        s->n_legacy++;
        at += len + (at[len] == ',');
    }
    if (s->n_legacy == 0) {
        text_format(error, OPTIONS_ERROR_MAX, "%s",
                    _("--legacy '': expected networks such as 192.168.1.0/24,fd00::/8"));
        return ERR_FORMAT;
    }
    return 0;
}

static int finish_paths(struct server_settings *s, char *error)
{
    if (state_dir(s->state_dir_text, true, s->state_dir, sizeof s->state_dir) != 0) {
        text_format(error, OPTIONS_ERROR_MAX, "%s",
                    _("no state directory: HOME is not set; give one with --state-dir"));
        return ERR_FORMAT;
    }
    text_format(s->key_path, sizeof s->key_path, "%s/server.key", s->state_dir);
    if (s->authorized_text)
        text_copy(s->authorized_path, sizeof s->authorized_path, s->authorized_text);
    else
        text_format(s->authorized_path, sizeof s->authorized_path, "%s/authorized_clients",
                    s->state_dir);
    return 0;
}

int settings_load(struct server_settings *s, int argc, char **argv, char *error)
{
    int operand, rc;
    defaults(s);
    const char *config = options_config_path(&server_options, argc, argv);
    if (config && (rc = options_file(&server_options, s, config, error)) != 0)
        return rc;
    if ((rc = options_args(&server_options, s, argc, argv, &operand, error)) != 0)
        return rc;
    if (s->action == SETTINGS_HELP || s->action == SETTINGS_VERSION ||
        s->action == SETTINGS_COMPLETION)
        return 0;
    if ((rc = add_operands(s, argv + operand, argc - operand, error)) != 0)
        return rc;
    if ((rc = finish_cameras(s, error)) != 0 || (rc = finish_listen(s, error)) != 0 ||
        (rc = finish_legacy(s, error)) != 0)
        return rc;
    return finish_paths(s, error);
}

void settings_free(struct server_settings *s)
{
    options_free(&server_options, s);
}
