/* SPDX-License-Identifier: MIT */
#include "net/unixsock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket's address holds 108 bytes, a state directory's path any number: so the directory is
 * named by its descriptor. */
static int address(int dir_fd, const char *name, struct sockaddr_un *a)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(name) > UNIXSOCK_NAME)
        return -ENAMETOOLONG;
    int n = snprintf(a->sun_path, sizeof(a->sun_path), "/proc/self/fd/%d/%s", dir_fd, name);
    return n < 0 || (size_t)n >= sizeof(a->sun_path) ? -ENAMETOOLONG : 0;
}

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    return fd;
}

int unixsock_listen(int dir_fd, const char *name, int backlog)
{
    struct sockaddr_un a;
    int err = address(dir_fd, name, &a);
    int fd = err < 0 ? err : new_socket();

    if (fd < 0)
        return fd;
    /* The mode of the socket is what its file is made with: no moment when it is open to others. */
    if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
        listen(fd, backlog) < 0) {
        err = -errno;
        close(fd);
        return err;
    }
    return fd;
}

int unixsock_connect(int dir_fd, const char *name)
{
    struct sockaddr_un a;
    int err = address(dir_fd, name, &a);
    int fd = err < 0 ? err : new_socket();

    if (fd < 0)
        return fd;
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        err = -errno;
        close(fd);
        return err;
    }
    return fd;
}

int unixsock_accept(int fd)
{
    /* cppcheck-suppress nullPointer ; nobody asks for the address */
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    return client < 0 ? -errno : client;
}

int unixsock_pair(int fd[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0 ? -errno : 0;
}

int unixsock_peer(int fd, uid_t *uid)
{
    struct ucred who;
    socklen_t len = sizeof(who);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
        return -errno;
    *uid = who.uid;
    return 0;
}

/* Room for the descriptors of one piece, aligned as the kernel wants it. */
union ancillary {
    char bytes[CMSG_SPACE(UNIXSOCK_FDS * sizeof(int))];
    struct cmsghdr header;
};

ssize_t unixsock_send(int fd, const void *bytes, size_t len, const int *fds, unsigned n)
{
    struct iovec io = {.iov_base = (void *)bytes, .iov_len = len};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
    union ancillary a = {.bytes = {0}};

    if (n > UNIXSOCK_FDS)
        return -EINVAL;
    if (n > 0) {
        m.msg_control = &a;
        m.msg_controllen = CMSG_SPACE(n * sizeof(int));
        a.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(n * sizeof(int)),
                                    .cmsg_level = SOL_SOCKET,
                                    .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&a.header), fds, n * sizeof(int));
    }
    ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
}

static void take_fds(struct msghdr *m, int fds[UNIXSOCK_FDS], unsigned *n)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count && *n < UNIXSOCK_FDS; i++)
            memcpy(&fds[(*n)++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
}

ssize_t unixsock_recv(int fd, void *buf, size_t cap, int fds[UNIXSOCK_FDS], unsigned *n)
{
    struct iovec io = {.iov_base = buf, .iov_len = cap};
    union ancillary a;
    struct msghdr m = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &a, .msg_controllen = sizeof(a)};

    *n = 0;
    ssize_t got = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0)
        return -errno;
    take_fds(&m, fds, n);
    return got;
}
