/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "probe/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/io.h>

int device_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		return fd;
	/* A node without a driver, or without hardware. */
	if (errno == ENXIO || errno == ENODEV || errno == ENOTDIR)
		return -ENOENT;
	return -errno;
}

int ports_permit(unsigned port, unsigned n)
{
	/* EPERM: no CAP_SYS_RAWIO, or the kernel is locked down; ENOSYS: it is
	 * one without X86_IOPL_IOPERM. */
	return ioperm(port, n, 1) ? -errno : 0;
}
