/* SPDX-License-Identifier: MIT */
#ifndef TUI_RESCUE_H
#define TUI_RESCUE_H

#include <stddef.h>
#include <termios.h>

/* Gives the terminal back when the program crashes: the handler, on an alternate stack where the
 * thread has one, writes the leaving bytes, sets the saved termios, puts standard error back, and
 * hands on to whatever handled the signal before (a core dump, a sanitizer's report). Only calls
 * that are async-signal-safe. For SIGSEGV SIGBUS SIGFPE SIGILL SIGABRT SIGSYS SIGQUIT, and exit().
 */

enum { RESCUE_BYTES = 256 };

/* From now on, fd is to be left with bytes and saved; the bytes are copied (at most RESCUE_BYTES).
 * Installs the handlers. One terminal at a time. */
void rescue_arm(int fd, const struct termios *saved, const void *bytes, size_t len);
/* Other bytes from now on; while they are exchanged, a crash finds one or the other. */
void rescue_bytes(const void *bytes, size_t len);
void rescue_disarm(void); /* and puts the former handlers back */

/* Standard error is away; this descriptor is the true one. -1: it is not away. */
void rescue_stderr(int fd);

/* The calling thread gets an alternate signal stack; NULL when there is no memory for it. */
void *rescue_stack_new(void);
void rescue_stack_free(void *stack); /* same thread */

#endif
