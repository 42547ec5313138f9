/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/secure.h"
#include "proto/serial.h"
#include "unit/receiver_rig.h"
#include "util/text.h"
#include "util/thread.h"

static char dir[] = "/tmp/camwall-test-XXXXXX";
char known[128];
struct keys *client_keys, *server_keys, *other_keys;
struct heard heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void on_frame(void *ctx, struct frame *f)
{
    pthread_mutex_lock(&heard.lock);
    if (f->discontinuity)
        heard.discontinuities++;
    else if (heard.frames && !serial_newer(f->number, heard.newest))
        heard.disordered++;
    else if (heard.frames && f->wall_us <= heard.wall_us)
        heard.bad_times++;
    heard.frames++;
    heard.newest = f->number;
    heard.wall_us = f->wall_us;
    pthread_cond_broadcast(&heard.changed);
    pthread_mutex_unlock(&heard.lock);
}

static void on_state(void *ctx, const struct receiver_status *s)
{
    pthread_mutex_lock(&heard.lock);
    heard.status = *s;
    pthread_cond_broadcast(&heard.changed);
    pthread_mutex_unlock(&heard.lock);
}

void wait_for_state(enum receiver_state state)
{
    uint64_t deadline = mono_ns() + LONG_NS;
    bool in_time = true;

    pthread_mutex_lock(&heard.lock);
    while (heard.status.state != state && in_time)
        in_time = thread_cond_wait(&heard.changed, &heard.lock, deadline);
    pthread_mutex_unlock(&heard.lock);
    if (!in_time)
        fail_msg("state is %s (%s), not %s", receiver_state_name(heard.status.state),
                 heard.status.why, receiver_state_name(state));
}

void wait_for_frames(unsigned more)
{
    uint64_t deadline = mono_ns() + LONG_NS;
    bool in_time = true;

    pthread_mutex_lock(&heard.lock);
    unsigned enough = heard.frames + more;
    while (heard.frames < enough && in_time)
        in_time = thread_cond_wait(&heard.changed, &heard.lock, deadline);
    pthread_mutex_unlock(&heard.lock);
    assert_true(in_time);
}

void wait_for_count(struct fake_server *f, unsigned (*count)(struct fake_server *f), unsigned n)
{
    uint64_t deadline = mono_ns() + LONG_NS;

    while (count(f) < n && mono_ns() < deadline)
        poll(NULL, 0, 1);
    assert_int_equal(count(f), n);
}

struct receiver *begin(uint16_t port, enum receiver_trust trust)
{
    struct receiver_settings s = {
        .keys = client_keys, .known_servers = known, .trust = trust, .name = "test"};
    struct receiver_sinks sinks = {.on_frame = on_frame, .on_state = on_state};
    struct receiver *r;

    s.url = (struct url){.kind = URL_CAMERA, .host = "127.0.0.1", .port = port, .camera = "front"};
    pthread_mutex_lock(&heard.lock);
    heard.frames = heard.disordered = heard.discontinuities = heard.bad_times = 0;
    heard.status = (struct receiver_status){.state = RECEIVER_STATES};
    pthread_mutex_unlock(&heard.lock);
    assert_int_equal(receiver_start(&s, &sinks, &r), 0);
    return r;
}

int forget(void **state)
{
    unlink(known);
    return 0;
}

static struct keys *make_key(const char *name)
{
    char path[160], error[200];
    struct keys *k;

    text_format(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(keys_open(path, &k, error, sizeof(error)), 0);
    return k;
}

int set_up(void **state)
{
    if (!mkdtemp(dir) || secure_global_init() < 0)
        return -1;
    thread_cond_init(&heard.changed);
    text_format(known, sizeof(known), "%s/known_servers", dir);
    client_keys = make_key("client.key");
    server_keys = make_key("server.key");
    other_keys = make_key("other.key");
    return 0;
}

int tear_down(void **state)
{
    static const char *const files[] = {"client.key", "server.key", "other.key", "known_servers"};
    char path[160];

    keys_free(client_keys);
    keys_free(server_keys);
    keys_free(other_keys);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        text_format(path, sizeof(path), "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
    return 0;
}
