/* SPDX-License-Identifier: MIT */
#include "util/options_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/text.h"

/* A configuration file is read whole, then given to libinih line by line: the library tells its
 * handler no line number, truncates what is too long for it in silence (sections and names at 50
 * bytes), and takes an indented line for more of the value above. So the reader counts the lines,
 * refuses what would not fit, drops indentation and notes the section. */

enum { FILE_MOST_BYTES = 1024 * 1024, SECTION_MAX = 512, NAME_MOST_BYTES = 49 };

struct reading {
    const struct option_table *table;
    void *settings;
    const char *path;
    const char *at, *end; /* what is left of the text */
    int line;
    char section[SECTION_MAX];
    int rc; /* of the first error; what follows it is not looked at */
    char *error;
};

static int fail(struct reading *r, int rc, const char *what, const char *why)
{
    r->rc = rc;
    text_format(r->error, OPTIONS_ERROR_MAX, "%s:%d: %s%s%s", r->path, r->line, what,
                *why ? ": " : "", why);
    return rc;
}

/* "camera front" of table section "camera" is "front"; NULL: not such a section. */
static const char *section_name(const struct option_table *t, const char *section)
{
    size_t len = t->section ? strlen(t->section) : 0;
    if (len == 0 || strncmp(section, t->section, len) != 0 || section[len] != ' ')
        return NULL;
    const char *name = section + len;
    name += strspn(name, " ");
    return *name ? name : NULL;
}

/* Copies "NAME" out of "[NAME]"; libinih checks the rest of the line. A section without keys would
 * never reach the handler, so whether it is known is asked here. */
static void note_section(struct reading *r, const char *line, size_t len)
{
    char what[OPTIONS_ERROR_MAX];
    const char *close = memchr(line, ']', len);
    if (!close)
        return;
    size_t name_len = (size_t)(close - line) - 1;
    if (name_len >= sizeof r->section) {
        fail(r, ERR_FORMAT, _("section name too long"), "");
        return;
    }
    memcpy(r->section, line + 1, name_len);
    r->section[name_len] = '\0';
    if (section_name(r->table, r->section))
        return;
    if (r->table->section)
        text_format(what, sizeof what, _("unknown section [%s]; it takes [%s NAME]"), r->section,
                    r->table->section);
    else
        text_format(what, sizeof what, _("unknown section [%s]"), r->section);
    fail(r, ERR_FORMAT, what, "");
}

/* The name before '=' or ':' must fit libinih. */
static void check_name(struct reading *r, const char *line, size_t len)
{
    size_t name = 0;
    while (name < len && line[name] != '=' && line[name] != ':')
        name++;
    if (name > NAME_MOST_BYTES && name < len)
        fail(r, ERR_FORMAT, _("name of a setting too long"), "");
}

/* fgets for libinih: the next line, without what it is indented by. */
static char *next_line(char *buf, int cap, void *stream)
{
    struct reading *r = stream;
    if (r->at == r->end || r->rc != 0)
        return NULL;
    r->line++;
    const char *line = r->at;
    const char *newline = memchr(line, '\n', (size_t)(r->end - line));
    const char *stop = newline ? newline : r->end;
    r->at = newline ? newline + 1 : r->end;
    while (line < stop && (*line == ' ' || *line == '\t'))
        line++;
    size_t len = (size_t)(stop - line);
    if (memchr(line, '\0', len))
        fail(r, ERR_FORMAT, _("not a text file"), "");
    else if (len > 0 && *line == '[')
        note_section(r, line, len);
    else if (len > 0 && *line != '#' && *line != ';')
        check_name(r, line, len);
    if (r->rc == 0 && len + 2 > (size_t)cap) {
        char most[64];
        text_format(most, sizeof most, _("at most %d bytes fit"), cap - 2);
        fail(r, ERR_FORMAT, _("line too long"), most);
    }
    if (r->rc != 0)
        return NULL;
    memcpy(buf, line, len);
    buf[len] = '\n';
    buf[len + 1] = '\0';
    return buf;
}

