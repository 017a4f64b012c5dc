/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A user without rights, and without /dev/kvm, gets the same rate as root to
 * 1 ppm, no error, and for every source that could not be asked a reason. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tscal/probe.h>
#include <tscal/tscal.h>

#include "live.h"

#define NOBODY 65534
#define TRIES 5
#define PPM 1e-6
#define EVERY_SOURCE (((UINT64_C(1) << TSCAL_SOURCE_COUNT) - 1) & ~UINT64_C(1))

struct outcome {
	int rc;
	struct tscal_info info;
	size_t n;
	struct tscal_line line[TSCAL_SOURCE_COUNT];
};

static struct outcome *shared(void)
{
	void *p = mmap(NULL, sizeof(struct outcome), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED, "%s", strerror(errno));
	return p;
}

/* False when a busy machine spoilt the measurement. */
static bool report(const struct tscal_opts *opts, struct outcome *o)
{
	struct tscal_report *r;
	bool spoilt = false;

	o->rc = tscal_report_new(opts, &r);
	if (o->rc)
		return true;
	o->info = *tscal_report_info(r);
	o->n = tscal_report_count(r);
	for (size_t i = 0; i < o->n; i++) {
		o->line[i] = *tscal_report_line(r, i);
		o->line[i].name = NULL; /* of another process */
		spoilt |= o->line[i].status == TSCAL_STATUS_UNSTABLE;
	}
	tscal_report_free(r);
	return !spoilt;
}

/* Devices allowed, every source asked by name. */
static void find_out(struct outcome *o)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	o->rc = tscal_platform_probe(TSCAL_PROBE_DEVICES, &opts.platform);
	if (o->rc)
		return;
	opts.only = EVERY_SOURCE;
	opts.budget_ms = 1000;
	for (int i = 0; i < TRIES && !report(&opts, o); i++)
		;
	tscal_platform_free(opts.platform);
}

static void find_out_as_nobody(struct outcome *o)
{
	pid_t child = fork();
	int status;

	check(child >= 0, "%s", strerror(errno));
	if (!child) {
		o->rc = setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)
				? -errno
				: 0;
		if (!o->rc)
			find_out(o);
		_exit(0);
	}
	check(waitpid(child, &status, 0) == child, "%s", strerror(errno));
	check(WIFEXITED(status) && !WEXITSTATUS(status), "wait status 0x%x",
		(unsigned)status);
}

static void compare_lines(
	const struct tscal_line *root, const struct tscal_line *nobody)
{
	const char *name = tscal_source_str(nobody->id);

	check(root->id == nobody->id, "another order of sources");
	check(nobody->sentence[0], "%s gives no reason", name);
	check(nobody->status != TSCAL_STATUS_ERROR, "%s: %s", name,
		nobody->sentence);
	if (nobody->status == TSCAL_STATUS_DENIED)
		printf("%s: %s\n", name, nobody->sentence);
	/* What only root can ask is denied, not absent: it is there. */
	if (root->hz > 0 && nobody->hz <= 0)
		check(nobody->status == TSCAL_STATUS_DENIED, "%s is %s: %s",
			name, tscal_status_str(nobody->status),
			nobody->sentence);
}

int main(void)
{
	struct outcome *root, *nobody;

	if (getuid())
		skip("not root, so there are no rights to give up");
	root = shared();
	nobody = shared();
	find_out(root);
	check(!root->rc, "as root: %s", strerror(-root->rc));
	if (root->info.hz <= 0)
		fail_or_skip("%s", root->info.rate_sentence);
	find_out_as_nobody(nobody);
	check(!nobody->rc, "as nobody: %s", strerror(-nobody->rc));

	printf("%.3f Hz as root, %.3f Hz as nobody\n", root->info.hz,
		nobody->info.hz);
	check(nobody->info.hz > 0, "%s", nobody->info.rate_sentence);
	check(nobody->info.hz_lo / (1 + PPM) <= root->info.hz_hi &&
			root->info.hz_lo / (1 + PPM) <= nobody->info.hz_hi,
		"more than 1 ppm apart, beyond what each allows for");
	check(nobody->info.use == root->info.use, "use %s: %s",
		tscal_use_str(nobody->info.use), nobody->info.use_sentence);
	check(root->n == nobody->n, "%zu lines, %zu lines", root->n, nobody->n);
	for (size_t i = 0; i < root->n; i++)
		compare_lines(&root->line[i], &nobody->line[i]);
	return 0;
}
