/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plat/vdso_pages.h"
#include "seccomp.h"

/* Pages of a region by /proc/self/maps; 0: no such region. */
static unsigned pages_of(const char *name)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	unsigned pages = 0;
	char line[512];

	cr_assert(ne(ptr, f, NULL));
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) < strlen(name) ||
			strcmp(line + strlen(line) - strlen(name), name))
			continue;
		cr_assert(eq(int, sscanf(line, "%lx-%lx", &from, &to), 2));
		pages = (unsigned)((to - from) / PLAT_PAGE_SIZE);
	}
	fclose(f);
	return pages;
}

static void check_region(enum plat_page which, const char *name)
{
	unsigned pages = pages_of(name);
	unsigned char buf[PLAT_PAGE_SIZE];

	/* Twice: the second pass uses what the first one found. */
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < pages; i++) {
			int rc = vdso_page_copy(which, i, buf);

			/* A page without memory is -EFAULT, no SIGBUS. */
			cr_assert(rc == 0 || rc == -EFAULT);
		}
		cr_assert(eq(int, vdso_page_copy(which, pages, buf), -ENOENT));
		cr_assert(
			eq(int, vdso_page_copy(which, 1u << 30, buf), -ENOENT));
	}
}

Test(vdso_pages, a_region_ends_as_in_maps_and_holes_do_not_crash)
{
	check_region(PLAT_PAGE_VVAR, "[vvar]");
	check_region(PLAT_PAGE_VVAR_VCLOCK, "[vvar_vclock]");
}

Test(vdso_pages, looking_up_one_region_first_does_not_lose_the_other)
{
	unsigned char buf[PLAT_PAGE_SIZE];

	(void)vdso_page_copy(PLAT_PAGE_VVAR_VCLOCK, 0, buf);
	if (pages_of("[vvar]"))
		cr_assert(eq(int, vdso_page_copy(PLAT_PAGE_VVAR, 0, buf), 0));
}

/* Kernels before 6.11 do not have the ioctl, and filters refuse it. */
static void refuse_ioctl(void)
{
	if (refuse_call(SYS_ioctl, ENOTTY))
		_exit(77);
}

Test(vdso_pages, without_the_ioctl_the_text_of_maps_is_read)
{
	unsigned vvar = pages_of("[vvar]"), vclock = pages_of("[vvar_vclock]");
	unsigned char buf[PLAT_PAGE_SIZE];
	int status;
	pid_t pid = fork();

	if (!pid) {
		refuse_ioctl();
		if (vvar && vdso_page_copy(PLAT_PAGE_VVAR, 0, buf))
			_exit(1);
		if (vdso_page_copy(PLAT_PAGE_VVAR, vvar, buf) != -ENOENT)
			_exit(2);
		if (vclock && vdso_page_copy(PLAT_PAGE_VVAR_VCLOCK, vclock - 1,
				      buf) == -ENOENT)
			_exit(3);
		if (vdso_page_copy(PLAT_PAGE_VVAR_VCLOCK, vclock, buf) !=
			-ENOENT)
			_exit(4);
		_exit(0);
	}
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(eq(int, WIFEXITED(status) ? 1 : 0, 1));
	if (WEXITSTATUS(status) == 77)
		cr_skip("no seccomp here");
	cr_assert(eq(int, WEXITSTATUS(status), 0));
}
