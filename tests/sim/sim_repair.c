/* SPDX-License-Identifier: MIT */
/* The repair scheduler against a server that repeats what it is asked for, over hundreds of seeded
 * networks, bad both ways: how many frames become whole, and what that costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/simlink.h"
#include "proto/repair.h"
#include "sim/seeds.h"
#include "util/alloc.h"
#include "util/mono.h"

#define MS NS_PER_MS

enum { STRIDE = 100, COUNT = 40, FRAMES = 150, INTERVAL_MS = 40, GROUP = 16, SERVER = 0, CLIENT };
enum { NETWORKS = 100 };

struct row {
    const char *name;
    struct netmodel_settings net;
    double whole; /* share of frames that must be */
    double extra; /* greatest share of fragments sent again */
};

#define RTT_20 .delay_ns = 10 * NS_PER_MS
static const struct row rows[] = {
    {"clean", {RTT_20}, 1, 0},
    {"reordering", {RTT_20, .reorder = 0.1, .reorder_ns = 2 * NS_PER_MS}, 1, 0},
    {"loss 2%", {RTT_20, .loss = 0.02}, 0.999, 1.65 * 0.02 + 0.01},
    {"loss 5%", {RTT_20, .loss = 0.05}, 0.999, 1.65 * 0.05 + 0.01},
    {"loss 10%", {RTT_20, .loss = 0.1}, 0.995, 1.65 * 0.1 + 0.01},
    {"bursts 2%", {RTT_20, .burst_loss = 0.02, .burst_len = 8}, 0.999, 1.65 * 0.02 + 0.01},
};

static struct simlink *net;
static struct link_batch batch;
static struct reasm r;
static struct repair p;
static unsigned sent, repeated;

static int take(void *ctx, uint32_t bytes, uint8_t **data, void **handle)
{
    *data = *handle = mem_alloc(bytes);
    return *data ? 0 : -1;
}

static void give_back(void *ctx, void *handle)
{
    mem_free(handle);
}

static void say(int end, const struct packet *m)
{
    uint8_t buf[PROTO_UDP_PAYLOAD];
    size_t len = packet_encode(m, buf, sizeof buf);
    struct link *l = simlink_end(net, end);
    assert_true(len > 0);
    assert_int_equal(l->ops->send(l, &l->bound, &l->bound, buf, len, 0, NULL), 0);
}

static void send_fragment(uint32_t frame, unsigned index, uint8_t flags)
{
    static const uint8_t payload[STRIDE];
    struct packet m = {.type = PACKET_FRAGMENT,
                       .fragment = {.frame = frame,
                                    .index = (uint16_t)index,
                                    .count = COUNT,
                                    .flags = flags,
                                    .frame_bytes = COUNT * STRIDE,
                                    .payload = payload,
                                    .payload_len = STRIDE}};
    say(SERVER, &m);
}

/* A frame every interval, a group every millisecond. */
static void server_media(uint64_t ms)
{
    uint32_t frame = (uint32_t)(ms / INTERVAL_MS);
    unsigned first = (unsigned)(ms % INTERVAL_MS) * GROUP;
    for (unsigned i = first; frame < FRAMES && i < first + GROUP && i < COUNT; i++, sent++)
        send_fragment(frame, i, 0);
}

static void server_hear(const struct packet_nack *n)
{
    for (unsigned i = 0; i < (n->bytes ? n->bytes * 8u : COUNT); i++) {
        if (n->bytes && !(n->bitmap[i / 8] >> (7 - i % 8) & 1))
            continue;
        send_fragment(n->frame, n->first + i, FRAGMENT_REPAIR);
        repeated++;
    }
}

static void client_hear(const struct packet_fragment *f, uint64_t now_ns)
{
    struct reasm_slot *slot;
    enum reasm_verdict v = reasm_add(&r, f, now_ns, &slot);
    if (v == REASM_COMPLETE)
        give_back(NULL, slot->handle);
    if (v == REASM_COMPLETE || v == REASM_KEPT)
        repair_note(&p, &r, f, now_ns);
}

