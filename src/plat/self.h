/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The identity and the time namespace of this process.  Not asked of a
 * platform: a recording and a simulation run in this process too. */
#ifndef TSCAL_SELF_H
#define TSCAL_SELF_H

#include <stdint.h>

/*
 * A number that this process has and none of its ancestors: it shows that
 * memory was copied by fork(2).  Not its pid: a child in
 * another PID namespace may have its parent's.  1 to 2^30 - 1.  Signal handlers
 * too.  The first call of all is a system call; a child's is none.
 */
uint32_t self_process(void);

/* The time namespace (time_namespaces(7)); 0: the kernel has none, or /proc is
 * not there. */
uint32_t self_time_namespace(void);

#endif /* TSCAL_SELF_H */
