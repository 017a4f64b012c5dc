/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The HPET's main counter, through the mapping that /dev/hpet gives (Linux,
 * Documentation/timers/hpet.rst): never through /dev/mem, because a timer that
 * the kernel has switched off must not be used.  Registers are those of the
 * IA-PC HPET specification 1.0a, 2.3.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/devices.h"

#define GCAP_ID 0x000
#define GCAP_PERIOD 0x004 /* its upper half: COUNTER_CLK_PERIOD, in fs */
#define GEN_CONF 0x010
#define ENABLE_CNF 1u
#define MAIN_CNT 0x0f0
/* 2.3.4: at most 100 ns.  Nothing counts faster than 10 GHz. */
#define PERIOD_MAX_FS 0x05f5e100u
#define PERIOD_MIN_FS 100000u
#define FS 1000000000000000u

/* All accesses are of 32 bits: 64 at once are two on some buses, and a
 * carry between them is lost (2.4.7). */
static inline uint32_t reg(const struct worker_shared *sh, unsigned at)
{
	return *(const volatile uint32_t *)((const uint8_t *)sh->place + at);
}

static inline uint64_t main_counter(struct worker_shared *sh)
{
	return reg(sh, MAIN_CNT);
}

static int open_here(struct worker_shared *sh)
{
	uint32_t id = reg(sh, GCAP_ID), period_fs = reg(sh, GCAP_PERIOD);

	sh->counter = (struct plat_counter){
		.num = FS, .den = period_fs, .width = 32, .spin = true};
	/* All ones: no device at this address. */
	if (id == UINT32_MAX)
		return -ENODEV;
	if (period_fs < PERIOD_MIN_FS || period_fs > PERIOD_MAX_FS)
		return -ERANGE;
	if (!(reg(sh, GEN_CONF) & ENABLE_CNF))
		return -ENODEV;
	return worker_advances(sh, main_counter);
}

static int burst(struct worker_shared *sh)
{
	return worker_loop(sh, main_counter, NULL);
}

static const struct worker_job job = {
	.name = "tscal-hpet",
	.open = open_here,
	.burst = burst,
};

int hpet_open(struct worker *w, const struct plat_where *where,
	struct plat_counter *out)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	int fd = device_open("/dev/hpet", O_RDONLY | O_NONBLOCK), rc;
	void *map;

	(void)where;
	if (fd < 0)
		return fd;
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	rc = map == MAP_FAILED ? -errno : 0;
	close(fd);
	/* hpet_mmap=0; no HPET_MMAP, or a block that is not at the start of a
	 * page (Linux, drivers/char/hpet.c, hpet_mmap()). */
	if (rc == -EACCES || rc == -ENOSYS || rc == -ENODEV)
		rc = -ENXIO;
	if (rc)
		return rc;
	/* The worker inherits the mapping. */
	rc = worker_open(w, &job, NULL, map, out);
	munmap(map, size);
	return rc;
}
