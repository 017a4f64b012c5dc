/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The passive platform, this machine: CPUID, clocks, a few small files.  Opens
 * no device, starts no thread, installs no signal handler, allocates nothing.
 */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <tscal/calibrate.h>

#include "plat/clock.h"
#include "plat/interrupted.h"
#include "plat/plat.h"
#include "plat/vdso_pages.h"

static int passive_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	(void)p;
	__cpuid_count(leaf, subleaf, out->eax, out->ebx, out->ecx, out->edx);
	return 0;
}

static int passive_rdmsr(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value)
{
	(void)p, (void)cpu, (void)msr, (void)value;
	return -EOPNOTSUPP;
}

static int passive_read_file(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	/* If path is a FIFO, opening it must not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	unsigned times = 0;
	size_t len = 0;
	ssize_t n = 0;

	(void)p;
	if (fd < 0)
		return -errno;
	while (len < size) {
		n = read(fd, (char *)buf + len, size - len);
		if (n < 0 && interrupted(&times))
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (n < 0 && !len)
		len = (size_t)-errno;
	close(fd);
	return (int)len;
}

static int passive_adjtimex(struct tscal_platform *p, struct plat_timex *out)
{
	struct timex tx = {.modes = 0};
	int state = adjtimex(&tx);

	(void)p;
	if (state < 0)
		return -errno;
	*out = (struct plat_timex){
		.state = state,
		.status = tx.status,
		.freq = tx.freq,
		.offset_ns = tx.status & STA_NANO ? tx.offset
						  : tx.offset * 1000,
		.tick = tx.tick,
		.maxerror_us = tx.maxerror,
		.tai = tx.tai,
	};
	return 0;
}

static int passive_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	(void)p;
	/* A device. */
	if (which == PLAT_PAGE_VMCLOCK)
		return -EOPNOTSUPP;
	return vdso_page_copy(which, index, buf);
}

static int passive_perf_page(
	struct tscal_platform *p, struct plat_perf_page *out)
{
	(void)p, (void)out;
	return -EOPNOTSUPP;
}

static int passive_kvm_tsc_khz(struct tscal_platform *p, uint32_t *khz)
{
	(void)p, (void)khz;
	return -EOPNOTSUPP;
}

static int passive_xen_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	(void)p, (void)leaf, (void)subleaf, (void)out;
	return -EOPNOTSUPP;
}

static int passive_backdoor_hz(
	struct tscal_platform *p, enum plat_backdoor how, uint64_t *hz)
{
	(void)p, (void)how, (void)hz;
	return -EOPNOTSUPP;
}

static int passive_tsc_access(
	struct tscal_platform *p, enum plat_tsc_access *out)
{
	int mode = PR_TSC_ENABLE;

	(void)p;
	if (prctl(PR_GET_TSC, &mode, 0, 0, 0))
		return -errno;
	*out = mode == PR_TSC_SIGSEGV ? PLAT_TSC_SIGSEGV : PLAT_TSC_ENABLED;
	return 0;
}

static int passive_counter_open(struct tscal_platform *p,
	enum plat_counter_id id, const struct plat_where *where,
	struct plat_counter *out)
{
	(void)p, (void)where;
	switch (id) {
	case PLAT_COUNTER_RDTSC:
		*out = (struct plat_counter){.num = 1, .den = 1, .width = 64};
		return 0;
	case PLAT_COUNTER_CLOCK_RAW:
		return clock_open(CLOCK_MONOTONIC_RAW, out);
	case PLAT_COUNTER_REALTIME:
		return clock_open(CLOCK_REALTIME, out);
	default:
		return -EOPNOTSUPP;
	}
}

static void passive_counter_close(
	struct tscal_platform *p, enum plat_counter_id id)
{
	(void)p, (void)id;
}

/*
 * Straight-line code for each sample.  The fences keep the reference's
 * own loads between the two TSC reads (Intel SDM vol. 2B, RDTSC).
 */
static int burst_rdtsc(struct plat_sample *buf, const struct plat_until *until)
{
	/* At least one tick per ns on what a converter accepts; a slower TSC
	 * ends later, but the count bounds it too. */
	uint64_t start = tscal_rdtsc_ordered(), max_ticks = until->ns;
	size_t n = 0;

	while (n < until->reads) {
		struct plat_sample *s = &buf[n++];

		s->tsc_before = tscal_rdtsc();
		s->ref = tscal_rdtsc();
		s->tsc_after = tscal_rdtsc();
		if (s->tsc_after - start >= max_ticks)
			break;
	}
	return (int)n;
}

