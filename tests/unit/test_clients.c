/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/packet.h"
#include "server/clients.h"
#include "util/text.h"

struct fixture {
    struct clients table;
    struct service service;
    struct link link[2];
    struct addr local, peer[3];
};

static struct addr address(const char *text)
{
    struct addr a;
    assert_int_equal(addr_resolve(text, 0, &a, NULL), 0);
    return a;
}

static int setup(void **state)
{
    static struct fixture x;
    memset(&x, 0, sizeof x);
    x.service.clients = &x.table;
    x.service.wake_fd = -1;
    x.local = address("127.0.0.1:9999");
    x.peer[0] = address("127.0.0.1:1000");
    x.peer[1] = address("127.0.0.1:1001");
    x.peer[2] = address("127.0.0.2:1000");
    *state = &x;
    return clients_init(&x.table);
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    for (struct client *c; (c = clients_take(&x->table));)
        client_free(c);
    assert_int_equal(x->table.n, 0);
    clients_fini(&x->table);
    return 0;
}

static struct client *add(struct fixture *x, int link, int peer)
{
    struct client *c;
    assert_int_equal(client_new(&x->service, &x->link[link], &x->local, &x->peer[peer], &c), 0);
    clients_add(&x->table, c);
    return c;
}

static struct client *find(struct fixture *x, int link, int peer, bool established)
{
    return clients_find(&x->table, &x->link[link], &x->local, &x->peer[peer], established);
}

static void found_by_link_and_both_addresses(void **state)
{
    struct fixture *x = *state;
    struct client *a = add(x, 0, 0);
    assert_ptr_equal(find(x, 0, 0, false), a);
    assert_null(find(x, 0, 0, true));
    assert_null(find(x, 1, 0, false));
    assert_null(find(x, 0, 1, false));
    struct addr other = address("127.0.0.3:9999");
    assert_null(clients_find(&x->table, &x->link[0], &other, &x->peer[0], false));
    assert_int_equal(clients_from(&x->table, &x->peer[1]), 1);
    assert_int_equal(clients_from(&x->table, &x->peer[2]), 0);
}

static void a_finished_handshake_replaces_the_older_session(void **state)
{
    struct fixture *x = *state;
    struct client *old = add(x, 0, 0);
    clients_establish(&x->table, old);
    struct client *new = add(x, 0, 0);
    assert_ptr_equal(find(x, 0, 0, true), old);
    assert_ptr_equal(find(x, 0, 0, false), new);
    struct client *elsewhere = add(x, 0, 1);
    clients_establish(&x->table, new);
    assert_int_equal(inbox_take_words(&old->inbox), INBOX_END);
    assert_int_equal(old->inbox.reason, REASON_REPLACED);
    assert_int_equal(inbox_take_words(&new->inbox), 0);
    assert_int_equal(inbox_take_words(&elsewhere->inbox), 0);
}

static void a_stream_that_comes_again_replaces_itself(void **state)
{
    struct fixture *x = *state;
    struct client *old = add(x, 0, 0), *other = add(x, 0, 2), *new = add(x, 0, 1);
    text_copy(old->fingerprint, sizeof old->fingerprint, "SHA256:a");
    text_copy(new->fingerprint, sizeof new->fingerprint, "SHA256:a");
    text_copy(other->fingerprint, sizeof other->fingerprint, "SHA256:b");
    clients_establish(&x->table, old);
    clients_establish(&x->table, other);
    clients_establish(&x->table, new);
    clients_claim(&x->table, old, 42);
    clients_claim(&x->table, other, 42); /* somebody else's token of the same value */
    assert_int_equal(inbox_take_words(&old->inbox), 0);
    clients_claim(&x->table, new, 43);
    assert_int_equal(inbox_take_words(&old->inbox), 0);
    clients_claim(&x->table, new, 42);
    assert_int_equal(inbox_take_words(&old->inbox), INBOX_END);
    assert_int_equal(inbox_take_words(&other->inbox), 0);
    assert_int_equal(inbox_take_words(&new->inbox), 0);
}

static void icmp_goes_to_that_peer_only(void **state)
{
    struct fixture *x = *state;
    struct client *a = add(x, 0, 0), *b = add(x, 0, 1);
    clients_icmp(&x->table, &x->peer[1]);
    assert_int_equal(inbox_take_words(&a->inbox), 0);
    assert_int_equal(inbox_take_words(&b->inbox), INBOX_ICMP);
}

static void done_ones_are_taken_out(void **state)
{
    struct fixture *x = *state;
    struct client *a = add(x, 0, 0), *b = add(x, 0, 1), *c = add(x, 1, 0);
    b->done = 1;
    assert_null(find(x, 0, 1, false));
    struct client *list = clients_take_done(&x->table);
    assert_ptr_equal(list, b);
    assert_null(list->next);
    client_free(b);
    assert_int_equal(x->table.n, 2);
    assert_ptr_equal(find(x, 0, 0, false), a);
    assert_ptr_equal(find(x, 1, 0, false), c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(found_by_link_and_both_addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(a_finished_handshake_replaces_the_older_session, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_stream_that_comes_again_replaces_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(icmp_goes_to_that_peer_only, setup, teardown),
        cmocka_unit_test_setup_teardown(done_ones_are_taken_out, setup, teardown),
    };
    return cmocka_run_group_tests_name("clients", tests, NULL, NULL);
}
