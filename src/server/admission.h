/* SPDX-License-Identifier: MIT */
#ifndef SERVER_ADMISSION_H
#define SERVER_ADMISSION_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "net/trust.h"
#include "server/settings.h"

/* Who is let in: the list of authorized clients, --open, the networks of the legacy protocol, and
 * how many handshakes a second an address may begin. Any thread. */
struct admission {
    pthread_mutex_t lock;
    struct trust_clients clients;
    char path[600];
    bool open;
    struct addr_net legacy[SETTINGS_NETS];
    unsigned n_legacy;
};

struct admission_verdict {
    bool admitted;
    char name[65]; /* "unknown" when only --open lets it in */
};

int admission_init(struct admission *a);
void admission_fini(struct admission *a);
/* Takes path, open and networks from the settings and reads the list. Bad lines are logged. */
void admission_configure(struct admission *a, const struct server_settings *s);
void admission_reload(struct admission *a);

void admission_judge(struct admission *a, const char *fingerprint, struct admission_verdict *out);
bool admission_may_see(struct admission *a, const char *fingerprint, const char *camera);
bool admission_legacy(struct admission *a, const struct addr *peer);

/* A bucket of tokens for each address (addresses that hash alike share one): plain value, listener
 * thread. Only reached by addresses that have proved themselves. */
enum { GATE_SLOTS = 1024, GATE_BURST = 200, GATE_PER_S = 100 };
struct gate {
    struct {
        double tokens;
        uint64_t at_ns;
    } slot[GATE_SLOTS];
};
bool gate_pass(struct gate *g, const struct addr *peer, uint64_t now_ns);

#endif
