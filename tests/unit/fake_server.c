/* SPDX-License-Identifier: MIT */
#include "fake_server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "media/mjpeg_enc.h"
#include "media/testcard.h"
#include "net/secure.h"
#include "net/udp.h"
#include "proto/frag.h"
#include "proto/talk_server.h"
#include "util/alloc.h"
#include "util/mono.h"
#include "util/stop.h"
#include "util/text.h"
#include "util/thread.h"

enum { SESSIONS = 32, PLAIN_MAX = 16384 };

struct session {
    struct fake_server *server;
    struct addr peer;
    struct secure *secure;
    struct talk_server talk;
    bool used, ready, deaf;
};

struct fake_server {
    const struct keys *keys;
    struct link *link;
    struct link_batch batch;
    struct secure_cookies cookies;
    struct session session[SESSIONS];
    struct frame_pool *pool;
    struct frame *picture;
    uint32_t number;
    uint64_t boot, frame_ns;
    uint64_t captured_us[2]; /* of this frame and the one before */
    struct thread thread;
    struct stop stop;
    pthread_mutex_t lock;
    struct fake_orders orders;
    bool deafen;
    unsigned messages, goodbyes, sessions;
};

static struct fake_orders orders_of(struct fake_server *f)
{
    pthread_mutex_lock(&f->lock);
    struct fake_orders o = f->orders;
    pthread_mutex_unlock(&f->lock);
    return o;
}

static void count(struct fake_server *f, unsigned *what)
{
    pthread_mutex_lock(&f->lock);
    ++*what;
    pthread_mutex_unlock(&f->lock);
}

static int send_to(struct fake_server *f, const struct addr *peer, const uint8_t *dgram, size_t len)
{
    static const struct addr any;
    return f->link->ops->send(f->link, &any, peer, dgram, len, len, NULL);
}

static int session_out(void *ctx, const uint8_t *dgram, size_t len)
{
    struct session *s = ctx;
    return s->deaf ? 0 : send_to(s->server, &s->peer, dgram, len);
}

struct answer {
    struct fake_server *server;
    const struct addr *peer;
};

static int answer_out(void *ctx, const uint8_t *dgram, size_t len)
{
    const struct answer *a = ctx;
    return send_to(a->server, a->peer, dgram, len);
}

static void session_end(struct session *s)
{
    if (s->secure)
        secure_free(s->secure);
    *s = (struct session){0};
}

static struct session *session_of(struct fake_server *f, const struct addr *peer)
{
    for (int i = 0; i < SESSIONS; i++)
        if (f->session[i].used && addr_equal(&f->session[i].peer, peer))
            return &f->session[i];
    return NULL;
}

static struct session *session_begin(struct fake_server *f, const struct link_dgram *d)
{
    uint8_t prestate[SECURE_PRESTATE_BYTES];
    struct answer a = {f, &d->peer};

    if (secure_cookie_check(&f->cookies, mono_ns(), &d->peer, addr_len(&d->peer), d->data, d->len,
                            prestate, answer_out, &a) <= 0)
        return NULL;
    for (int i = 0; i < SESSIONS; i++) {
        struct session *s = &f->session[i];
        if (s->used)
            continue;
        *s = (struct session){.server = f, .peer = d->peer, .used = true};
        struct secure_settings set = {.keys = f->keys,
                                      .server = true,
                                      .mtu = PROTO_UDP_PAYLOAD,
                                      .out = session_out,
                                      .ctx = s};
        assert_int_equal(secure_new(&set, prestate, &s->secure), 0);
        return s;
    }
    return NULL;
}

static void say(struct session *s, const struct packet *p)
{
    uint8_t buf[PROTO_UDP_PAYLOAD];
    size_t len = packet_encode(p, buf, sizeof(buf));

    assert_true(len > 0);
    secure_send(s->secure, buf, len);
}

static void answer_catalogue(struct session *s, const struct fake_orders *o)
{
    struct packet p = {.type = PACKET_CATALOGUE};

    p.catalogue.total = (uint16_t)o->cameras;
    p.catalogue.first = s->talk.ask.catalogue_ask.first;
    for (unsigned i = p.catalogue.first; i < o->cameras && p.catalogue.n < PACKET_CAMERAS; i++) {
        struct packet_camera *c = &p.catalogue.camera[p.catalogue.n++];
        *c =
            (struct packet_camera){.width = FAKE_WIDTH, .height = FAKE_HEIGHT, .millihertz = 50000};
        text_format(c->name, sizeof(c->name), "cam%u", i);
    }
    say(s, &p);
}

