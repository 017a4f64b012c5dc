/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The probe platform: what it opens is closed again, what it binds is let go,
 * and what it cannot open is an outcome. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tscal/probe.h>
#include <tscal/tscal.h>

#include "live.h"
#include "plat/plat.h"

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir)
		skip("no /proc/self/fd");
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static struct tscal_platform *probe_new(void)
{
	struct tscal_platform *p = NULL;
	int rc = tscal_platform_probe(TSCAL_PROBE_DEVICES, &p);

	check(!rc && p, "tscal_platform_probe: %s", strerror(-rc));
	return p;
}

static const struct tscal_line *line_of(
	const struct tscal_report *r, enum tscal_source id)
{
	for (size_t i = 0; i < tscal_report_count(r); i++)
		if (tscal_report_line(r, i)->id == id)
			return tscal_report_line(r, i);
	check(0, "no line for source %d", id);
	return NULL;
}

/* One of the few outcomes a device may have, with a sentence; a rate, if any,
 * near the chosen one. */
static void device_line(const struct tscal_report *r, enum tscal_source id)
{
	const struct tscal_line *l = line_of(r, id);
	double hz = tscal_report_info(r)->hz;

	printf("%s: %s, %s\n", l->name, tscal_status_str(l->status),
		l->sentence);
	check(l->sentence[0], "%s", l->name);
	check(l->status != TSCAL_STATUS_SKIPPED, "it was not asked");
	if (l->hz > 0 && hz > 0)
		check(fabs(l->hz / hz - 1) < 1e-3, "%.0f Hz is far from %.0f",
			l->hz, hz);
}

static void devices_are_asked_and_closed(void)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	int before = open_descriptors(), after;
	struct tscal_report *r;

	opts.platform = probe_new();
	opts.only = 1 << TSCAL_SOURCE_PERF_PAGE | 1 << TSCAL_SOURCE_KVM_IOCTL |
		    1 << TSCAL_SOURCE_CLOCK_RAW;
	opts.budget_ms = 1000;
	check(!tscal_report_new(&opts, &r), "no report");
	device_line(r, TSCAL_SOURCE_PERF_PAGE);
	device_line(r, TSCAL_SOURCE_KVM_IOCTL);
	after = open_descriptors();
	check(after == before, "%d descriptors before, %d after", before,
		after);
	tscal_report_free(r);
	check(!tscal_platform_free(opts.platform), "free");
}

static void unnamed_kvm_is_not_opened(void)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *r;

	opts.platform = probe_new();
	check(!tscal_report_new(&opts, &r), "no report");
	check(line_of(r, TSCAL_SOURCE_KVM_IOCTL)->status ==
			TSCAL_STATUS_SKIPPED,
		"creating a virtual machine unasked");
	tscal_report_free(r);
	tscal_platform_free(opts.platform);
}

static void both_platforms_see_one_cpu(void)
{
	struct tscal_platform *live = probe_new();
	struct tscal_platform *passive = tscal_platform_passive();
	static const uint32_t leaves[] = {
		0, 0x15, 0x16, 0x40000000, 0x80000000, 0x80000007};

	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
		struct plat_cpuid a, b;

		check(!live->ops->cpuid(live, leaves[i], 0, &a) &&
				!passive->ops->cpuid(passive, leaves[i], 0, &b),
			"cpuid fails");
		check(!memcmp(&a, &b, sizeof(a)), "leaf 0x%x differs",
			leaves[i]);
	}
	tscal_platform_free(live);
}

/* The owner of a container may put a file where a mark is looked for. */
static void a_fifo_does_not_make_a_file_wait(void)
{
	struct tscal_platform *p = tscal_platform_passive();
	char dir[] = "/tmp/tscal-fifo-XXXXXX", path[64], buf[8];
	int n;

	check(mkdtemp(dir) != NULL, "%s", strerror(errno));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	check(!mkfifo(path, 0600), "%s", strerror(errno));
	n = p->ops->read_file(p, path, buf, sizeof(buf));
	check(n == 0, "%d", n);
	unlink(path);
	rmdir(dir);
}

