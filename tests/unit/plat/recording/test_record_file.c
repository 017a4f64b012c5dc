/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The file of a recording: when it is created, written and kept. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "plat/sim/sim.h"
#include "unit/plat/recording/recorder.h"

TestSuite(record_file, .init = setup, .fini = teardown, .timeout = 60);

static struct sim sim;

static struct tscal_platform *machine(void)
{
	sim_init(&sim);
	return &sim.plat;
}

Test(record_file, never_overwrites)
{
	struct tscal_platform *p;
	FILE *f = fopen(path, "w");

	fputs("precious", f);
	fclose(f);
	cr_assert(eq(int, tscal_platform_record(machine(), path, true, &p),
		-EEXIST));
	cr_assert(eq(str, slurp(), "precious"));
}

Test(record_file, a_missing_directory_is_reported_at_once)
{
	struct tscal_platform *p;

	strcat(path, "/g");
	cr_assert(eq(int, tscal_platform_record(machine(), path, true, &p),
		-ENOENT));
}

/* As on a full disk. */
Test(record_file, reports_that_not_all_could_be_written)
{
	struct tscal_platform *inner = machine(), *p;
	struct rlimit limit = {.rlim_cur = 100, .rlim_max = 100};
	struct plat_cpuid regs;

	for (uint32_t i = 0; i < 5; i++)
		sim_add_cpuid(&sim, i, 0, i, 0, 0, 0);
	p = recorder(inner, true);
	for (uint32_t i = 0; i < 5; i++)
		p->ops->cpuid(p, i, 0, &regs);
	signal(SIGXFSZ, SIG_IGN);
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &limit)));
	cr_assert(eq(int, tscal_platform_free(p), -EFBIG));
	/* A part of a recording would block the next one. */
	cr_assert(eq(int, access(path, F_OK), -1));
}

/* Ctrl-C keeps the files written until then. */
Test(record_file, a_run_that_is_interrupted_leaves_no_file)
{
	struct tscal_platform *p = recorder(machine(), true);
	struct plat_cpuid regs;

	p->ops->cpuid(p, 0, 0, &regs);
	cr_assert(eq(int, access(path, F_OK), -1));
	cr_assert(zero(int, tscal_platform_free(p)));
	cr_assert(zero(int, access(path, F_OK)));
}

Test(record_file, a_file_that_appears_meanwhile_is_kept)
{
	struct tscal_platform *p = recorder(machine(), true);
	FILE *f = fopen(path, "w");

	fputs("precious", f);
	fclose(f);
	cr_assert(eq(int, tscal_platform_free(p), -EEXIST));
	cr_assert(eq(str, slurp(), "precious"));
}

/* A relative path means what it meant when it was given. */
Test(record_file, a_program_may_change_its_directory_meanwhile)
{
	struct tscal_platform *p;

	cr_assert(zero(int, chdir(dir)));
	cr_assert(zero(int, tscal_platform_record(machine(), "f", true, &p)));
	cr_assert(zero(int, chdir("/")));
	cr_assert(zero(int, tscal_platform_free(p)));
	cr_assert(zero(int, access(path, F_OK)));
}

Test(record_file, a_descriptor_gets_all_and_stays_open)
{
	struct tscal_platform *p;
	struct plat_cpuid regs;
	FILE *f = fopen(path, "w");
	int fd = fileno(f);

	cr_assert(zero(int, tscal_platform_record_fd(machine(), fd, true, &p)));
	p->ops->cpuid(p, 0, 0, &regs);
	cr_assert(zero(int, tscal_platform_free(p)));
	cr_assert(eq(int, fputs("# after\n", f) < 0, 0));
	fclose(f);
	cr_assert(ne(ptr, strstr(slurp(), "\nend\n# after\n"), NULL));
}

Test(record_file, a_descriptor_that_cannot_be_written_is_refused_at_once)
{
	struct tscal_platform *p;
	FILE *f = fopen("/dev/null", "r");

	cr_assert(eq(int,
		tscal_platform_record_fd(machine(), fileno(f), true, &p),
		-EBADF));
	fclose(f);
	cr_assert(eq(int, tscal_platform_record_fd(machine(), -1, true, &p),
		-EBADF));
}
