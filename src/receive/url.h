/* SPDX-License-Identifier: MIT */
#ifndef RECEIVE_URL_H
#define RECEIVE_URL_H

#include <stddef.h>
#include <stdint.h>

#include "proto/limits.h"

/* Where a stream comes from, as people write it: "[NAME=]URL". A plain value. */
enum url_kind {
    URL_CAMERA, /* camwall://HOST[:PORT]/CAMERA or HOST[:PORT]/CAMERA */
    URL_SERVER, /* HOST[:PORT], every camera of that server */
    URL_LEGACY, /* legacy://HOST:PORT */
};

enum { URL_NAME_CHARS = 64, URL_NAME_MAX = URL_NAME_CHARS * 4 + 1, URL_HOST_MAX = 256 };

struct url {
    enum url_kind kind;
    char name[URL_NAME_MAX]; /* "": none was given */
    char host[URL_HOST_MAX]; /* without brackets */
    uint16_t port;
    char camera[PROTO_NAME_MAX + 1]; /* "" unless URL_CAMERA */
};

/* 0, or ERR_FORMAT with a sentence in error (cap bytes) that says what is accepted. The first '='
 * ends a NAME unless "://" stands before it. Pure, any thread. */
int url_parse(const char *text, struct url *out, char *error, size_t cap);

/* A stream's name by itself: printable UTF-8, 1 … 64 characters. 0 or ERR_FORMAT. */
int url_name_check(const char *name);

/* "HOST:PORT" or "[V6]:PORT", as in known_servers. */
void url_host_port(const struct url *u, char *buf, size_t cap);

/* "camwall://HOST:PORT/CAMERA" and so on, without the name. */
void url_text(const struct url *u, char *buf, size_t cap);

#endif
