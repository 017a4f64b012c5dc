/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/self.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define MOST ((UINT32_C(1) << 30) - 1)

/* Zero in each child: madvise(2), MADV_WIPEONFORK, which Linux has since 4.14.
 * A page of its own, without a file behind it. */
static union {
	uint32_t process;
	char page[PAGE];
} wiped __attribute__((__aligned__(PAGE)));

/* Not wiped: the count of this process and its ancestors, and whether the page
 * is wiped at all, which is found out once. */
static uint32_t processes;
enum { NOT_ASKED, WIPED, KEPT };
static int at_fork;

static int ask(void)
{
	int was = errno, how;

	how = madvise(&wiped, sizeof(wiped), MADV_WIPEONFORK) ? KEPT : WIPED;
	errno = was;
	__atomic_store_n(&at_fork, how, __ATOMIC_RELEASE);
	return how;
}

uint32_t self_process(void)
{
	uint32_t self = __atomic_load_n(&wiped.process, __ATOMIC_ACQUIRE);
	uint32_t none = 0;
	int how;

	if (self)
		return self;
	how = __atomic_load_n(&at_fork, __ATOMIC_ACQUIRE);
	if (how == NOT_ASKED)
		how = ask();
	if (how == KEPT)
		return (uint32_t)getpid() & MOST;
	self = __atomic_add_fetch(&processes, 1, __ATOMIC_RELAXED) & MOST;
	/* Several threads may do this at once: the first one's value counts. */
	return __atomic_compare_exchange_n(&wiped.process, &none, self, false,
		       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
		       ? self
		       : none;
}

uint32_t self_time_namespace(void)
{
	struct stat st;

	/* The kernel's numbers of namespaces have 32 bits. */
	return stat("/proc/self/ns/time", &st) ? 0 : (uint32_t)st.st_ino;
}