static int set_key(struct reading *r, const char *key, const char *value)
{
    char expect[OPTIONS_EXPECT_MAX], what[OPTIONS_ERROR_MAX];
    const struct option_def *def = option_by_name(r->table, key);
    if (!def || def->not_in_file || def->type == OPTION_ACTION) {
        text_format(what, sizeof what, _("unknown setting '%s'; see %s --help"), key,
                    r->table->program);
        return fail(r, ERR_FORMAT, what, "");
    }
    int rc = option_set(def, r->settings, value, ORIGIN_FILE, expect);
    if (rc == ERR_FORMAT) {
        text_format(what, sizeof what, _("%s: '%s' is not accepted; it takes %s"), key, value,
                    expect);
        return fail(r, rc, what, "");
    }
    return rc == 0 ? 0 : fail(r, rc, key, err_str(rc));
}

static int set_section_key(struct reading *r, const char *key, const char *value)
{
    char what[OPTIONS_ERROR_MAX];
    const char *expect = "";
    const char *name = section_name(r->table, r->section);
    int rc = r->table->on_section(r->settings, name, key, value, &expect);
    if (rc == 0)
        return 0;
    if (rc == ERR_UNKNOWN)
        text_format(what, sizeof what, _("unknown setting '%s' in [%s]; it takes %s"), key,
                    r->section, expect);
    else if (rc == ERR_FORMAT)
        text_format(what, sizeof what, _("%s: '%s' is not accepted; it takes %s"), key, value,
                    expect);
    else
        text_format(what, sizeof what, "%s: %s", key, err_str(rc));
    return fail(r, rc == ERR_UNKNOWN ? ERR_FORMAT : rc, what, "");
}

/* libinih wants non-zero for "handled"; after an error the reader ends the file. */
static int on_key(void *user, const char *section, const char *key, const char *value)
{
    struct reading *r = user;
    if (r->rc == 0 && r->section[0])
        set_section_key(r, key, value);
    else if (r->rc == 0)
        set_key(r, key, value);
    return 1;
}

int options_text(const struct option_table *t, void *settings, const char *text, size_t len,
                 const char *path, char *error)
{
    struct reading r = {.table = t,
                        .settings = settings,
                        .path = path,
                        .at = text,
                        .end = text + len,
                        .error = error};
    int bad_line = ini_parse_stream(next_line, &r, on_key, &r);
    if (bad_line > 0 && (r.rc == 0 || bad_line < r.line)) {
        r.line = bad_line;
        fail(&r, ERR_FORMAT, _("expected 'name = value' or '[section]'"), "");
    } else if (bad_line < 0 && r.rc == 0) {
        fail(&r, -ENOMEM, err_str(-ENOMEM), "");
    }
    return r.rc;
}

/* The whole file as allocated bytes. */
static int read_all(int fd, char **out, size_t *len)
{
    char *text = NULL;
    size_t have = 0, cap = 0;
    for (;;) {
        if (have == cap) {
            cap = cap ? cap * 2 : 4096;
            char *grown = cap <= FILE_MOST_BYTES ? mem_grow(text, cap, 1) : NULL;
            if (!grown) {
                mem_free(text);
                return cap <= FILE_MOST_BYTES ? -ENOMEM : -EFBIG;
            }
            text = grown;
        }
        ssize_t n = read(fd, text + have, cap - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int e = -errno;
            mem_free(text);
            return e;
        }
        if (n == 0)
            break;
        have += (size_t)n;
    }
    *out = text;
    *len = have;
    return 0;
}

int options_file(const struct option_table *t, void *settings, const char *path, char *error)
{
    char *text = NULL;
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -errno : read_all(fd, &text, &len);
    if (fd >= 0)
        close(fd);
    if (rc != 0) {
        text_format(error, OPTIONS_ERROR_MAX, "%s: %s", path, err_str(rc));
        return rc;
    }
    rc = options_text(t, settings, text, len, path, error);
    mem_free(text);
    return rc;
}
