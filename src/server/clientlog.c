/* SPDX-License-Identifier: MIT */
#include "server/clientlog.h"

#include <stdio.h>

#include "proto/packet.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

void clientlog_connected(const struct clientlog *l, const char *camera)
{
    char peer[ADDR_TEXT];
    addr_text(l->peer, peer);
    const struct log_field fields[] = {
        LOG_STR("client", peer),
        LOG_STR("name", l->name),
        LOG_STR("fingerprint", l->fingerprint ? l->fingerprint : "legacy"),
        LOG_STR("camera", camera),
    };
    if (l->fingerprint)
        log_event(LOG_LEVEL_INFO, "connected", fields, COUNT(fields),
                  _("client %s %s %s connected to %s"), peer, l->name, l->fingerprint, camera);
    else
        log_event(LOG_LEVEL_INFO, "connected", fields, COUNT(fields),
                  _("client %s legacy connected to %s, unencrypted"), peer, camera);
}

void clientlog_listed(const struct clientlog *l)
{
    char peer[ADDR_TEXT];
    addr_text(l->peer, peer);
    const struct log_field fields[] = {
        LOG_STR("client", peer),
        LOG_STR("name", l->name),
        LOG_STR("fingerprint", l->fingerprint),
    };
    log_event(LOG_LEVEL_INFO, "listed", fields, COUNT(fields),
              _("client %s %s %s asked for the list of cameras"), peer, l->name, l->fingerprint);
}

void clientlog_refused(const struct clientlog *l, const char *why)
{
    char peer[ADDR_TEXT];
    addr_text(l->peer, peer);
    const struct log_field fields[] = {
        LOG_STR("client", peer),
        LOG_STR("fingerprint", l->fingerprint ? l->fingerprint : "legacy"),
        LOG_STR("reason", why),
    };
    log_event(LOG_LEVEL_INFO, "refused", fields, COUNT(fields), _("client %s refused: %s"), peer,
              why);
}

void clientlog_not_authorized(const struct clientlog *l)
{
    char why[200];
    text_format(why, sizeof why,
                _("not authorized; to admit it add to authorized_clients: %s NAME"),
                l->fingerprint);
    clientlog_refused(l, why);
}

/* Scripts look for these words. */
static const char *left_because(unsigned reason)
{
    static const char *const words[REASON_COUNT] = {
        [REASON_CLOSED] = "closed by client",  [REASON_STOPPING] = "server stopping",
        [REASON_REPLACED] = "replaced",        [REASON_KICKED] = "kicked",
        [REASON_TIMED_OUT] = "timed out",      [REASON_UNREACHABLE] = "unreachable",
        [REASON_BAD_MESSAGE] = "bad message",  [REASON_VERSION] = "other protocol version",
        [REASON_NO_CAMERA] = "no such camera",
    };
    return reason < REASON_COUNT && words[reason] ? words[reason] : packet_reason_text(reason);
}

/* ", 12 dropped", or nothing. */
static void dropped_text(const struct clientlog_totals *t, char *buf, size_t cap)
{
    buf[0] = '\0';
    if (t->dropped > 0)
        text_format(buf, cap, _(", %llu dropped"), (unsigned long long)t->dropped);
}

/* ", 0.02 % lost, 14 repaired", or nothing from a client that never reported. */
static void loss_text(const struct clientlog_totals *t, char *buf, size_t cap)
{
    uint64_t expected = t->packets + t->lost;
    buf[0] = '\0';
    if (t->reported)
        text_format(buf, cap, _(", %.2f %% lost, %llu repaired"),
                    expected ? 100.0 * (double)t->lost / (double)expected : 0.0,
                    (unsigned long long)t->repaired);
}

void clientlog_left(const struct clientlog *l, const char *camera, unsigned reason,
                    const struct clientlog_totals *t, uint64_t now_ns)
{
    char peer[ADDR_TEXT], time[24], bytes[24], dropped[40], loss[80];
    uint64_t seconds = (now_ns - t->began_ns) / NS_PER_S;
    const char *why = left_because(reason);
    addr_text(l->peer, peer);
    dropped_text(t, dropped, sizeof dropped);
    loss_text(t, loss, sizeof loss);
    const struct log_field fields[] = {
        LOG_STR("client", peer),
        LOG_STR("name", l->name),
        LOG_STR("fingerprint", l->fingerprint ? l->fingerprint : "legacy"),
        LOG_STR("camera", camera),
        LOG_STR("reason", why),
        LOG_NUM("seconds", seconds),
        LOG_NUM("frames", t->frames),
        LOG_NUM("frames_dropped", t->dropped),
        LOG_NUM("bytes", t->bytes),
        LOG_NUM("packets", t->packets),
        LOG_NUM("packets_lost", t->lost),
        LOG_NUM("packets_repaired", t->repaired),
    };
    log_event(LOG_LEVEL_INFO, "left", fields, COUNT(fields),
              _("client %s %s left %s after %s: %s; %llu frames%s, %s%s"), peer, l->name, camera,
              text_hms(seconds, time), why, (unsigned long long)t->frames, dropped,
              text_bytes(t->bytes, bytes), loss);
}
