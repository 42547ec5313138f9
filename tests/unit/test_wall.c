/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/directory.h"
#include "console/wall.h"
#include "fake_server.h"
#include "net/secure.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"
#include "util/thread.h"

#define LONG_NS (20 * NS_PER_S)

static char dir[] = "/tmp/camwall-test-XXXXXX";
static char known[128], records[128];
static struct keys *client_keys, *server_keys;
static struct wall_settings set;
static struct wall_view view;

typedef bool wanted_fn(void);

/* As its owner does: waits for news, tends, looks. */
static void wait_for(struct wall *w, wanted_fn *wanted, const char *what)
{
    uint64_t deadline = mono_ns() + LONG_NS;
    struct pollfd p = {.fd = wall_fd(w), .events = POLLIN};

    for (;;) {
        wall_tend(w);
        assert_int_equal(wall_snapshot(w, &view), 0);
        if (wanted())
            return;
        if (mono_ns() > deadline)
            fail_msg("in vain: %s", what);
        poll(&p, 1, 20);
    }
}
#define WAIT_FOR(w, wanted) wait_for(w, wanted, #wanted)

static bool all_live(void)
{
    for (size_t i = 0; i < view.n; i++)
        if (view.row[i].rx.state != RECEIVER_LIVE)
            return false;
    return view.n > 0;
}

static bool three_live(void)
{
    return view.n == 3 && all_live();
}

static bool five_recorded(void)
{
    return view.n > 0 && view.row[0].recorded_frames >= 5;
}

static bool none_left(void)
{
    return view.n == 0;
}

static bool all_ask(void)
{
    for (size_t i = 0; i < view.n; i++)
        if (!view.row[i].rx.asking)
            return false;
    return view.n > 0;
}

static struct wall_add at(const struct fake_server *f, const char *name, const char *camera)
{
    struct wall_add a = {.codec = -1, .record = -1};

    a.url = (struct url){.kind = camera ? URL_CAMERA : URL_SERVER, .host = "127.0.0.1"};
    a.url.port = fake_server_port(f);
    text_copy(a.url.name, sizeof(a.url.name), name);
    text_copy(a.url.camera, sizeof(a.url.camera), camera ? camera : "");
    return a;
}

static struct wall *begin_on(const struct disk *disk, bool record, enum receiver_trust trust)
{
    struct wall *w;

    set = (struct wall_settings){.directory = records,
                                 .disk = disk,
                                 .segment_ms = 24 * 3600 * 1000,
                                 .record = record,
                                 .trust = trust,
                                 .keys = client_keys,
                                 .known_servers = known};
    assert_int_equal(wall_new(&set, &w), 0);
    return w;
}

static struct wall *begin(bool record, enum receiver_trust trust)
{
    return begin_on(NULL, record, trust);
}

static void test_names(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct wall *w = begin(false, RECEIVER_TRUST_FIRST);
    struct wall_add plain = at(f, "", "front"), given = at(f, "back yard", "front");
    uint64_t id[4];

    assert_int_equal(wall_add(w, &plain, &id[0]), 0);
    assert_int_equal(wall_add(w, &plain, &id[1]), 0);
    assert_int_equal(wall_add(w, &given, &id[2]), 0);
    assert_int_equal(wall_add(w, &given, &id[3]), -EEXIST);
    WAIT_FOR(w, three_live);
    assert_string_equal(view.row[0].name, "front");
    assert_string_equal(view.row[1].name, "front-2");
    assert_string_equal(view.row[2].name, "back yard");
    assert_true(id[0] && id[0] != id[1] && id[1] != id[2]);
    struct frame *newest = wall_newest(w, id[1]);
    assert_non_null(newest);
    frame_unref(&newest);
    assert_int_equal(wall_remove(w, id[1]), 0);
    assert_int_equal(wall_remove(w, id[1]), ERR_UNKNOWN);
    assert_int_equal(wall_record(w, id[1], true), ERR_UNKNOWN);
    assert_null(wall_newest(w, id[1]));
    wall_tend(w);
    assert_int_equal(wall_add(w, &plain, &id[3]), 0);
    assert_true(id[3] > id[2]);
    WAIT_FOR(w, three_live);
    assert_string_equal(view.row[2].name, "front-2");
    wall_free(w);
    fake_server_stop(f);
}

