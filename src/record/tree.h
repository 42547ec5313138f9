/* SPDX-License-Identifier: MIT */
#ifndef RECORD_TREE_H
#define RECORD_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/* A walk over a directory of recordings: the regular files of DIR and of its subdirectories (the
 * streams'), never through a symbolic link. */

/* One file: its directory, open, with that directory's path; its name there. Not 0 ends the walk.
 */
typedef int tree_visit_fn(void *ctx, int dir_fd, const char *dir, const char *name);
/* Visits files whose names end in suffix (and are longer). 0, what visit returned, or -errno when
 * DIR cannot be read; subdirectories that cannot be read are left out. */
int tree_visit(const char *dir, const char *suffix, tree_visit_fn *visit, void *ctx);

/* Whether name in the directory is still the file of these numbers, and no link to it. */
bool tree_is_same(int dir_fd, const char *name, dev_t device, ino_t inode);

#endif
