/* SPDX-License-Identifier: MIT */
#include "receive/native_trust.h"

#include <string.h>

#include "net/trust.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

static enum feed_end refuse_changed(struct receiver *r, const char *at, const char *key,
                                    const struct trust_answer *a)
{
    struct receiver_status *s = feed_lock(r);
    s->changed_line = a->line;
    text_copy(s->remembered, sizeof(s->remembered), a->remembered);
    feed_unlock(r);
    feed_why(r,
             _("the key of %s HAS CHANGED. It shows %s, but %s line %u remembers %s. "
               "Somebody may be in between; if the change is known to be right, remove that line"),
             at, key, r->known_servers, a->line, a->remembered);
    return FEED_REFUSED;
}

static enum feed_end judge_new(struct receiver *r, const char *at, const char *key)
{
    if (r->trust == RECEIVER_TRUST_ASK) {
        feed_why(r, _("%s is not known yet; its key is %s: accept it?"), at, key);
        return FEED_ASK;
    }
    if (r->trust == RECEIVER_TRUST_KNOWN) {
        feed_why(r, _("%s is not in %s; its key is %s (--trust first accepts it)"), at,
                 r->known_servers, key);
        return FEED_REFUSED;
    }
    int err = trust_server_remember(r->known_servers, at, key);
    if (err == 0) {
        log_info(_("remembered the key of %s: %s"), at, key);
        return FEED_GOES_ON;
    }
    feed_why(r, _("the key of %s cannot be written to %s: %s"), at, r->known_servers, err_str(err));
    return FEED_REFUSED;
}

enum feed_end native_judge(struct receiver *r, const char *key)
{
    struct trust_answer a;
    char at[URL_HOST_MAX + 16];

    url_host_port(&r->url, at, sizeof(at));
    struct receiver_status *s = feed_lock(r);
    text_copy(s->server, sizeof(s->server), key);
    s->changed_line = 0;
    feed_unlock(r);
    int err = trust_server_check(r->known_servers, at, key, &a);
    if (err < 0) {
        feed_why(r, _("cannot read %s: %s"), r->known_servers, err_str(err));
        return FEED_REFUSED;
    }
    switch (a.verdict) {
    case TRUST_KNOWN:
        return FEED_GOES_ON;
    case TRUST_CHANGED:
        return refuse_changed(r, at, key, &a);
    case TRUST_NEW:
        break;
    }
    return strcmp(r->trusted_once, key) == 0 ? FEED_GOES_ON : judge_new(r, at, key);
}