/* No instruction but in a Xen domain, and then Xen's own answer. */
static void xens_prefix_faults_elsewhere(void)
{
	struct tscal_platform *p = probe_new();
	struct plat_cpuid r = {0};
	int rc = p->ops->xen_cpuid(p, 0x40000000, 0, &r);

	printf("CPUID behind Xen's prefix: %s\n", rc ? strerror(-rc) : "Xen");
	if (rc)
		check(rc == -EFAULT, "%s", strerror(-rc));
	else
		check(!memcmp(&r.ebx, "XenV", 4), "another's signature");
	tscal_platform_free(p);
}

/* Page faults of children that ended: none when none ran. */
static long children_faults(void)
{
	struct rusage usage;

	check(!getrusage(RUSAGE_CHILDREN, &usage), "%s", strerror(errno));
	return usage.ru_minflt + usage.ru_majflt;
}

/* libcpuid would run modprobe as root: a CPU that has no node stays an
 * absence, and no program is started. */
static void a_missing_msr_node_starts_no_program(void)
{
	struct tscal_platform *p = probe_new();
	long before = children_faults();
	uint64_t value;
	int rc = p->ops->rdmsr(p, 99999, 0x10, &value);

	check(rc == -ENOENT, "%s", strerror(-rc));
	rc = p->ops->rdmsr(p, 0, 0x10, &value);
	printf("MSR 0x10 of CPU 0: %s\n", rc ? strerror(-rc) : "read");
	check(!rc || rc == -ENOENT || rc == -EACCES || rc == -EPERM, "%s",
		strerror(-rc));
	check(children_faults() == before, "a child has run");
	tscal_platform_free(p);
}

static void affinity(cpu_set_t *set)
{
	check(!sched_getaffinity(0, sizeof(*set), set), "%s", strerror(errno));
}

/* Even where the environment makes hwloc believe in another machine. */
static void a_bound_thread_is_let_go(void)
{
	struct tscal_platform *p = probe_new();
	cpu_set_t before, bound, after;
	int rc;

	affinity(&before);
	rc = p->ops->pin(p);
	check(!rc, "%s", strerror(-rc));
	affinity(&bound);
	check(CPU_COUNT(&bound) == 1, "%d CPUs", CPU_COUNT(&bound));
	check(CPU_ISSET(sched_getcpu(), &bound), "on CPU %d", sched_getcpu());
	p->ops->unpin(p);
	affinity(&after);
	check(CPU_EQUAL(&before, &after), "another set of CPUs than before");
	/* Again, and the second binding does not become the one to restore. */
	check(!p->ops->pin(p) && !p->ops->pin(p), "pin");
	p->ops->unpin(p);
	affinity(&after);
	check(CPU_EQUAL(&before, &after), "another set of CPUs than before");
	tscal_platform_free(p);
}

static void bad_arguments_are_refused(void)
{
	struct tscal_platform *p;

	check(tscal_platform_probe((enum tscal_probe)0, &p) == -EINVAL,
		"a level that was never set is accepted");
	check(tscal_platform_probe((enum tscal_probe)7, &p) == -EINVAL,
		"level");
	check(tscal_platform_probe(TSCAL_PROBE_DEVICES, NULL) == -EINVAL,
		"no place for the platform");
}

int main(void)
{
	bad_arguments_are_refused();
	both_platforms_see_one_cpu();
	xens_prefix_faults_elsewhere();
	a_fifo_does_not_make_a_file_wait();
	devices_are_asked_and_closed();
	unnamed_kvm_is_not_opened();
	a_missing_msr_node_starts_no_program();
	a_bound_thread_is_let_go();
	check(!setenv("HWLOC_SYNTHETIC", "pack:1 core:1 pu:1", 1), "setenv");
	a_bound_thread_is_let_go();
	return 0;
}