static void answer_subscribe(struct session *s, const struct fake_orders *o)
{
    struct packet_stream st = {
        .boot = s->server->boot,
        .clock_us = mono_us(),
        .width = (uint16_t)(FAKE_WIDTH * (o->lie ? 2 : 1)),
        .height = FAKE_HEIGHT,
        .full_width = (uint16_t)(FAKE_WIDTH * (o->lie ? 2 : 1)),
        .full_height = FAKE_HEIGHT,
        .millihertz = 50000,
        .state = o->offline ? CAMERA_OFFLINE : CAMERA_LIVE,
        .stride = frag_stride(PROTO_UDP_PAYLOAD),
        .next_frame = s->server->number,
    };

    text_copy(st.camera, sizeof(st.camera), s->talk.ask.subscribe.camera);
    if (o->offline)
        text_copy(st.why, sizeof(st.why), "unplugged");
    talk_server_stream(&s->talk, &st);
}

static void drive(struct session *s)
{
    struct fake_orders o = orders_of(s->server);
    struct packet out;

    for (;;) {
        enum talk_server_do what = talk_server_next(&s->talk, mono_ns(), &out);
        if (what == TALK_SERVER_SEND)
            say(s, &out);
        else if (what == TALK_SERVER_CATALOGUE && !o.refuse)
            answer_catalogue(s, &o);
        else if (what == TALK_SERVER_SUBSCRIBE && !o.refuse)
            answer_subscribe(s, &o);
        else if (what == TALK_SERVER_CATALOGUE || what == TALK_SERVER_SUBSCRIBE)
            talk_server_end(&s->talk, REASON_NOT_AUTHORIZED, "no");
        else if (what == TALK_SERVER_END)
            break;
        else if (what == TALK_SERVER_WAIT)
            return;
    }
    secure_close(s->secure);
    session_end(s);
}

static void take_message(struct session *s, const uint8_t *bytes, size_t len)
{
    struct packet p;

    count(s->server, &s->server->messages);
    if (packet_decode(bytes, len, &p) == 0 && p.type == PACKET_GOODBYE)
        count(s->server, &s->server->goodbyes);
    talk_server_on_message(&s->talk, bytes, len, mono_ns());
}

static void take_records(struct session *s)
{
    uint8_t plain[PLAIN_MAX];
    int n;

    while (s->used && (n = secure_recv(s->secure, plain, sizeof(plain))) != -EAGAIN) {
        if (n < 0) {
            session_end(s);
            return;
        }
        take_message(s, plain, (size_t)n);
        drive(s);
    }
}

static void take_dgram(struct fake_server *f, const struct link_dgram *d)
{
    struct session *s = session_of(f, &d->peer);

    if (!s)
        s = session_begin(f, d);
    if (!s || s->deaf)
        return;
    secure_feed(s->secure, d->data, d->len);
    if (s->ready) {
        take_records(s);
        return;
    }
    int err = secure_handshake(s->secure);
    if (err == 0) {
        s->ready = true;
        talk_server_init(&s->talk, mono_ns());
        count(f, &f->sessions);
    } else if (err != -EAGAIN) {
        session_end(s);
    }
}

static void send_fragment(struct session *s, uint32_t number, uint16_t index)
{
    const struct frame *f = s->server->picture;
    uint16_t stride = frag_stride(PROTO_UDP_PAYLOAD);
    struct packet_fragment fragment = {
        .frame = number,
        .index = index,
        .count = frag_count((uint32_t)f->len, stride),
        .frame_bytes = (uint32_t)f->len,
        .capture_us = s->server->captured_us[number % 2],
    };
    uint8_t header[PROTO_FRAGMENT_HEADER];

    packet_fragment_header(&fragment, header);
    secure_send2(s->secure, header, sizeof(header), f->data + frag_offset(index, stride),
                 frag_len((uint32_t)f->len, stride, index));
}

static void send_frame(struct session *s, const struct fake_orders *o)
{
    uint32_t number = s->server->number;
    uint16_t n = frag_count((uint32_t)s->server->picture->len, frag_stride(PROTO_UDP_PAYLOAD));
    bool hold = o->swap && number % 2 == 0;

    for (uint16_t i = 0; i < n - hold; i++)
        send_fragment(s, number, i);
    if (o->swap && number % 2 == 1)
        send_fragment(s, number - 1, (uint16_t)(n - 1));
    talk_server_said(&s->talk, mono_ns());
}

