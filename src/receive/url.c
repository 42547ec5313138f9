/* SPDX-License-Identifier: MIT */
#include "receive/url.h"

#include <string.h>

#include "util/err.h"
#include "util/parse.h"
#include "util/text.h"

static const char accepted[] =
    N_("expected [NAME=]HOST[:PORT]/CAMERA, [NAME=]HOST[:PORT] for every camera of a server, "
       "camwall://HOST[:PORT]/CAMERA or legacy://HOST:PORT");

static int bad(const char *text, const char *why, char *error, size_t cap)
{
    text_format(error, cap, "'%s': %s; %s", text, why, _(accepted));
    return ERR_FORMAT;
}

int url_name_check(const char *name)
{
    if (!*name || !text_printable(name) || text_utf8_len(name) > URL_NAME_CHARS)
        return ERR_FORMAT;
    return 0;
}

/* Takes "NAME=" off the front; returns where the URL starts, NULL for a bad name. */
static const char *split_name(const char *text, struct url *u)
{
    const char *equals = strchr(text, '=');
    const char *scheme = strstr(text, "://");
    if (!equals || (scheme && scheme < equals))
        return text;
    size_t len = (size_t)(equals - text);
    if (len >= sizeof(u->name))
        return NULL;
    memcpy(u->name, text, len);
    u->name[len] = '\0';
    return url_name_check(u->name) ? NULL : equals + 1;
}

/* Takes "SCHEME://" off the front; returns what follows, NULL for one nobody knows. */
static const char *split_scheme(const char *s, struct url *u)
{
    static const struct {
        const char *prefix;
        enum url_kind kind;
    } known[] = {{"camwall://", URL_SERVER}, {"legacy://", URL_LEGACY}};

    u->kind = URL_SERVER;
    if (!strstr(s, "://"))
        return s;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t len = strlen(known[i].prefix);
        if (strncmp(s, known[i].prefix, len) == 0) {
            u->kind = known[i].kind;
            return s + len;
        }
    }
    return NULL;
}

static const char *parse_rest(const char *s, struct url *u)
{
    const char *slash = strchr(s, '/');
    size_t len = slash ? (size_t)(slash - s) : strlen(s);
    char authority[URL_HOST_MAX + 16];

    if (len >= sizeof(authority))
        return _("the host is too long");
    memcpy(authority, s, len);
    authority[len] = '\0';
    if (parse_host_port(authority, PROTO_PORT, u->host, sizeof(u->host), &u->port) < 0 ||
        !u->host[0] || u->port == 0)
        return _("no host and port in it");
    if (!slash || !slash[1])
        return NULL;
    if (u->kind == URL_LEGACY)
        return _("the legacy protocol knows no cameras' names");
    if (!parse_camera_name(slash + 1, strlen(slash + 1)))
        return _("a camera's name is up to 32 of a-z 0-9 _ -");
    text_copy(u->camera, sizeof(u->camera), slash + 1);
    u->kind = URL_CAMERA;
    return NULL;
}

int url_parse(const char *text, struct url *out, char *error, size_t cap)
{
    struct url u = {0};

    const char *s = split_name(text, &u);
    if (!s)
        return bad(text, _("a NAME is 1 to 64 printable characters"), error, cap);
    s = split_scheme(s, &u);
    if (!s)
        return bad(text, _("unknown kind of URL"), error, cap);
    const char *why = parse_rest(s, &u);
    if (why)
        return bad(text, why, error, cap);
    *out = u;
    return 0;
}

void url_host_port(const struct url *u, char *buf, size_t cap)
{
    if (strchr(u->host, ':'))
        text_format(buf, cap, "[%s]:%u", u->host, u->port);
    else
        text_format(buf, cap, "%s:%u", u->host, u->port);
}

void url_text(const struct url *u, char *buf, size_t cap)
{
    char at[URL_HOST_MAX + 16];

    url_host_port(u, at, sizeof(at));
    text_format(buf, cap, "%s://%s%s%s", u->kind == URL_LEGACY ? "legacy" : "camwall", at,
                u->camera[0] ? "/" : "", u->camera);
}
