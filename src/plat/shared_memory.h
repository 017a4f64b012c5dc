/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Memory that several processes map, and that stays there while they do. */
#ifndef TSCAL_SHARED_MEMORY_H
#define TSCAL_SHARED_MEMORY_H

#include <stddef.h>

/* All zero, of fixed size, mapped for writing by this process alone.  Returns
 * a descriptor for other processes, or -errno. */
int shared_memory_new(const char *name, size_t size, void **at);

/*
 * Map it to be read.  0; -EPERM if it may be made smaller, because reading
 * beyond the end of a file raises SIGBUS; -EINVAL if it is smaller; -errno of
 * mmap(2).
 */
int shared_memory_map(int fd, size_t size, const void **at);

void shared_memory_unmap(const void *at, size_t size);

#endif /* TSCAL_SHARED_MEMORY_H */
