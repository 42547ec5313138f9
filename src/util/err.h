/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

/* Functions return 0 (or a count) or a negative code: -errno, or one of these. Any thread. */
enum err {
    ERR_CLOSED = -2000,  /* the other end, or the queue, is closed */
    ERR_FORMAT = -2001,  /* bytes that are not what they should be */
    ERR_DENIED = -2002,  /* not authorized */
    ERR_CHANGED = -2003, /* a key differs from the remembered one */
    ERR_UNKNOWN = -2004, /* a key or name nobody knows */
    ERR_LIMIT = -2005,   /* over a limit */
    ERR_STOPPED = -2006, /* the stop token was raised meanwhile */
    ERR_LIBRARY = -2007, /* a library failed; it was logged where it happened */
    ERR_END = -2008,     /* no more: end of file */
};

/* A short lower-case text for a code; static or thread-local storage. */
const char *err_str(int code);

#endif
