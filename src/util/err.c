/* SPDX-License-Identifier: MIT */
#include "util/err.h"

#include <stdio.h>
#include <string.h>

#include "util/text.h"

static const char *own_text(int code)
{
    switch (code) {
    case ERR_CLOSED:
        return _("closed");
    case ERR_FORMAT:
        return _("malformed");
    case ERR_DENIED:
        return _("not authorized");
    case ERR_CHANGED:
        return _("the key has changed");
    case ERR_UNKNOWN:
        return _("unknown");
    case ERR_LIMIT:
        return _("over a limit");
    case ERR_STOPPED:
        return _("stopped");
    case ERR_LIBRARY:
        return _("a library failed");
    case ERR_END:
        return _("end of data");
    default:
        return NULL;
    }
}

const char *err_str(int code)
{
    static _Thread_local char buf[128];
    if (code >= 0)
        return _("no error");
    const char *own = own_text(code);
    if (own)
        return own;
    /* The GNU strerror_r may return a static string instead of filling the buffer. */
    char scratch[sizeof buf];
    const char *s = strerror_r(code == -code ? 0 : -code, scratch, sizeof scratch);
    snprintf(buf, sizeof buf, "%s", s);
    if (buf[0] >= 'A' && buf[0] <= 'Z' && buf[1] >= 'a' && buf[1] <= 'z')
        buf[0] = (char)(buf[0] - 'A' + 'a');
    return buf;
}