static void test_every_camera_of_a_server(void **state)
{
    struct fake_orders o = {.cameras = 3};
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct wall *w = begin(false, RECEIVER_TRUST_FIRST);
    struct wall_add all = at(f, "", NULL), named = at(f, "shop", NULL);

    fake_server_order(f, &o);
    assert_int_equal(wall_add(w, &all, NULL), 0);
    WAIT_FOR(w, three_live);
    assert_string_equal(view.row[0].name, "cam0");
    assert_string_equal(view.row[2].name, "cam2");
    for (size_t i = 0; i < view.n; i++)
        wall_remove(w, view.row[i].id);
    WAIT_FOR(w, none_left);
    assert_int_equal(wall_add(w, &named, NULL), 0);
    WAIT_FOR(w, three_live);
    assert_string_equal(view.row[1].name, "shop-cam1");
    wall_free(w);
    fake_server_stop(f);
}

static void test_an_unreachable_server_stays_in_view(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct wall_add all = at(f, "", NULL);

    fake_server_stop(f);
    struct wall *w = begin(false, RECEIVER_TRUST_FIRST);
    assert_int_equal(wall_add(w, &all, NULL), 0);
    assert_int_equal(wall_snapshot(w, &view), 0);
    assert_int_equal(view.n, 1);
    assert_true(view.row[0].finder);
    assert_int_equal(view.row[0].rx.first_frame_ns, 0);
    wall_free(w);
}

static unsigned mp4s;

static int count_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    size_t len = strlen(path);

    mp4s += type == FTW_F && len > 4 && strcmp(path + len - 4, ".mp4") == 0;
    return 0;
}

/* Counters go on over several recordings and to the very end. */
static void test_recording(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct wall *w = begin(true, RECEIVER_TRUST_FIRST);
    struct wall_add a = at(f, "", "front");
    uint64_t id, before;

    assert_int_equal(wall_add(w, &a, &id), 0);
    WAIT_FOR(w, five_recorded);
    assert_true(view.row[0].recording);
    assert_true(view.row[0].first_recorded_ns >= view.row[0].rx.first_frame_ns);
    assert_int_equal(wall_record(w, id, false), 0);
    wall_tend(w);
    assert_int_equal(wall_snapshot(w, &view), 0);
    assert_false(view.row[0].recording);
    before = view.row[0].recorded_frames;
    assert_true(before >= 5);
    assert_int_equal(wall_record_all(w, true), 0);
    assert_int_equal(wall_snapshot(w, &view), 0);
    assert_true(view.row[0].recording);
    assert_true(view.row[0].recorded_frames >= before);
    uint64_t received = view.row[0].rx.frames, deadline = mono_ns() + LONG_NS;
    while (view.row[0].rx.frames < received + 5 && mono_ns() < deadline)
        assert_int_equal(wall_snapshot(w, &view), 0);
    wall_stop(w);
    assert_int_equal(wall_snapshot(w, &view), 0);
    assert_true(view.row[0].recorded_frames >= before + 4);
    assert_true(view.row[0].recorded_frames <= view.row[0].rx.frames);
    assert_int_equal(view.row[0].recorder_dropped, 0);
    assert_false(view.row[0].recorder_failed);
    wall_free(w);
    assert_int_equal(nftw(records, count_file, 8, FTW_PHYS), 0);
    assert_in_range(mp4s, 2, 3); /* three when midnight cuts one */
    fake_server_stop(f);
}

/* Every frame that was delivered is in a file, those still queued at the end included. */
static void test_every_frame_is_recorded(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct wall_add a = at(f, "whole", "front");

    for (int i = 0; i < 3; i++) {
        struct wall *w = begin(true, RECEIVER_TRUST_FIRST);
        assert_int_equal(wall_add(w, &a, NULL), 0);
        WAIT_FOR(w, five_recorded);
        wall_stop(w);
        assert_int_equal(wall_snapshot(w, &view), 0);
        assert_int_equal(view.row[0].recorded_frames,
                         view.row[0].rx.frames - view.row[0].rx.frames_late);
        assert_false(view.row[0].recording);
        wall_free(w);
    }
    fake_server_stop(f);
}

static void test_one_answer_for_every_stream_of_a_server(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct wall *w = begin(false, RECEIVER_TRUST_ASK);
    struct wall_add a = at(f, "", "front");

    for (int i = 0; i < 3; i++)
        assert_int_equal(wall_add(w, &a, NULL), 0);
    WAIT_FOR(w, all_ask);
    assert_int_equal(wall_accept(w, view.row[1].id, RECEIVER_ONCE), 0);
    WAIT_FOR(w, three_live);
    wall_free(w);
    fake_server_stop(f);
}

