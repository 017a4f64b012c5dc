/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/errname.h"

#include <errno.h>
#include <stdlib.h>

#include "plat/text.h"

#define ROW(e, meaning)                                                        \
	{                                                                      \
		e, #e, meaning                                                 \
	}

/* The errors of open, read, ioctl, mmap, prctl and clock calls. */
static const struct {
	int error;
	const char *name, *meaning;
} rows[] = {
	ROW(EPERM, "not permitted"),
	ROW(ENOENT, "no such file"),
	ROW(EINTR, "interrupted by a signal each time"),
	ROW(EIO, "input/output error"),
	ROW(ENXIO, "no such device"),
	ROW(E2BIG, "too large"),
	ROW(EBADF, "not an open file"),
	ROW(ECHILD, "no such process"),
	ROW(EAGAIN, "temporarily not available"),
	ROW(ENOMEM, "out of memory"),
	ROW(EACCES, "permission denied"),
	ROW(EFAULT, "bad address"),
	ROW(EBUSY, "in use"),
	ROW(EEXIST, "already there"),
	ROW(ENODEV, "no such device"),
	ROW(ENOTDIR, "not a directory"),
	ROW(EISDIR, "a directory"),
	ROW(EINVAL, "invalid argument"),
	ROW(ENFILE, "too many open files in the system"),
	ROW(EMFILE, "too many open files"),
	ROW(ENOTTY, "no such request of this device"),
	ROW(EFBIG, "file too large"),
	ROW(ENOSPC, "no space left"),
	ROW(EROFS, "read-only file system"),
	ROW(EPIPE, "closed at its other end"),
	ROW(EDOM, "out of its domain"),
	ROW(ERANGE, "out of range"),
	ROW(ENAMETOOLONG, "name too long"),
	ROW(ENOSYS, "no such system call"),
	ROW(ELOOP, "too many symbolic links"),
	ROW(ENODATA, "no data"),
	ROW(ETIME, "timer expired"),
	ROW(EPROTO, "protocol error"),
	ROW(EBADMSG, "bad message"),
	ROW(EOVERFLOW, "value too large"),
	ROW(EOPNOTSUPP, "not supported"),
	ROW(ETIMEDOUT, "timed out"),
	ROW(ESTALE, "stale file"),
	ROW(ECANCELED, "cancelled"),
};

#define N_ROWS (sizeof(rows) / sizeof(*rows))

static size_t row_of(int error)
{
	size_t i = 0;

	while (i < N_ROWS && rows[i].error != abs(error))
		i++;
	return i;
}

const char *errname(int error)
{
	size_t i = row_of(error);

	return i < N_ROWS ? rows[i].name : NULL;
}

const char *errname_meaning(int error)
{
	size_t i = row_of(error);

	return i < N_ROWS ? rows[i].meaning : NULL;
}

int errname_parse(const char *name, size_t len)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (text_is(name, len, rows[i].name))
			return rows[i].error;
	return 0;
}