static void tick(struct fake_server *f)
{
    struct fake_orders o = orders_of(f);
    bool due = mono_ns() >= f->frame_ns;

    if (due)
        f->captured_us[f->number % 2] = mono_us();

    pthread_mutex_lock(&f->lock);
    bool deafen = f->deafen;
    f->deafen = false;
    pthread_mutex_unlock(&f->lock);
    for (int i = 0; i < SESSIONS; i++) {
        struct session *s = &f->session[i];
        s->deaf |= deafen && s->used;
        if (!s->ready || s->deaf)
            continue;
        drive(s);
        if (due && s->used && talk_server_media(&s->talk) && !o.offline)
            send_frame(s, &o);
    }
    if (!due)
        return;
    f->number++;
    f->frame_ns = mono_ns() + FAKE_FRAME_MS * NS_PER_MS;
}

static void server_main(void *arg)
{
    struct fake_server *f = arg;
    struct pollfd p[] = {{.fd = f->link->fd, .events = POLLIN},
                         {.fd = f->stop.fd, .events = POLLIN}};

    while (!stop_raised(&f->stop)) {
        poll(p, 2, FAKE_FRAME_MS / 4);
        int n = f->link->ops->recv(f->link, &f->batch);
        for (int i = 0; i < n; i++)
            take_dgram(f, &f->batch.at[i]);
        tick(f);
    }
}

static void draw(struct fake_server *f)
{
    struct testcard *card;
    struct mjpeg_enc *enc;
    struct frame *raw;

    assert_int_equal(frame_pool_new(2, &f->pool), 0);
    assert_int_equal(testcard_new(FAKE_WIDTH, FAKE_HEIGHT, "fake", &card), 0);
    assert_int_equal(testcard_draw(card, 1, 1, 1, f->pool, &raw), 0);
    assert_int_equal(mjpeg_enc_new(&enc), 0);
    assert_int_equal(mjpeg_enc_frame(enc, raw, 90, f->pool, &f->picture), 0);
    assert_true(f->picture->len > 2 * PROTO_UDP_PAYLOAD);
    frame_unref(&raw);
    mjpeg_enc_free(enc);
    testcard_free(card);
}

struct fake_server *fake_server_start(const struct keys *keys, uint16_t port)
{
    struct udp_settings udp = {0};
    struct addr at = {.in = {.sin_family = AF_INET, .sin_port = htons(port)}};
    struct fake_server *f = mem_zero(1, sizeof(*f));

    assert_non_null(f);
    f->keys = keys;
    f->boot = mono_ns();
    f->number = 1000;
    f->orders.cameras = 1;
    at.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pthread_mutex_init(&f->lock, NULL);
    draw(f);
    assert_int_equal(stop_init(&f->stop), 0);
    assert_int_equal(udp_listen(&at, &udp, &f->link, NULL), 0);
    assert_int_equal(link_batch_init(&f->batch, 8, 2048), 0);
    assert_int_equal(secure_cookies_init(&f->cookies, mono_ns()), 0);
    assert_int_equal(thread_start(&f->thread, "fake", THREAD_STACK, server_main, f), 0);
    return f;
}

void fake_server_stop(struct fake_server *f)
{
    stop_raise(&f->stop);
    thread_join(&f->thread);
    for (int i = 0; i < SESSIONS; i++)
        session_end(&f->session[i]);
    udp_close(f->link);
    link_batch_fini(&f->batch);
    frame_unref(&f->picture);
    frame_pool_free(f->pool);
    stop_fini(&f->stop);
    pthread_mutex_destroy(&f->lock);
    mem_free(f);
}

uint16_t fake_server_port(const struct fake_server *f)
{
    return addr_port(&f->link->bound);
}

void fake_server_order(struct fake_server *f, const struct fake_orders *o)
{
    pthread_mutex_lock(&f->lock);
    f->orders = *o;
    f->deafen = o->deaf;
    pthread_mutex_unlock(&f->lock);
}

static unsigned read_count(struct fake_server *f, const unsigned *what)
{
    pthread_mutex_lock(&f->lock);
    unsigned n = *what;
    pthread_mutex_unlock(&f->lock);
    return n;
}

unsigned fake_server_messages(struct fake_server *f)
{
    return read_count(f, &f->messages);
}

unsigned fake_server_goodbyes(struct fake_server *f)
{
    return read_count(f, &f->goodbyes);
}

unsigned fake_server_sessions(struct fake_server *f)
{
    return read_count(f, &f->sessions);
}
