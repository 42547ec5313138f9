/* SPDX-License-Identifier: MIT */
#include "net/trust.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "net/statefile.h"
#include "net/trust_line.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/parse.h"

enum { DEFAULT_PORT = 9999, HOST_MAX = 256, NAME_MAX_BYTES = HOST_MAX + 10 };

static void lower(char *s)
{
    for (; *s; s++)
        if (*s >= 'A' && *s <= 'Z')
            *s += 'a' - 'A';
}

/* One spelling for each server: lower case, a port, IPv6 as the system writes it, in brackets. */
static int normalise(const char *host_port, char out[NAME_MAX_BYTES])
{
    char host[HOST_MAX];
    uint16_t port;
    struct in6_addr v6;
    if (parse_host_port(host_port, DEFAULT_PORT, host, sizeof host, &port) < 0)
        return ERR_FORMAT;
    lower(host);
    if (inet_pton(AF_INET6, host, &v6) == 1)
        inet_ntop(AF_INET6, &v6, host, sizeof host);
    snprintf(out, NAME_MAX_BYTES, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    return 0;
}

static bool line_is_about(const struct trust_line *line, const char *server)
{
    char text[NAME_MAX_BYTES], name[NAME_MAX_BYTES];
    return line->n >= 2 && trust_word_fingerprint(line->word[1]) &&
           trust_word_copy(line->word[0], text, sizeof text) && normalise(text, name) == 0 &&
           strcmp(name, server) == 0;
}

/* Any line with this key will do; else the first with another one is what has changed. */
static void find(const char *text, size_t len, const char *server, const char *fingerprint,
                 struct trust_answer *out)
{
    struct trust_reader r = {text, text + len, 0};
    struct trust_line line;
    *out = (struct trust_answer){.verdict = TRUST_NEW};
    while (out->verdict != TRUST_KNOWN && trust_line_next(&r, &line)) {
        if (!line_is_about(&line, server))
            continue;
        bool same = trust_word_is(line.word[1], fingerprint);
        if (!same && out->verdict == TRUST_CHANGED)
            continue;
        out->verdict = same ? TRUST_KNOWN : TRUST_CHANGED;
        out->line = line.number;
        trust_word_copy(line.word[1], out->remembered, sizeof out->remembered);
    }
}

int trust_servers_find(const char *text, size_t len, const char *host_port, const char *fingerprint,
                       struct trust_answer *out)
{
    char server[NAME_MAX_BYTES];
    int e = normalise(host_port, server);
    if (e == 0)
        find(text, len, server, fingerprint, out);
    return e;
}

int trust_server_check(const char *path, const char *host_port, const char *fingerprint,
                       struct trust_answer *out)
{
    char *text = NULL;
    size_t len = 0;
    int e = statefile_read(path, TRUST_FILE_MOST, &text, &len);
    if (e < 0 && e != -ENOENT)
        return e;
    e = trust_servers_find(text ? text : "", len, host_port, fingerprint, out);
    mem_free(text);
    return e;
}

/* Under the lock: what another program wrote meanwhile counts. */
static int append(int fd, const char *server, const char *fingerprint)
{
    struct trust_answer known;
    char *text, line[NAME_MAX_BYTES + KEYS_FINGERPRINT + 4];
    size_t len;
    int e = statefile_read_fd(fd, TRUST_FILE_MOST, &text, &len);
    if (e < 0)
        return e;
    find(text, len, server, fingerprint, &known);
    bool torn = len > 0 && text[len - 1] != '\n'; /* somebody's last line has no end */
    mem_free(text);
    if (known.verdict != TRUST_NEW)
        return known.verdict == TRUST_CHANGED ? ERR_CHANGED : 0;
    int n = snprintf(line, sizeof line, "%s%s %s\n", torn ? "\n" : "", server, fingerprint);
    return statefile_write_fd(fd, line, (size_t)n);
}

int trust_server_remember(const char *path, const char *host_port, const char *fingerprint)
{
    char server[NAME_MAX_BYTES];
    struct trust_word key = {fingerprint, strlen(fingerprint)};
    int e = trust_word_fingerprint(key) ? normalise(host_port, server) : ERR_FORMAT;
    if (e == 0)
        e = statefile_make_directory(path);
    if (e < 0)
        return e;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    do
        e = flock(fd, LOCK_EX) < 0 ? -errno : 0;
    while (e == -EINTR);
    if (e == 0)
        e = append(fd, server, fingerprint);
    close(fd);
    return e;
}
