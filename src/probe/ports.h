/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* I/O ports; only in a worker, because an access may fault although the kernel
 * permitted it (such as under a hypervisor that refuses it). */
#ifndef TSCAL_PORTS_H
#define TSCAL_PORTS_H

#include <errno.h>
#include <sys/io.h>

/* Permission for n ports from this one, and no others: 0 or -errno. */
static inline int ports_permit(unsigned port, unsigned n)
{
	if (!ioperm(port, n, 1))
		return 0;
	/* A kernel without X86_IOPL_IOPERM, or locked down. */
	return errno == ENOSYS ? -EPERM : -errno;
}

#endif /* TSCAL_PORTS_H */
