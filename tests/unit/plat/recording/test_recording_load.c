/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which files are read as recordings, and in which bounds. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tscal/calibrate.h>

#include "plat/recording/recording.h"
#include "unit/temp_file.h"

#define HEAD "tscal-recording 1\n"

static char err[300];

TestSuite(recording_load, .init = setup, .fini = teardown, .timeout = 60);

static int replay_file(struct tscal_platform **p)
{
	memset(err, '#', sizeof(err));
	return tscal_platform_replay(path, p, err, sizeof(err));
}

Test(recording_load, a_missing_file_is_reported)
{
	struct tscal_platform *p;

	cr_assert(eq(int, replay_file(&p), -ENOENT));
	cr_assert(eq(str, err, "cannot be opened: No such file or directory"));
}

Test(recording_load, a_directory_is_no_recording)
{
	struct tscal_platform *p;

	cr_assert(eq(int, tscal_platform_replay(dir, &p, err, sizeof(err)),
		-EISDIR));
	cr_assert(eq(str, err, "is a directory"));
}

Test(recording_load, a_fifo_does_not_make_it_wait)
{
	struct tscal_platform *p;

	cr_assert(zero(int, mkfifo(path, 0600)));
	cr_assert(eq(int, replay_file(&p), -EINVAL));
	cr_assert(eq(str, err, "is not a regular file"));
}

/* Sparse: reading it would take 100 MB of memory. */
Test(recording_load, a_file_of_100_mb_is_refused_unread)
{
	struct tscal_platform *p;

	fclose(fopen(path, "w"));
	cr_assert(zero(int, truncate(path, 100 << 20)));
	cr_assert(eq(int, replay_file(&p), -EBADMSG));
	cr_assert(eq(str, err, "is too large: a recording has at most 16 MB"));
}

/* Its size is 0 for stat(2), and it holds 256 GB. */
Test(recording_load, a_file_that_grows_while_it_is_read_is_refused)
{
	const char *endless = "/proc/self/pagemap";
	struct tscal_platform *p;
	struct rusage used;

	if (access(endless, R_OK))
		cr_skip_test("no %s", endless);
	cr_assert(eq(int, tscal_platform_replay(endless, &p, err, sizeof(err)),
		-EBADMSG));
	cr_assert(eq(str, err, "is too large: a recording has at most 16 MB"));
	/* And was not kept until it was found to be too large: in kB, with
	 * what AddressSanitizer holds back. */
	cr_assert(zero(int, getrusage(RUSAGE_SELF, &used)));
	cr_assert(lt(long, used.ru_maxrss, 400000));
}

Test(recording_load, a_file_of_the_largest_size_is_read_in_bounded_time)
{
	struct tscal_platform *p;
	FILE *f = fopen(path, "w");
	size_t len = strlen(HEAD);

	/* 80 bytes a leaf: 200000 different ones of one CPU. */
	fputs("CPU 0:\n", f);
	for (unsigned leaf = 0; len + 100 < REC_TEXT_MAX; leaf++)
		len += (size_t)fprintf(f,
			"   0x%08x 0x00: eax=0x00000000 ebx=0x00000000 "
			"ecx=0x00000000 edx=0x00000000\n",
			leaf);
	fclose(f);
	cr_assert(zero(int, replay_file(&p)), "%s", err);
	cr_assert(zero(int, tscal_platform_free(p)));
}

Test(recording_load, a_bad_file_needs_no_room_for_a_message)
{
	struct tscal_platform *p;
	FILE *f = fopen(path, "w");

	fputs("bad\n", f);
	fclose(f);
	cr_assert(eq(int, tscal_platform_replay(path, &p, NULL, 0), -EBADMSG));
}
