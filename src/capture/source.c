/* SPDX-License-Identifier: MIT */
#include "capture/source.h"

#include <ctype.h>
#include <string.h>

#include "capture/source_av.h"
#include "capture/source_card.h"
#include "media/mjpeg_probe.h"
#include "util/err.h"
#include "util/parse.h"
#include "util/text.h"

enum {
    LEAST_SIDE = 16,
    LEAST_MILLIHERTZ = 100,
    MOST_MILLIHERTZ = 240 * 1000,
};

/* What the message of every wrong SOURCE ends with. */
static const char accepted[] =
    N_("accepted: pattern, pattern:WxH@FPS, a file with a / in its name or after file:, "
       "v4l2:/dev/videoN, or a URL such as rtsp://HOST/PATH");

/* The rest of s behind a prefix, or NULL. */
static const char *after(const char *s, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

/* The rest behind "scheme://", or NULL. */
static const char *after_scheme(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || (n > 0 && s[n] && strchr("+-.", s[n])))
        n++;
    return n > 0 ? after(s + n, "://") : NULL;
}

/* A camera's name made of the bytes of some text: small letters, and one '-' for each run of
 * others. */
static void clean_name(const char *s, size_t len, char name[33])
{
    size_t n = 0;
    for (size_t i = 0; i < len && n < 32; i++) {
        char c = (char)tolower((unsigned char)s[i]);
        bool fine = parse_camera_name(&c, 1);
        if (fine)
            name[n++] = c;
        else if (n > 0 && name[n - 1] != '-')
            name[n++] = '-';
    }
    while (n > 0 && name[n - 1] == '-')
        n--;
    name[n] = '\0';
    if (n == 0)
        text_copy(name, 33, "camera");
}

/* From a path's last part without its extension. */
static void name_from_path(const char *path, size_t len, char name[33])
{
    while (len > 0 && path[len - 1] == '/')
        len--;
    size_t from = len;
    while (from > 0 && path[from - 1] != '/')
        from--;
    size_t end = len;
    for (size_t i = len; i > from + 1; i--)
        if (path[i - 1] == '.') {
            end = i - 1;
            break;
        }
    clean_name(path + from, end - from, name);
}

/* From the last part of the path, else from the host; never from user, password or query. */
static void name_from_url(const char *rest, char name[33])
{
    size_t authority = strcspn(rest, "/?#");
    size_t path = authority + strcspn(rest + authority, "?#");
    while (path > authority && rest[path - 1] == '/')
        path--;
    if (path > authority) {
        name_from_path(rest + authority, path - authority, name);
        return;
    }
    const char *host = rest;
    for (size_t i = 0; i < authority; i++)
        if (rest[i] == '@')
            host = rest + i + 1;
    size_t len = authority - (size_t)(host - rest);
    const char *port = memchr(host, ':', len);
    if (*host != '[' && port)
        len = (size_t)(port - host);
    clean_name(host, len, name);
}

static int fail(char *error, size_t cap, const char *operand, const char *what)
{
    text_format(error, cap, _("SOURCE '%s': %s; %s"), operand, what, _(accepted));
    return ERR_FORMAT;
}

/* "", "WxH", "@FPS", "WxH@FPS". NULL or what is wrong. */
static const char *parse_pattern(const char *s, struct source_spec *out)
{
    char size[32];
    size_t n = strcspn(s, "@");
    if (*s == '\0' || n >= sizeof size)
        return _("a size or a rate is missing or too long");
    memcpy(size, s, n);
    size[n] = '\0';
    if (n > 0 && parse_size(size, &out->width, &out->height) < 0)
        return _("the size is not WxH");
    if (n > 0 && (out->width < LEAST_SIDE || out->height < LEAST_SIDE ||
                  (uint64_t)out->width * out->height > MJPEG_PIXELS_MAX))
        return _("the size must be from 16x16 to 64 million pixels");
    if (s[n] == '@' && (parse_rate(s + n + 1, &out->millihertz) < 0 ||
                        out->millihertz < LEAST_MILLIHERTZ || out->millihertz > MOST_MILLIHERTZ))
        return _("the rate must be from 0.1 to 240 pictures a second");
    return NULL;
}

/* Kind, location and automatic name. NULL or what is wrong. */
static const char *parse_location(const char *s, struct source_spec *out)
{
    const char *rest = NULL;
    if (strlen(s) >= sizeof out->location)
        return _("too long");
    if (strcmp(s, "pattern") == 0 || (rest = after(s, "pattern:"))) {
        out->kind = SOURCE_PATTERN;
        text_copy(out->name, sizeof out->name, "pattern");
        return rest ? parse_pattern(rest, out) : NULL;
    }
    if ((rest = after(s, "v4l2:"))) {
        out->kind = SOURCE_V4L2;
        text_copy(out->location, sizeof out->location, rest);
        name_from_path(rest, strlen(rest), out->name);
        return *rest == '/' ? NULL : _("the device must be a path");
    }
    bool told = (rest = after(s, "file:"));
    if (!told && (rest = after_scheme(s))) {
        out->kind = SOURCE_URL;
        text_copy(out->location, sizeof out->location, s);
        name_from_url(rest, out->name);
        return *rest ? NULL : _("nothing stands behind ://");
    }
    const char *path = told ? rest : s;
    if (!told && !strchr(s, '/'))
        return _("not a source");
    out->kind = SOURCE_FILE;
    text_copy(out->location, sizeof out->location, path);
    name_from_path(path, strlen(path), out->name);
    return *path && path[strlen(path) - 1] != '/' ? NULL : _("a file's name is missing");
}

int source_parse(const char *operand, struct source_spec *out, char *error, size_t cap)
{
    struct source_spec spec = {0};
    const char *equals = strchr(operand, '=');
    const char *source = operand;
    if (equals && parse_camera_name(operand, (size_t)(equals - operand))) {
        spec.named = true;
        source = equals + 1;
    }
    const char *wrong = parse_location(source, &spec);
    if (wrong)
        return fail(error, cap, operand, wrong);
    if (spec.named) {
        memcpy(spec.name, operand, (size_t)(equals - operand));
        spec.name[equals - operand] = '\0';
    }
    *out = spec;
    return 0;
}

int source_open(const struct source_spec *spec, struct stop *stop, struct source **out, char *error,
                size_t cap)
{
    if (spec->kind == SOURCE_PATTERN)
        return source_card_open(spec, stop, out, error, cap);
    return source_av_open(spec, stop, out, error, cap);
}

void source_close(struct source *s)
{
    if (s)
        s->ops->close(s);
}