static void receive(int end, uint64_t now_ns)
{
    struct link *l = simlink_end(net, end);
    while (l->ops->recv(l, &batch) > 0)
        for (size_t i = 0; i < batch.n; i++) {
            struct packet m;
            assert_int_equal(packet_decode(batch.at[i].data, batch.at[i].len, &m), 0);
            if (end == SERVER)
                server_hear(&m.nack);
            else
                client_hear(&m.fragment, now_ns);
        }
}

static void ask(uint64_t now_ns)
{
    static const struct repair_path path = {.rtt_ns = 20 * MS,
                                            .rttvar_ns = 1 * MS,
                                            .reorder_ns = 3 * MS,
                                            .window_ns = 200 * MS,
                                            .frame_fragments = COUNT};
    uint8_t bitmap[PROTO_NACK_BITMAP_MAX];
    struct packet m = {.type = PACKET_NACK};
    unsigned said = 0;
    while (repair_next(&p, &r, &path, now_ns, &m.nack, bitmap, sizeof bitmap)) {
        say(CLIENT, &m);
        assert_true(++said <= 2 * REPAIR_FRAMES); /* no storm */
    }
    assert_true(repair_deadline(&p, &r, &path) > now_ns);
    reasm_expire(&r, now_ns, path.window_ns);
}

static void setup(const struct row *row, uint64_t seed)
{
    struct netmodel_settings back = row->net;
    back.loss += back.burst_loss; /* bursts are counted in datagrams: on the thin way back one of */
    back.burst_loss = 0;          /* eight would last longer than a window */
    assert_int_equal(simlink_new(&row->net, &back, seed, &net), 0);
    reasm_init(&r, &(struct reasm_owner){.take = take, .give_back = give_back});
    reasm_announce(&r, 0, STRIDE, 0);
    repair_init(&p);
}

static int teardown(void **state)
{
    reasm_fini(&r);
    simlink_free(net);
    net = NULL;
    return 0;
}

static void run(void)
{
    for (uint64_t ms = 0; ms < (FRAMES + 25) * INTERVAL_MS; ms++) {
        uint64_t now_ns = (1000 + ms) * MS;
        simlink_advance(net, now_ns);
        receive(SERVER, now_ns);
        receive(CLIENT, now_ns);
        ask(now_ns);
        server_media(ms);
    }
    assert_int_equal(r.bytes, 0);
}

/* One network alone is too short for a share of a thousandth. */
static void test_row(void **state)
{
    const struct row *row = *state;
    unsigned whole = 0, first = 0;
    sent = repeated = 0;
    for (uint64_t seed = 1; seed <= SEEDS(NETWORKS); seed++) {
        setup(row, seed);
        run();
        whole += (unsigned)r.frames_complete;
        first = seed == 1 ? repeated : first;
        teardown(state);
    }
    assert_int_equal(sent, SEEDS(NETWORKS) * FRAMES * COUNT);
    print_message("# %s: %u of %u whole, %.2f %% extra\n", row->name, whole,
                  SEEDS(NETWORKS) * FRAMES, 100.0 * repeated / sent);
    assert_true(whole >= row->whole * SEEDS(NETWORKS) * FRAMES);
    assert_true(repeated <= row->extra * sent);
    repeated = 0;
    setup(row, 1);
    run();
    assert_int_equal(repeated, first); /* the same seed, the same network */
}

static int make_batch(void **state)
{
    return link_batch_init(&batch, 32, PROTO_UDP_PAYLOAD);
}

static int free_batch(void **state)
{
    link_batch_fini(&batch);
    return 0;
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof *rows };
    struct CMUnitTest tests[ROWS];
    seeds_give_way();
    for (unsigned i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, test_row, NULL, teardown, (void *)&rows[i]};
    return cmocka_run_group_tests_name("repair over bad networks", tests, make_batch, free_batch);
}
