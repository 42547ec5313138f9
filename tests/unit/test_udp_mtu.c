/* SPDX-License-Identifier: MIT */
/* Large datagrams on networks as they are, whose interfaces take 1500 bytes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <net/if.h>
#include <unistd.h>

#include "unit/net_udp.h"

static void check_discovery(const char *host, int level, int option, bool df, int expected)
{
    struct udp_settings s = {.df = df};
    struct link *l = udp_open(host, &s);
    int value = -1;
    socklen_t len = sizeof value;
    assert_int_equal(getsockopt(l->fd, level, option, &value, &len), 0);
    assert_int_equal(value, expected);
    udp_close(l);
}

/* A router between must be free to cut large datagrams, unless asked otherwise. */
static void test_fragments_are_allowed(void **state)
{
    check_discovery("127.0.0.1:0", IPPROTO_IP, IP_MTU_DISCOVER, false, IP_PMTUDISC_DONT);
    check_discovery("127.0.0.1:0", IPPROTO_IP, IP_MTU_DISCOVER, true, IP_PMTUDISC_DO);
    if (!udp_have_ipv6())
        return;
    check_discovery("[::1]:0", IPPROTO_IPV6, IPV6_MTU_DISCOVER, false, IPV6_PMTUDISC_DONT);
    check_discovery("[::1]:0", IPPROTO_IPV6, IPV6_MTU_DISCOVER, true, IPV6_PMTUDISC_DO);
}

/* Sends len bytes by segment through an interface that takes 1500 at once; what came of it. */
static int through_small_mtu(const struct udp_settings *s, size_t len, size_t segment)
{
    static uint8_t bytes[65507];
    struct ifreq lo = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    lo.ifr_mtu = 1500;
    if (fd < 0 || ioctl(fd, SIOCSIFMTU, &lo) < 0)
        return 77;
    lo.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
        return 77;
    close(fd);
    struct addr any = {.in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    struct link *server, *client;
    struct link_batch b;
    if (udp_listen(&any, s, &server, NULL) < 0 || link_batch_init(&b, SLOTS, SLOT) < 0 ||
        udp_connect(&server->bound, s, &client, NULL) < 0)
        return 1;
    if (client->ops->send(client, NULL, NULL, bytes, len, segment, NULL) < 0)
        return 2;
    size_t got = 0;
    while (got < len && udp_receive(server, &b, WAIT_MS) > 0)
        for (size_t i = 0; i < b.n; i++)
            got += b.at[i].len == segment || b.at[i].len == len % segment ? b.at[i].len : SLOT;
    udp_close(client);
    udp_close(server);
    link_batch_fini(&b);
    return got == len ? 0 : 3;
}

/* In a network of its own, so that nobody else's lo changes. */
static int in_namespace(const struct udp_settings *s, size_t len, size_t segment)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
            _exit(77);
        _exit(through_small_mtu(s, len, segment));
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A legacy picture is one datagram of up to 65000 bytes: it has to be cut on the way. */
static void test_real_network_mtu(void **state)
{
    static const struct udp_settings df = {.df = true}, segments = {.df = false};
    int e = in_namespace(&udp_plain, 65000, 65000);
    if (e == 77)
        skip();
    assert_int_equal(e, 0);
    assert_int_equal(in_namespace(&df, 65000, 65000), 2);
    assert_int_equal(in_namespace(&df, 1472, 1472), 0);
    assert_int_equal(in_namespace(&df, 1473, 1473), 2);
    assert_int_equal(in_namespace(&segments, 19200, 1200), 0);
    /* segments that the path does not take whole go out the other way */
    assert_int_equal(in_namespace(&segments, 20000, 4000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragments_are_allowed),
        cmocka_unit_test(test_real_network_mtu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
