/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A recording read from a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/interrupted.h"
#include "plat/recording/recording.h"
#include "plat/text.h"

static int too_large(char *err, size_t err_size)
{
	text_printf(err, err_size,
		"is too large: a recording has at most %u MB",
		REC_TEXT_MAX >> 20);
	return -EBADMSG;
}

/* Open a file that can be read to its end: opening must not wait for a
 * FIFO, nor open a device. */
static int open_regular(const char *path, char *err, size_t err_size)
{
	struct stat st;
	int fd = -1, rc = stat(path, &st) ? -errno : 0;

	if (!rc && S_ISREG(st.st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		/* It may have been replaced in between. */
		rc = fd < 0 || fstat(fd, &st) ? -errno : 0;
	}
	if (rc) {
		text_printf(
			err, err_size, "cannot be opened: %s", strerror(-rc));
	} else if (!S_ISREG(st.st_mode)) {
		text_printf(err, err_size,
			S_ISDIR(st.st_mode) ? "is a directory"
					    : "is not a regular file");
		rc = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	} else if (st.st_size > (off_t)REC_TEXT_MAX) {
		rc = too_large(err, err_size);
	}
	if (!rc)
		return fd;
	if (fd >= 0)
		close(fd);
	return rc;
}

int rec_load(
	const char *path, struct recording **out, char *err, size_t err_size)
{
	char *text = NULL, unwanted[1];
	size_t len = 0, room = 0;
	unsigned times = 0;
	int fd, rc = 0;

	if (!err_size) {
		err = unwanted;
		err_size = sizeof(unwanted);
	}
	err[0] = '\0';
	fd = open_regular(path, err, err_size);
	if (fd < 0)
		return fd;
	/* The size from stat() is not reliable: files of /proc have none, and a
	 * file may grow.  One byte more than allowed is enough. */
	while (!rc) {
		ssize_t n;

		if (len == room) {
			/* Twice as much: so all is copied once on average. */
			size_t next = room ? room * 2 : 64u << 10;
			char *more;

			if (next > REC_TEXT_MAX)
				next = REC_TEXT_MAX + (64u << 10);
			more = realloc(text, next);

			if (!more) {
				rc = -ENOMEM;
				break;
			}
			text = more;
			room = next;
		}
		n = read(fd, text + len, room - len);
		if (n < 0 && interrupted(&times))
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
		text_printf(err, err_size, "cannot be read: %s", strerror(-rc));
	else
		rc = rec_parse(text, len, out, err, err_size);
	free(text);
	return rc;
}
