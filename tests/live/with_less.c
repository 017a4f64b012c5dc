/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Calibrating with less than a process usually has: a child loses something
 * and calibrates with what is left, its parent compares.
 *
 * usage: live_with_less proc|descriptors|most-calls|all-calls|prctl
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef WITH_PROBE
#include <tscal/probe.h>
#endif
#include <tscal/tscal.h>

#include "live.h"

/* A measurement that a busy machine spoils is taken again. */
#define TRIES 5
/* Memory the child may still use where no more can be had, in bytes. */
#define RESERVE (1 << 19)

/* What the child found, in memory shared with its parent. */
struct outcome {
	int not_lost; /* errno: it could not be taken away */
	int rc, rc_raw, rc_probe;
	struct tscal_info info;
	struct tscal_info raw;	 /* by clock-raw alone */
	struct tscal_info probe; /* with devices allowed */
};

static char empty_dir[] = "/tmp/tscal-root-XXXXXX";

/* No /proc and no /sys.  In a user namespace of its own any user has root's
 * rights, where there are such. */
static int lose_proc(void)
{
	if (chroot(empty_dir) && (unshare(CLONE_NEWUSER) || chroot(empty_dir)))
		return errno;
	return chdir("/") ? errno : 0;
}

/* Not one file can be opened. */
static int lose_descriptors(void)
{
	struct rlimit none = {3, 3};
	int fd;

	/* Whatever started us may have closed some of 0, 1 and 2. */
	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd < 3)
		;
	if (fd >= 3)
		close(fd);
	return setrlimit(RLIMIT_NOFILE, &none) ? errno : 0;
}

#define CALL_NUMBER                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define IF_CALL(nr, answer)                                                    \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1),                       \
		BPF_STMT(BPF_RET | BPF_K, (answer))
#define OTHERWISE(answer) BPF_STMT(BPF_RET | BPF_K, (answer))
#define ALLOW SECCOMP_RET_ALLOW
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)

