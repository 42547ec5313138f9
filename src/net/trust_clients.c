/* SPDX-License-Identifier: MIT */
#include "net/trust.h"

#include <errno.h>
#include <string.h>

#include "net/statefile.h"
#include "net/trust_line.h"
#include "util/alloc.h"
#include "util/parse.h"
#include "util/text.h"

static const char cameras_key[] = "cameras=";
enum { CAMERAS_KEY = sizeof cameras_key - 1 };

static bool cameras_valid(const char *list)
{
    for (;;) {
        size_t len = strcspn(list, ",");
        if (!parse_camera_name(list, len))
            return false;
        if (!list[len])
            return true;
        list += len + 1;
    }
}

/* Fills an entry from a line. NULL, or what is wrong with it. */
static const char *read_entry(const struct trust_line *line, struct trust_client *c)
{
    char cameras[TRUST_LINE_MOST + 1];
    if (line->too_long)
        return _("longer than 4096 bytes");
    if (!trust_word_fingerprint(line->word[0]))
        return _("expected a fingerprint: SHA256: and 43 characters of base64");
    trust_word_copy(line->word[0], c->fingerprint, sizeof c->fingerprint);
    if (line->n < 2)
        return _("expected a name behind the fingerprint");
    if (!trust_word_copy(line->word[1], c->name, sizeof c->name) || !text_printable(c->name))
        return _("expected a printable name of at most 64 bytes");
    if (line->n == 2)
        return NULL;
    if (line->n > 3)
        return _("expected nothing more behind cameras=");
    struct trust_word w = line->word[2];
    if (w.len < CAMERAS_KEY || memcmp(w.at, cameras_key, CAMERAS_KEY) != 0)
        return _("expected cameras=NAME,NAME behind the name");
    w.at += CAMERAS_KEY;
    w.len -= CAMERAS_KEY;
    if (!trust_word_copy(w, cameras, sizeof cameras) || !cameras_valid(cameras))
        return _("expected names of cameras with commas between them");
    c->cameras = mem_strdup(cameras);
    return c->cameras ? NULL : strerror(ENOMEM);
}

static void free_client(struct trust_client *c)
{
    if (c)
        mem_free(c->cameras);
    mem_free(c);
}

/* The first line of a key counts; a second one would be a surprise, whichever way it was read. */
static const char *add(struct trust_clients *out, struct trust_client ***tail,
                       const struct trust_line *line)
{
    struct trust_client *c = mem_zero(1, sizeof *c);
    const char *wrong = c ? read_entry(line, c) : strerror(ENOMEM);
    if (!wrong && trust_clients_find(out, c->fingerprint))
        wrong = _("this fingerprint is listed above");
    if (wrong) {
        free_client(c);
        return wrong;
    }
    **tail = c;
    *tail = &c->next;
    out->n++;
    return NULL;
}

int trust_clients_parse(const char *text, size_t len, struct trust_clients *out,
                        trust_bad_fn *on_bad, void *ctx)
{
    struct trust_reader r = {text, text + len, 0};
    struct trust_line line;
    struct trust_client **tail = &out->first;
    *out = (struct trust_clients){NULL, 0};
    while (trust_line_next(&r, &line)) {
        const char *wrong = add(out, &tail, &line);
        if (wrong && on_bad)
            on_bad(ctx, line.number, wrong);
    }
    return 0;
}

int trust_clients_load(const char *path, struct trust_clients *out, trust_bad_fn *on_bad, void *ctx)
{
    char *text;
    size_t len;
    *out = (struct trust_clients){NULL, 0};
    int e = statefile_read(path, TRUST_FILE_MOST, &text, &len);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    e = trust_clients_parse(text, len, out, on_bad, ctx);
    mem_free(text);
    return e;
}

void trust_clients_free(struct trust_clients *c)
{
    for (struct trust_client *at = c->first, *next; at; at = next) {
        next = at->next;
        free_client(at);
    }
    *c = (struct trust_clients){NULL, 0};
}

const struct trust_client *trust_clients_find(const struct trust_clients *c,
                                              const char *fingerprint)
{
    for (const struct trust_client *at = c->first; at; at = at->next)
        if (strcmp(at->fingerprint, fingerprint) == 0)
            return at;
    return NULL;
}

bool trust_client_may_see(const struct trust_client *c, const char *camera)
{
    if (!c->cameras)
        return true;
    size_t len = strlen(camera);
    for (const char *at = c->cameras;;) {
        size_t n = strcspn(at, ",");
        if (n == len && memcmp(at, camera, n) == 0)
            return true;
        if (!at[n])
            return false;
        at += n + 1;
    }
}
