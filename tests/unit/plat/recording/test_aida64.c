/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Dumps of EVEREST, AIDA64 and InstLatX64, and files told by their form. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "plat/recording/recording.h"

#define LEAF_0 "CPUID 00000000: 0000001F-746E6543-736C7561-48727561"

static struct recording *parsed(const char *text)
{
	struct recording *rec = NULL;
	char err[300];
	int rc = rec_parse(text, strlen(text), &rec, err, sizeof(err));

	cr_assert(zero(int, rc), "%s", err);
	return rec;
}

static void expect_ebx(const struct recording *rec, uint32_t leaf,
	uint32_t subleaf, uint32_t ebx)
{
	const struct rec_answer *a = rec_find_cpuid(rec, leaf, subleaf);

	cr_assert(ne(ptr, (void *)a, NULL), "leaf 0x%x, 0x%x", leaf, subleaf);
	cr_expect(eq(u32, ((const struct plat_cpuid *)a->data)->ebx, ebx));
}

/* As a KX-7000 prints subleaf 16, HWP. */
Test(aida64, subleaves_are_hexadecimal)
{
	struct recording *rec = parsed(
		"------[ CPUID Registers / Logical CPU #0 ]------\n" LEAF_0
		" [CentaurHauls]\n"
		"CPUID 0000000D: 00000008-00000001-00000001-00000000 [SL 10] "
		"[HWP]\n");

	expect_ebx(rec, 0xd, 16, 1);
	cr_expect(eq(ptr, (void *)rec_find_cpuid(rec, 0xd, 10), NULL));
	rec_free(rec);
}

Test(aida64, the_first_cpu_alone_is_read)
{
	struct recording *rec = parsed(
		"------[ Logical CPU #0 ]------\r\n" LEAF_0 "\r\n"
		"CPUID 00000001: 000006FB-00020800-0000E3FD-BFEBFBFF\r\n"
		"------[ Logical CPU #1 ]------\r\n" LEAF_0 "\r\n"
		"CPUID 00000001: 000006FB-01020800-0000E3FD-BFEBFBFF\r\n");

	expect_ebx(rec, 1, 0, 0x00020800);
	rec_free(rec);
}

/* Only the first of lines without a number is certain. */
Test(aida64, lines_without_a_number_are_subleaf_0)
{
	struct recording *rec = parsed(
		LEAF_0 "\n"
		       "CPUID 00000004 00000000-00000001-00000000-00000000\n"
		       "CPUID 00000004 00000000-00000002-00000000-00000000\n");

	expect_ebx(rec, 4, 0, 1);
	cr_expect(eq(ptr, (void *)rec_find_cpuid(rec, 4, 1), NULL));
	rec_free(rec);
}

static void expect_refused(const char *text, size_t len, const char *says)
{
	struct recording *rec = NULL;
	char err[300];

	cr_expect(lt(int, rec_parse(text, len, &rec, err, sizeof(err)), 0));
	cr_expect(ne(ptr, strstr(err, says), NULL), "%s", err);
}

Test(aida64, damage_is_named_with_its_line)
{
	static const char text[] = LEAF_0 "\nCPUID 00000001: 000006FB-0002\n";
	static const char twice[] = LEAF_0
		" [SL 00]\n"
		"CPUID 00000004: 00000000-00000001-00000000-00000000 [SL 01]\n"
		"CPUID 00000004: 00000000-00000002-00000000-00000000 [SL 01]\n";

	expect_refused(text, sizeof(text) - 1,
		"line 2: expected 8 hexadecimal digits after \"000006FB-\", "
		"found \"0002\"");
	expect_refused(twice, sizeof(twice) - 1, "line 3: contradicts line 2");
}

#define EXPECT_REFUSED(text, says) expect_refused(text, sizeof(text) - 1, says)

Test(aida64, other_files_are_told_by_their_form)
{
	EXPECT_REFUSED("\x1f\x8b\x08\0", "compressed by gzip");
	EXPECT_REFUSED("\xfd"
		       "7zXZ\0\0\x04",
		"compressed by xz");
	EXPECT_REFUSED("\x28\xb5\x2f\xfd\x04", "compressed by zstd");
	/* libtscal without libtscal-probe. */
	EXPECT_REFUSED("version=0.6.2\nbasic_cpuid[0]=0000000d 0 0 0\n",
		"only a tscal with libtscal-probe reads, and only if "
		"it is whole");
	EXPECT_REFUSED("basic_cpuid[0]=0000000d 0 0 0\n",
		"only a tscal with libtscal-probe reads, and only if "
		"it is whole");
}
