/* SPDX-License-Identifier: MIT */
#ifndef NET_UNIXSOCK_H
#define NET_UNIXSOCK_H

#include <stddef.h>
#include <sys/types.h>

/* Stream sockets between processes of one machine, which can hand descriptors over. Every socket
 * made here is non-blocking and close-on-exec. Any thread. */

/* Descriptors that go with one piece of bytes. */
enum { UNIXSOCK_FDS = 2 };

/* A socket that listens as the file name (mode 0600) in the directory. However long the directory's
 * path is, name may have UNIXSOCK_NAME bytes. -ENAMETOOLONG, -EADDRINUSE when a file is there. */
enum { UNIXSOCK_NAME = 80 };
int unixsock_listen(int dir_fd, const char *name, int backlog);
/* -ENOENT, -ECONNREFUSED when nobody listens there any more, -EAGAIN when it is overrun. */
int unixsock_connect(int dir_fd, const char *name);
int unixsock_accept(int fd); /* -EAGAIN: nobody waits */
int unixsock_pair(int fd[2]);

/* Who made the other end, as the kernel knows it. */
int unixsock_peer(int fd, uid_t *uid);

/* At most len bytes; n descriptors go with the first of them. Bytes sent, or -errno (-EAGAIN: full;
 * -EPIPE: gone, without a signal). */
ssize_t unixsock_send(int fd, const void *bytes, size_t len, const int *fds, unsigned n);
/* Bytes received, 0 at the end, or -errno. *n descriptors came with them, close-on-exec, and are
 * the caller's; more than UNIXSOCK_FDS in one piece are closed by the kernel. */
ssize_t unixsock_recv(int fd, void *buf, size_t cap, int fds[UNIXSOCK_FDS], unsigned *n);

#endif
