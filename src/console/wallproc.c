/* SPDX-License-Identifier: MIT */
#include "console/wallproc.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "net/unixsock.h"

pid_t wallproc_fork(int *fd)
{
    int pair[2];

    int err = unixsock_pair(pair);
    if (err < 0)
        return err;
    pid_t pid = fork();
    if (pid < 0) {
        err = -errno;
        close(pair[0]);
        close(pair[1]);
        return err;
    }
    if (pid == 0)
        setsid();
    close(pair[pid == 0 ? 0 : 1]);
    *fd = pair[pid == 0 ? 1 : 0];
    return pid;
}

bool wallproc_let_go(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool told = isatty(STDERR_FILENO);

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++)
        if (isatty(fd))
            dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
    return told;
}
