/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A recording read from a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/recording/recording.h"

__attribute__((format(printf, 3, 4))) static void say(
	char *err, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (size)
		vsnprintf(err, size, fmt, ap);
	va_end(ap);
}

static int too_large(char *err, size_t err_size)
{
	say(err, err_size, "is too large: a recording has at most %u MB",
		REC_TEXT_MAX >> 20);
	return -EBADMSG;
}

/* Open a file that can be read to its end: opening must not wait for a
 * FIFO, nor open a device. */
static int open_regular(const char *path, char *err, size_t err_size)
{
	struct stat st;
	int fd = -1;

	if (stat(path, &st))
		goto failed;
	if (S_ISREG(st.st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		/* It may have been replaced in between. */
		if (fd < 0 || fstat(fd, &st))
			goto failed;
	}
	if (!S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		say(err, err_size, "is not a regular file");
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	if (st.st_size > (off_t)REC_TEXT_MAX) {
		close(fd);
		return too_large(err, err_size);
	}
	return fd;
failed : {
	int rc = -errno;

	say(err, err_size, "cannot be opened: %s", strerror(-rc));
	if (fd >= 0)
		close(fd);
	return rc;
}
}

int rec_load(
	const char *path, struct recording **out, char *err, size_t err_size)
{
	int fd = open_regular(path, err, err_size), rc = 0;
	size_t len = 0, room = 0;
	char *text = NULL;

	if (fd < 0)
		return fd;
	/* The size from stat() is not reliable: files of /proc have none, and a
	 * file may grow.  One byte more than allowed is enough. */
	while (!rc) {
		ssize_t n;

		if (len == room) {
			char *more = realloc(text, room + (64u << 10));

			if (!more) {
				rc = -ENOMEM;
				break;
			}
			text = more;
			room += 64u << 10;
		}
		n = read(fd, text + len, room - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			rc = n ? -errno : 0;
			break;
		}
		len += (size_t)n;
		if (len > REC_TEXT_MAX)
			rc = -EFBIG;
	}
	close(fd);
	if (rc == -EFBIG)
		rc = too_large(err, err_size);
	else if (rc)
		say(err, err_size, "cannot be read: %s", strerror(-rc));
	else
		rc = rec_parse(text, len, out, err, err_size);
	free(text);
	return rc;
}
