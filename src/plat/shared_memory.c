/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Linux 5.1; include/uapi/linux/fcntl.h. */
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

/* Linux 6.3; include/uapi/linux/memfd.h. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#define SIZE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW)

/* Newer kernels warn without this flag, older ones refuse it. */
static int create(const char *name)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create(name, flags) : fd;
}

/* Other processes cannot write through the descriptor, if the kernel supports
 * that. */
static int seal(int fd)
{
	if (!fcntl(fd, F_ADD_SEALS,
		    SIZE_SEALS | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL))
		return 0;
	return fcntl(fd, F_ADD_SEALS, SIZE_SEALS | F_SEAL_SEAL) ? -errno : 0;
}

int shared_memory_new(const char *name, size_t size, void **at)
{
	void *map = MAP_FAILED;
	int fd = create(name), rc;

	if (fd < 0)
		return -errno;
	rc = ftruncate(fd, (off_t)size) ? -errno : 0;
	if (!rc)
		map = mmap(
			NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!rc && map == MAP_FAILED)
		rc = -errno;
	if (!rc)
		rc = seal(fd);
	if (!rc) {
		*at = map;
		return fd;
	}
	if (map != MAP_FAILED)
		munmap(map, size);
	close(fd);
	return rc;
}

int shared_memory_map(int fd, size_t size, const void **at)
{
	int seals = fcntl(fd, F_GET_SEALS), why = errno;
	struct statfs fs;
	struct stat st;
	void *map;

	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return -errno;
	if (st.st_size < 0 || (size_t)st.st_size < size)
		return -EINVAL;
	if (seals < 0 && why == EBADF)
		return -EBADF;
	/* -1: a file that cannot have seals.  Huge pages can run out. */
	if (seals < 0 || !(seals & F_SEAL_SHRINK) || fs.f_type != TMPFS_MAGIC)
		return -EPERM;
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	*at = map;
	return 0;
}

void shared_memory_unmap(const void *at, size_t size)
{
	munmap((void *)(size_t)at, size);
}