static int passive_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	(void)p;
	switch (id) {
	case PLAT_COUNTER_RDTSC:
		return burst_rdtsc(buf, until);
	case PLAT_COUNTER_CLOCK_RAW:
		/* Each with its clock as a constant. */
		return clock_burst(CLOCK_MONOTONIC_RAW, buf, until);
	case PLAT_COUNTER_REALTIME:
		return clock_burst(CLOCK_REALTIME, buf, until);
	default:
		return -EOPNOTSUPP;
	}
}

static int passive_clock_burst(struct tscal_platform *p, int clock_id,
	struct plat_sample *buf, const struct plat_until *until)
{
	(void)p;
	return clock_burst(clock_id, buf, until);
}

static int passive_clock_ns(
	struct tscal_platform *p, int clock_id, bool system_call, int64_t *ns)
{
	struct timespec ts;

	(void)p;
	if (system_call ? (int)syscall(SYS_clock_gettime, clock_id, &ts)
			: clock_gettime(clock_id, &ts))
		return -errno;
	*ns = (int64_t)((uint64_t)ts.tv_sec * 1000000000 +
			(uint64_t)ts.tv_nsec);
	return 0;
}

static uint64_t passive_now_ns(struct tscal_platform *p)
{
	int64_t ns = 0;

	/* The system call: the vDSO faults where RDTSC is disabled. */
	(void)passive_clock_ns(p, CLOCK_MONOTONIC, true, &ns);
	return (uint64_t)ns;
}

/* A sleep ends late: by the 50 us of timer slack (prctl(2)), and by the time it
 * takes to wake up.  Below this that would be most of the wait. */
#define SHORT_WAIT_NS 200000

static int passive_cpus(struct tscal_platform *p, uint32_t *cpu, size_t max)
{
	(void)p, (void)cpu, (void)max;
	return -EOPNOTSUPP;
}

static int passive_pair(struct tscal_platform *p, unsigned a, unsigned b,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	(void)p, (void)a, (void)b, (void)until, (void)out;
	return -EOPNOTSUPP;
}

static void passive_wait(struct tscal_platform *p, uint64_t ns, bool spin)
{
	struct timespec sleep = {
		.tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000),
	};
	struct timespec start, now;
	uint64_t gone = 0;

	(void)p;
	/* The caller is about to read the TSC, so the vDSO's clocks work, also
	 * where a filter refuses every system call. */
	if (clock_gettime(CLOCK_MONOTONIC, &start))
		return;
	if (!spin && ns > SHORT_WAIT_NS &&
		!clock_nanosleep(CLOCK_MONOTONIC, 0, &sleep, NULL))
		return;
	while (gone < ns && !clock_gettime(CLOCK_MONOTONIC, &now)) {
		gone = (uint64_t)(now.tv_sec - start.tv_sec) * 1000000000 +
		       (uint64_t)now.tv_nsec - (uint64_t)start.tv_nsec;
		__builtin_ia32_pause();
	}
}

static int passive_free(struct tscal_platform *p)
{
	(void)p;
	return 0;
}

/* The probe platform takes these functions into its own table, so none of them
 * uses its platform argument. */
static const struct plat_ops passive_ops = {
	.size = sizeof(struct plat_ops),
	.name = "passive",
	.counters = PLAT_COUNTER_BIT(PLAT_COUNTER_RDTSC) |
		    PLAT_COUNTER_BIT(PLAT_COUNTER_CLOCK_RAW) |
		    PLAT_COUNTER_BIT(PLAT_COUNTER_REALTIME),
	.cpuid = passive_cpuid,
	.xen_cpuid = passive_xen_cpuid,
	.rdmsr = passive_rdmsr,
	.read_file = passive_read_file,
	.adjtimex = passive_adjtimex,
	.page = passive_page,
	.perf_page = passive_perf_page,
	.kvm_tsc_khz = passive_kvm_tsc_khz,
	.backdoor_hz = passive_backdoor_hz,
	.tsc_access = passive_tsc_access,
	.counter_open = passive_counter_open,
	.burst = passive_burst,
	.counter_close = passive_counter_close,
	.clock_burst = passive_clock_burst,
	.clock_ns = passive_clock_ns,
	.cpus = passive_cpus,
	.pair = passive_pair,
	.wait = passive_wait,
	.now_ns = passive_now_ns,
	.free = passive_free,
};

struct tscal_platform *tscal_platform_passive(void)
{
	static struct tscal_platform passive = {.ops = &passive_ops};

	return &passive;
}
