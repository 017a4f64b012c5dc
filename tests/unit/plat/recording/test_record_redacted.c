/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a recording keeps and leaves out of what identifies the machine. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/stat.h>

#include "plat/sim/sim.h"
#include "unit/plat/recording/recorder.h"

TestSuite(record_redacted, .init = setup, .fini = teardown, .timeout = 60);

static struct sim sim;

static struct tscal_platform *machine(void)
{
	sim_init(&sim);
	return &sim.plat;
}

static void ask_for_secrets(struct tscal_platform *p)
{
	static const char *const files[] = {"/sys/class/dmi/id/product_serial",
		"/sys/class/dmi/id/product_uuid",
		"/sys/class/dmi/id/board_asset_tag",
		"/proc/sys/kernel/random/boot_id", "/etc/machine-id",
		"/proc/cmdline"};
	struct plat_cpuid regs;
	char buf[200];
	uint64_t msr;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		sim_add_file(&sim, files[i],
			"secret root=UUID=secret tsc=reliable\tsecret "
			"ip=secret clocksource=tsc nopv tsc_secret\n");
		/* The caller sees all of it. */
		cr_assert(
			le(int, 50, p->ops->read_file(p, files[i], buf, 200)));
		cr_assert(zero(int, strncmp(buf, "secret root", 11)));
	}
	sim_add_cpuid(&sim, 3, 0, 0x5ec5ec, 0, 0, 0);
	sim_add_msr(&sim, 0, 0x4f, 0x5ec5ec);
	sim_add_msr(&sim, 0, 0xc00102f1, 0x5ec5ec);
	cr_assert(zero(int, p->ops->cpuid(p, 3, 0, &regs)));
	cr_assert(eq(u32, regs.eax, 0x5ec5ec));
	cr_assert(zero(int, p->ops->rdmsr(p, 0, 0x4f, &msr)));
	cr_assert(zero(int, p->ops->rdmsr(p, 0, 0xc00102f1, &msr)));
}

Test(record_redacted, holds_nothing_that_identifies_the_machine)
{
	struct tscal_platform *p = recorder(machine(), true);
	char *text;

	ask_for_secrets(p);
	cr_assert(zero(int, tscal_platform_free(p)));
	text = slurp();
	cr_assert(zero(ptr, strstr(text, "secret")), "%s", text);
	cr_assert(zero(ptr, strstr(text, "5ec5ec")), "%s", text);
	cr_assert(zero(ptr, strstr(text, "msr")), "%s", text);
	/* And what the report depends on. */
	cr_assert(
		not(zero(ptr, strstr(text, "\"/proc/cmdline\": \"tsc=reliable "
					   "clocksource=tsc nopv\\n\""))),
		"%s", text);
	tscal_platform_free(replayed());
}

/* As the kernel separates its words. */
Test(record_redacted, quotes_of_the_command_line)
{
	static const char *const cases[][2] = {
		{"a=\"secret tsc=unstable b\" nopv\n", "\"nopv\\n\""},
		{"\"tsc=unstable\" secret\n", "\\\"tsc=unstable\\\"\\n\""},
		{"nopv tsc=\"reliable secret\n", "\"nopv\\n\""},
		{"secret -- tsc=unstable\n", "\"-- tsc=unstable\\n\""},
		{"\" nopv\n", "\"\\n\""},
		{"nopv", "\"nopv\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tscal_platform *p;
		char buf[200];

		p = recorder(machine(), true);
		sim_add_file(&sim, "/proc/cmdline", cases[i][0]);
		cr_assert(le(int, 1,
			p->ops->read_file(p, "/proc/cmdline", buf, 200)));
		cr_assert(zero(int, tscal_platform_free(p)));
		cr_expect(not(zero(ptr, strstr(slurp(), cases[i][1]))), "%s%s",
			cases[i][0], slurp());
		cr_expect(zero(ptr, strstr(slurp(), "secret")), "%s", slurp());
		cr_assert(zero(int, unlink(path)));
	}
}

/* What runs the program is kept, and nothing else about it. */
Test(record_redacted, names_and_ids_of_processes)
{
	static const char status[] = "/proc/self/status";
	static const char comm[] = "/proc/77/comm";
	static const struct {
		const char *path, *text, *kept;
	} rows[] = {
		{status,
			"Name:\tsecret\nUmask:\t0022\nTracerPid:\t77\n"
			"Uid:\t5333\t5333\t5333\t5333\nGroups:\t5333\n",
			"\"Name:\\t-\\nTracerPid:\\t77\\n\""},
		{status, "Name:\tnone-amd64-linu\nUid:\t5333\n",
			"\"Name:\\tnone-amd64-linu\\n\""},
		{status, "Name:\tcachegrind-amd6\nUid:\t5333\n",
			"\"Name:\\tcachegrind-amd6\\n\""},
		{status, "Name:\tqemu-x86_64\nTracerPid:\t0\nUid:\t5333",
			"\"Name:\\tqemu-x86_64\\nTracerPid:\\t0\\n\""},
		{status, "Name:\nUid:\t5333\n", "\"\""},
		{comm, "rr\n", "\"rr\\n\""},
		{comm, "secret\n", "\"-\""},
		{comm, "rr_secret\n", "\"-\""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tscal_platform *p = recorder(machine(), true);
		char buf[200];

		sim_add_file(&sim, rows[i].path, rows[i].text);
		cr_assert(le(
			int, 1, p->ops->read_file(p, rows[i].path, buf, 200)));
		cr_assert(zero(int, tscal_platform_free(p)));
		cr_expect(not(zero(ptr, strstr(slurp(), rows[i].kept))),
			"%zu: %s", i, slurp());
		cr_expect(zero(ptr, strstr(slurp(), "secret")), "%s", slurp());
		cr_expect(zero(ptr, strstr(slurp(), "5333")), "%s", slurp());
		cr_assert(zero(int, unlink(path)));
	}
}

Test(record_redacted, without_redaction_all_is_kept_for_the_owner_alone)
{
	struct tscal_platform *p = recorder(machine(), false);
	struct stat st;

	umask(0);
	ask_for_secrets(p);
	cr_assert(zero(int, tscal_platform_free(p)));
	cr_assert(not(zero(ptr, strstr(slurp(), "product_serial\": \"sec"))));
	cr_assert(not(zero(ptr, strstr(slurp(), "5ec5ec"))));
	cr_assert(zero(int, stat(path, &st)));
	cr_assert(eq(int, st.st_mode & 0777, 0600));
}