static int install(struct sock_filter *filter, size_t n)
{
	struct sock_fprog program = {
		.len = (unsigned short)n,
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return errno;
	return 0;
}

static int lose_most_calls(void)
{
	struct sock_filter filter[] = {
		CALL_NUMBER,
		IF_CALL(SYS_clock_gettime, ALLOW),
		IF_CALL(SYS_read, ALLOW),
		IF_CALL(SYS_write, ALLOW),
		IF_CALL(SYS_exit, ALLOW),
		IF_CALL(SYS_exit_group, ALLOW),
		OTHERWISE(REFUSE),
	};

	return install(filter, sizeof(filter) / sizeof(*filter));
}

/* Clocks can still be read where the vDSO does it alone. */
static int lose_all_calls(void)
{
	struct sock_filter filter[] = {
		CALL_NUMBER,
		IF_CALL(SYS_exit_group, ALLOW),
		OTHERWISE(REFUSE),
	};
	struct timespec ts;
	int rc = install(filter, sizeof(filter) / sizeof(*filter));

	if (!rc && clock_gettime(CLOCK_MONOTONIC_RAW, &ts))
		rc = errno;
	return rc;
}

static int lose_prctl(void)
{
	struct sock_filter filter[] = {
		CALL_NUMBER,
		IF_CALL(SYS_prctl, REFUSE),
		OTHERWISE(ALLOW),
	};

	return install(filter, sizeof(filter) / sizeof(*filter));
}

static const struct {
	const char *name;
	int (*lose)(void);
	bool sees_kernel; /* how the kernel got its rate */
} losses[] = {
	{"proc", lose_proc, false},
	{"descriptors", lose_descriptors, false},
	{"most-calls", lose_most_calls, false},
	{"all-calls", lose_all_calls, false},
	{"prctl", lose_prctl, true},
};
#define N_LOSSES (sizeof(losses) / sizeof(*losses))

static int calibrate(const struct tscal_opts *opts, struct tscal_info *info)
{
	int rc = 0;

	for (int i = 0; i < TRIES; i++) {
		rc = tscal_calibrate(opts, info);
		if (rc || info->hz > 0)
			break;
	}
	return rc;
}

static void find_out(struct outcome *o)
{
	struct tscal_opts only_raw = TSCAL_OPTS_INIT;

	only_raw.only = 1 << TSCAL_SOURCE_CLOCK_RAW;
	o->rc = calibrate(NULL, &o->info);
	o->rc_raw = calibrate(&only_raw, &o->raw);
#ifdef WITH_PROBE
	struct tscal_opts probe = TSCAL_OPTS_INIT;

	o->rc_probe = tscal_platform_probe(
		TSCAL_PROBE_DEVICES, &probe.platform);
	if (o->rc_probe)
		return;
	o->rc_probe = calibrate(&probe, &o->probe);
	tscal_platform_free(probe.platform);
#else
	o->probe = o->info;
#endif
}

static void run_child(int (*lose)(void), struct outcome *o)
{
	pid_t child = fork();
	int status;

	check(child >= 0, "%s", strerror(errno));
	if (!child) {
		void *volatile reserve;

		/* From the heap, and to stay there. */
		mallopt(M_MMAP_THRESHOLD, RESERVE * 2);
		mallopt(M_TRIM_THRESHOLD, RESERVE * 2);
		reserve = malloc(RESERVE);

		o->not_lost = lose();
		free(reserve);
		if (!o->not_lost)
			find_out(o);
		_exit(0);
	}
	check(waitpid(child, &status, 0) == child, "%s", strerror(errno));
	check(WIFEXITED(status) && !WEXITSTATUS(status), "wait status 0x%x",
		(unsigned)status);
}

static void near(const struct tscal_info *with, const struct tscal_info *info)
{
	check(info->hz > 0, "%s", info->rate_sentence);
	check(fabs(info->hz / with->hz - 1) < 100e-6, "%.0f Hz, not %.0f",
		info->hz, with->hz);
}

static void test(size_t i, struct outcome *o)
{
	struct tscal_info with;

	check(mkdtemp(empty_dir), "%s", strerror(errno));
	run_child(losses[i].lose, o);
	rmdir(empty_dir);
	if (o->not_lost)
		skip("%s cannot be taken away here: %s", losses[i].name,
			strerror(o->not_lost));
	/* Not before the child, which would inherit what was learnt. */
	check(!calibrate(NULL, &with), "no calibration with everything");
	if (with.hz <= 0)
		fail_or_skip("%s", with.rate_sentence);
	check(!o->rc, "%s", strerror(-o->rc));
	check(!o->rc_raw, "%s", strerror(-o->rc_raw));
	check(!o->rc_probe, "%s", strerror(-o->rc_probe));
	near(&with, &o->info);
	near(&with, &o->probe);
	near(&with, &o->raw);
	check(o->raw.source == TSCAL_SOURCE_CLOCK_RAW, "%s",
		tscal_source_str(o->raw.source));
	printf("without %s: %s, %s\n", losses[i].name, o->info.rate_sentence,
		o->info.use_sentence);
	if (losses[i].sees_kernel)
		return;
	check(o->raw.roots == TSCAL_ROOT_UNKNOWN, "roots 0x%x", o->raw.roots);
	check(o->info.rejected_by_kernel == -1, "rejected %d",
		o->info.rejected_by_kernel);
	check(o->info.cpus == 0, "%d CPUs", o->info.cpus);
	check(o->info.use != TSCAL_USE_NO, "use %s: %s",
		tscal_use_str(o->info.use), o->info.use_sentence);
}

int main(int argc, char **argv)
{
	struct outcome *o = mmap(NULL, sizeof(*o), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t i = 0;

	check(o != MAP_FAILED, "%s", strerror(errno));
	while (i < N_LOSSES && (argc != 2 || strcmp(argv[1], losses[i].name)))
		i++;
	check(i < N_LOSSES, "which loss?");
	test(i, o);
	return 0;
}