static void test_directory(void **state)
{
    char path[160];

    text_format(path, sizeof(path), "%s/a/b", dir);
    assert_int_equal(directory_check(path), 0);
    assert_int_equal(directory_check(path), 0);
    assert_int_equal(rmdir(path), 0); /* nothing was left in it */
    text_format(path, sizeof(path), "%s/client.key/x", dir);
    assert_int_equal(directory_check(path), -ENOTDIR);
    assert_true(directory_check("/proc/camwall") < 0);
}

static struct keys *make_key(const char *name)
{
    char path[160], error[200];
    struct keys *k;

    text_format(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(keys_open(path, &k, error, sizeof(error)), 0);
    return k;
}

static int set_up(void **state)
{
    if (!mkdtemp(dir) || secure_global_init() < 0)
        return -1;
    text_format(known, sizeof(known), "%s/known_servers", dir);
    text_format(records, sizeof(records), "%s/records", dir);
    client_keys = make_key("client.key");
    server_keys = make_key("server.key");
    return 0;
}

static int remove_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

static int tear_down(void **state)
{
    keys_free(client_keys);
    keys_free(server_keys);
    wall_view_fini(&view);
    return nftw(dir, remove_file, 8, FTW_DEPTH | FTW_PHYS);
}

/* A disk whose syncs hang until it is let go. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool hangs;
    unsigned hanging;
} disk_state;

static int hanging_sync(int fd)
{
    pthread_mutex_lock(&disk_state.lock);
    disk_state.hanging++;
    while (disk_state.hangs)
        thread_cond_wait(&disk_state.change, &disk_state.lock, UINT64_MAX);
    disk_state.hanging--;
    pthread_mutex_unlock(&disk_state.lock);
    return disk_real.sync(fd);
}

static bool disk_hangs(void)
{
    pthread_mutex_lock(&disk_state.lock);
    bool hangs = disk_state.hanging > 0;
    pthread_mutex_unlock(&disk_state.lock);
    return hangs;
}

static void let_disk_go(void)
{
    pthread_mutex_lock(&disk_state.lock);
    disk_state.hangs = false;
    pthread_cond_broadcast(&disk_state.change);
    pthread_mutex_unlock(&disk_state.lock);
}

static uint64_t frames_then;

static bool the_view_goes_on(void)
{
    return view.row[0].rx.frames >= frames_then + 20;
}

/* Were anything to wait for the disk, nobody would ever let it go. */
static void test_a_hung_disk_holds_nobody_up(void **state)
{
    struct fake_server *f = fake_server_start(server_keys, 0);
    struct disk disk = disk_real;
    uint64_t id;

    pthread_mutex_init(&disk_state.lock, NULL);
    thread_cond_init(&disk_state.change);
    disk_state.hangs = true;
    alarm(120);
    disk.sync = hanging_sync;
    struct wall *w = begin_on(&disk, true, RECEIVER_TRUST_FIRST);
    struct wall_add a = at(f, "", "front");
    assert_int_equal(wall_add(w, &a, &id), 0);
    WAIT_FOR(w, five_recorded);
    assert_int_equal(wall_record(w, id, false), 0);
    WAIT_FOR(w, disk_hangs);
    frames_then = view.row[0].rx.frames;
    WAIT_FOR(w, the_view_goes_on);
    assert_true(disk_hangs());
    assert_false(view.row[0].recording);
    assert_true(view.row[0].recorded_frames >= 5);
    assert_int_equal(wall_remove(w, id), 0);
    WAIT_FOR(w, none_left);
    let_disk_go();
    wall_free(w);
    alarm(0);
    pthread_cond_destroy(&disk_state.change);
    pthread_mutex_destroy(&disk_state.lock);
    fake_server_stop(f);
}

static int forget(void **state)
{
    unlink(known);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_names, forget),
        cmocka_unit_test_setup(test_every_camera_of_a_server, forget),
        cmocka_unit_test_setup(test_an_unreachable_server_stays_in_view, forget),
        cmocka_unit_test_setup(test_recording, forget),
        cmocka_unit_test_setup(test_a_hung_disk_holds_nobody_up, forget),
        cmocka_unit_test_setup(test_every_frame_is_recorded, forget),
        cmocka_unit_test_setup(test_one_answer_for_every_stream_of_a_server, forget),
        cmocka_unit_test(test_directory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
