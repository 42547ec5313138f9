/* SPDX-License-Identifier: MIT */
#ifndef SERVER_WATCHFILE_H
#define SERVER_WATCHFILE_H

#include <stdbool.h>

/* Tells when a file was written, made, replaced or deleted (inotify on its directory, because
 * editors replace files). One thread. */
struct watchfile {
    int fd; /* for poll(); -1: not watching */
    int wd;
    char name[256]; /* last component */
};

int watchfile_open(struct watchfile *w, const char *path);
int watchfile_set(struct watchfile *w, const char *path); /* another path */
/* Drains what happened; true if it was about the file. */
bool watchfile_changed(struct watchfile *w);
void watchfile_close(struct watchfile *w);

#endif
