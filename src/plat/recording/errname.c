/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/recording/lines.h"

#include <errno.h>
#include <stdlib.h>

#include "plat/text.h"

#define ROW(e)                                                                 \
	{                                                                      \
		e, #e                                                          \
	}

/* The errors of open, read, ioctl, mmap, prctl and clock calls. */
static const struct {
	int error;
	const char *name;
} rows[] = {
	ROW(EPERM),
	ROW(ENOENT),
	ROW(EINTR),
	ROW(EIO),
	ROW(ENXIO),
	ROW(E2BIG),
	ROW(EBADF),
	ROW(ECHILD),
	ROW(EAGAIN),
	ROW(ENOMEM),
	ROW(EACCES),
	ROW(EFAULT),
	ROW(EBUSY),
	ROW(EEXIST),
	ROW(ENODEV),
	ROW(ENOTDIR),
	ROW(EISDIR),
	ROW(EINVAL),
	ROW(ENFILE),
	ROW(EMFILE),
	ROW(ENOTTY),
	ROW(EFBIG),
	ROW(ENOSPC),
	ROW(EROFS),
	ROW(EPIPE),
	ROW(EDOM),
	ROW(ERANGE),
	ROW(ENAMETOOLONG),
	ROW(ENOSYS),
	ROW(ELOOP),
	ROW(ENODATA),
	ROW(ETIME),
	ROW(EPROTO),
	ROW(EBADMSG),
	ROW(EOVERFLOW),
	ROW(EOPNOTSUPP),
	ROW(ETIMEDOUT),
	ROW(ESTALE),
	ROW(ECANCELED),
};

const char *errname(int error)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].error == abs(error))
			return rows[i].name;
	return NULL;
}

int errname_parse(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (text_is(name, len, rows[i].name))
			return rows[i].error;
	return 0;
}
