/* SPDX-License-Identifier: MIT */
#include "tools/relay_options.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mono.h"

static const char usage[] =
    "Usage: relay --listen ADDRESS:PORT --to ADDRESS:PORT [OPTION]...\n"
    "A bad network between UDP programs: passes what comes to --listen on to --to and back.\n"
    "It prints \"listening ADDRESS:PORT\" when it is ready and its counters when it ends.\n"
    "\n"
    "The network; VALUE[,VALUE]: both ways, or to the server and back:\n"
    "  --loss SHARE          lost, each for itself, 0 to 1\n"
    "  --burst SHARE         lost in bursts\n"
    "  --burst-len N         datagrams of a burst on average (8)\n"
    "  --duplicate SHARE     passed twice\n"
    "  --corrupt SHARE       one byte spoilt\n"
    "  --reorder SHARE       held back by --reorder-by\n"
    "  --reorder-by MS       (10)\n"
    "  --delay MS            each way\n"
    "  --jitter MS           added to the delay, at most\n"
    "  --rate BITS           a second, each way; lifted by a SIGHUP, back with the next\n"
    "  --queue MS            longest queue before the rate limit (100)\n"
    "\n"
    "  --rebind-after MS     a client's address changes, so long after its first datagram, as\n"
    "                        after a NAT's restart; also on SIGUSR2\n"
    "  --cut-after MS        nothing passes, so long after the first datagram of all; also from\n"
    "                        one SIGUSR1 to the next\n"
    "  --cut-for MS          until then (for ever)\n"
    "  --seed N              same seed, same network (1)\n"
    "  --seconds N           ends by itself (300)\n";

enum option_kind { ADDRESS, SHARE, COUNT, MILLISECONDS, ONE_TIME };

/* A row writes into the options at an offset, or into both networks' settings. */
struct row {
    const char *name;
    enum option_kind kind;
    size_t offset;
};
#define OWN(field) offsetof(struct relay_options, field)
#define NET(field) offsetof(struct netmodel_settings, field)

static const struct row rows[] = {
    {"listen", ADDRESS, OWN(listen)},
    {"to", ADDRESS, OWN(to)},
    {"loss", SHARE, NET(loss)},
    {"burst", SHARE, NET(burst_loss)},
    {"duplicate", SHARE, NET(duplicate)},
    {"corrupt", SHARE, NET(corrupt)},
    {"reorder", SHARE, NET(reorder)},
    {"burst-len", COUNT, NET(burst_len)},
    {"reorder-by", MILLISECONDS, NET(reorder_ns)},
    {"delay", MILLISECONDS, NET(delay_ns)},
    {"jitter", MILLISECONDS, NET(jitter_ns)},
    {"queue", MILLISECONDS, NET(queue_ns)},
    {"rebind-after", ONE_TIME, OWN(rebind_ns)},
    {"cut-after", ONE_TIME, OWN(cut_ns)},
    {"cut-for", ONE_TIME, OWN(cut_for_ns)},
};
enum { ROWS = sizeof rows / sizeof *rows, RATE = ROWS, SEED, SECONDS, HELP, ALL };

static int read_number(const char *text, double most, char **end, double *out)
{
    *out = strtod(text, end);
    return *end != text && isfinite(*out) && *out >= 0 && *out <= most ? 0 : -1;
}

/* "UP" or "UP,DOWN". */
static int read_pair(const char *text, double most, double out[2])
{
    char *end;
    if (read_number(text, most, &end, &out[0]) < 0)
        return -1;
    out[1] = out[0];
    if (*end == ',' && read_number(end + 1, most, &end, &out[1]) < 0)
        return -1;
    return *end ? -1 : 0;
}

static int set_net(struct relay_options *o, const struct row *row, const char *text)
{
    double v[2];
    if (read_pair(text, row->kind == SHARE ? 1 : 1e6, v) < 0)
        return -1;
    for (int way = 0; way < 2; way++) {
        void *field = (char *)&o->net[way] + row->offset;
        if (row->kind == SHARE)
            *(double *)field = v[way];
        else if (row->kind == COUNT)
            *(unsigned *)field = (unsigned)v[way];
        else
            *(uint64_t *)field = (uint64_t)(v[way] * (double)NS_PER_MS);
    }
    return 0;
}

static int set_own(struct relay_options *o, const struct row *row, const char *text)
{
    void *field = (char *)o + row->offset;
    char *end;
    double ms;
    if (row->kind == ADDRESS)
        return addr_resolve(text, 0, (struct addr *)field, NULL);
    if (read_number(text, 1e7, &end, &ms) < 0 || *end)
        return -1;
    *(uint64_t *)field = (uint64_t)(ms * (double)NS_PER_MS);
    return 0;
}

static int set_other(struct relay_options *o, int which, const char *text)
{
    double v[2];
    if (read_pair(text, which == RATE ? 1e12 : which == SECONDS ? 3600 : 1e15, v) < 0)
        return -1;
    if (which == RATE) {
        o->net[RELAY_UP].rate_bps = (uint64_t)v[0];
        o->net[RELAY_DOWN].rate_bps = (uint64_t)v[1];
    } else if (which == SEED) {
        o->seed = (uint64_t)v[0];
    } else {
        o->run_ns = (uint64_t)(v[0] * (double)NS_PER_S);
    }
    return 0;
}

static int set(struct relay_options *o, int which, const char *text)
{
    if (which >= ROWS)
        return set_other(o, which, text);
    bool own = rows[which].kind == ADDRESS || rows[which].kind == ONE_TIME;
    return own ? set_own(o, &rows[which], text) : set_net(o, &rows[which], text);
}

static void make_long_options(struct option longs[ALL + 1])
{
    static const char *const others[] = {"rate", "seed", "seconds", "help"};
    memset(longs, 0, (ALL + 1) * sizeof *longs);
    for (int i = 0; i < ALL; i++) {
        longs[i].name = i < ROWS ? rows[i].name : others[i - ROWS];
        longs[i].has_arg = i == HELP ? no_argument : required_argument;
    }
}

int relay_options_read(int argc, char **argv, struct relay_options *o)
{
    struct option longs[ALL + 1];
    int which, c;
    *o = (struct relay_options){.seed = 1, .run_ns = 300 * NS_PER_S};
    for (int way = 0; way < 2; way++) {
        o->net[way].burst_len = 8;
        o->net[way].reorder_ns = 10 * NS_PER_MS;
    }
    make_long_options(longs);
    while ((c = getopt_long(argc, argv, "", longs, &which)) == 0) {
        if (which == HELP)
            return fputs(usage, stdout) < 0 ? -1 : 1;
        if (set(o, which, optarg) < 0) {
            fprintf(stderr, "relay: --%s does not take '%s'\n", longs[which].name, optarg);
            return -1;
        }
    }
    if (c != -1 || optind != argc || !addr_len(&o->listen) || !addr_len(&o->to)) {
        fprintf(stderr, "%s", usage);
        return -1;
    }
    return 0;
}
