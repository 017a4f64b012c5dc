/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The text of recordings: what is read, what is refused, and the messages. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plat/recording/recording.h"

#define HEAD "tscal-recording 1\n"
#define REGS "eax=0x00000001 ebx=0x00000002 ecx=0x00000003 edx=0x00000004"
#define OTHER "eax=0x00000001 ebx=0x00000002 ecx=0x00000003 edx=0x00000005"

#define PAIR                                                                   \
	"rounds=4294967295 lo=-4611686018427387903 hi=4611686018427387903 "    \
	"apart=1 moved=1 warp=9223372036854775807 ticks=1 ns=2 aux=-1"

/* One line of each kind, in the form and order in which they are written. */
static const char all_kinds[] = HEAD
	"cpuid 0x00000001 0x00: " REGS "\n"
	"cpuid 0x40000200-0x40000600/0x100 0x00: " REGS "\n"
	"CPU:\n"
	"   0x00000000 0x00: " REGS "\n"
	"CPU 3:\n"
	"   0x00000000 0x00: " OTHER "\n"
	"   0x0000000d 0x3f: " REGS "\n"
	"xen-cpuid 0x40000003 0x01: " REGS "\n"
	"xen-cpuid 0x40000003 0x02: -EFAULT\n"
	"msr 0 0x000000ce: 0x80000000\n"
	"msr 1 0x00000010: -EIO\n"
	"file \"/a b\": \"\\x00\\xff\\\\\\\"\\n\\t~\"\n"
	"file \"/empty\": \"\"\n"
	"file \"/none\": -ENOENT\n"
	"adjtimex 0: state=5 status=0x40 freq=-1245184 offset_ns=-3 "
	"tick=10000 maxerror_us=16000000 tai=-1\n"
	"adjtimex 1: -EPERM\n"
	"page vvar 0: 0x0=0x1 0x20=0x629b89 0xffc=0xffffffff\n"
	"page vvar 1: -EFAULT\n"
	"page vvar_vclock 0:\n"
	"perf-page: cap_user_time=1 time_shift=31 time_mult=4294967295\n"
	"kvm-khz: -E4095\n"
	"tsc-access: sigsegv\n"
	"cpus: 0 1 2147483647\n"
	"pair 0 1: " PAIR "\n"
	"pair 0 2: rounds=99 lo=-5 hi=9 apart=0 moved=0 warp=0 "
	"ticks=18446744073709551615 ns=1 aux=-1\n"
	"pair 0 2147483647: -ENXIO\n"
	"counter rdtsc: num=1 den=1 width=64 spin=0\n"
	"counter clock-raw: num=1000000000 den=3 width=24 spin=1\n"
	"samples rdtsc 0:\n"
	"samples clock-raw 0: -1/9223372036854775807/26 -5/-7/-1\n"
	"samples clock-raw 1: -EIO\n"
	"end\n";

static char err[300];

static struct recording *parsed(const char *text)
{
	struct recording *rec;
	int rc = rec_parse(text, strlen(text), &rec, err, sizeof(err));

	cr_assert(zero(int, rc), "%s", err);
	return rec;
}

static char *written(const struct recording *rec)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	rec_write(rec, NULL, f);
	fclose(f);
	return text;
}

Test(recording, every_kind_of_line_is_written_as_it_was_read)
{
	struct recording *rec = parsed(all_kinds);
	char *text = written(rec);

	cr_assert(eq(str, text, (char *)all_kinds));
	free(text);
	rec_free(rec);
}

Test(recording, any_byte_of_a_file_is_kept)
{
	char bytes[256], *text;
	struct rec_key key = {.kind = REC_FILE, .path = "/p\n\"\\\x80"};
	struct rec_answer a = {.size = sizeof(bytes), .data = bytes};
	struct recording *rec = rec_new(), *again;
	const struct rec_answer *got;

	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	cr_assert(zero(int, rec_add(rec, &key, &a)));
	text = written(rec);
	again = parsed(text);
	got = rec_find(again, &key);
	cr_assert(ne(ptr, (void *)got, NULL));
	cr_assert(eq(sz, got->size, 256));
	cr_assert(zero(int, memcmp(got->data, bytes, 256)));
	free(text);
	rec_free(rec);
	rec_free(again);
}

/* A recording without its end must not look like a machine with fewer answers
 * or shorter numbers. */
Test(recording, cut_off_at_any_byte_is_refused)
{
	for (size_t len = 0; len < sizeof(all_kinds) - 1; len++) {
		struct recording *rec;
		int rc = rec_parse(all_kinds, len, &rec, err, sizeof(err));

		cr_assert(eq(int, rc, -EBADMSG), "%zu bytes", len);
		cr_assert(eq(ptr, (void *)rec, NULL));
		cr_assert(not(zero(ptr, strstr(err, "line "))));
	}
}

struct refused {
	const char *text, *sentence;
};

static const struct refused refused[] = {
	{"", "line 1: the file is empty"},
	{"\n\n# nothing\n", "line 1: the file is empty"},
	{"hello\n", "not a recording of tscal, and not the output of "
		    "\"cpuid -r\" (line 1: \"hello\"): run \"tscal record "
		    "FILE\" or \"cpuid -1 -r > FILE\" on the machine"},
	{"\xc3\xa9t\xc3\xa9 \"x\"\n",
		"not a recording of tscal, and not the output of \"cpuid -r\" "
		"(line 1: \"\\xc3\\xa9t\\xc3\\xa9 \\\"x\\\"\"): run "},
	{"tscal-recording\n", "line 1: expected \" \" after "
			      "\"tscal-recording\", found the end of the line"},
	{"tscal-recording 2\nend\n", "line 1: version 2"},
	{"tscal-recording 1 x\n", "line 1: expected the end of the line after "
				  "\"1\", found \" x\""},
	{HEAD, "line 2: no line \"end\""},
	{HEAD "end\nkvm-khz: 1\n", "line 3: something after"},
	{HEAD "end of it\n", "line 2: expected the end of the line after "
			     "\"end\", found \" of it\""},
	{HEAD "frobnicate 1: 2\nend\n",
		"line 2: unknown kind of line \"frobnicate\""},
	{HEAD "kvm-khz: 1", "line 2: no newline"},
	{HEAD "kvm-khz: 1\nkvm-khz: 2\nend\n", "line 3: contradicts line 2: "},
	{HEAD "kvm-khz: 4294967296\nend\n",
		"line 2: expected a decimal number in range after \"kvm-khz: "
		"\", found \"4294967296\""},
	{HEAD "kvm-khz: 1 2\nend\n", "line 2: expected the end of the line "
				     "after \"1\", found \" 2\""},
	{HEAD "kvm-khz: 1\t2\nend\n", "line 2: expected the end of the line "
				      "after \"1\", found \"\\t2\""},
	{HEAD "kvm-khz: -ENONSENSE\nend\n",
		"line 2: expected the name of an error after \"kvm-khz: \", "
		"found \"-ENONSENSE\""},
	{HEAD "kvm-khz: -E4096\nend\n",
		"line 2: expected the name of an error after \"kvm-khz: \", "
		"found \"-E4096\""},
	{HEAD "kvm-khz\nend\n", "line 2: expected \":\" after \"kvm-khz\", "
				"found the end of the line"},
	{HEAD "cpuid 0x1 0x0: eax=0x1\nend\n",
		"line 2: expected \"0x\" and 8 hexadecimal digits after "
		"\"eax=\", found \"0x1\""},
	{HEAD "cpuid 0x100000000 0x0: " REGS "\nend\n",
		"line 2: expected \"0x\" and a hexadecimal number in range "
		"after \"cpuid \", found \"0x100000000 0x0: eax\""},
	{HEAD "cpuid 0x1-0x8/0x2 0x0: " REGS "\nend\n",
		"line 2: expected a range FIRST-LAST/STEP that ends with LAST "
		"after \"cpuid \", found \"0x1-0x8/0x2 0x0: eax\""},
	{HEAD "cpuid 0x1-0x8/0x0 0x0: " REGS "\nend\n",
		"line 2: expected a range FIRST-LAST/STEP that ends with LAST "
		"after \"cpuid \", found \"0x1-0x8/0x0 0x0: eax\""},
	{HEAD "cpuid 0x8-0x1/0x1 0x0: " REGS "\nend\n",
		"line 2: expected a range FIRST-LAST/STEP that ends with LAST "
		"after \"cpuid \", found \"0x8-0x1/0x1 0x0: eax\""},
	{HEAD "cpuid 0x0-0x8/0x2 0x0: " REGS "\n"
	      "cpuid 0x1-0x5/0x2 0x0: " OTHER "\nend\n",
		"line 3: contradicts line 2: "},
	{HEAD "0x00000001 0x00: " REGS "\nend\n", "line 2: a leaf before"},
	{"CPU 0:\n   0x00000001-0x00000003/0x1 0x00: " REGS "\n",
		"line 2: a range of leaves needs the word \"cpuid\""},
	{"CPU 0:\n", "line 2: no leaf at all"},
	{"CPU x:\n", "not a recording of tscal, and not the output of "
		     "\"cpuid -r\" (line 1: \"CPU x:\"): run "},
	{"CPU 0:\n   0x00000000 0x00: " REGS "\nkvm-khz: 1\n",
		"line 3: a kvm-khz line needs \"tscal-recording 1\""},
	{"CPU 0:\n   0x00000000 0x00: " REGS "\n   0x00000000 0x00: " OTHER
	 "\n",
		"line 3: contradicts line 2: "},
	{HEAD "msr 0: 1\nend\n",
		"line 2: expected \" \" after \"0\", found \": 1\""},
	{HEAD "file \"rel\": \"\"\nend\n",
		"line 2: expected an absolute path after \"file \", found "
		"\"\\\"rel\\\": \\\"\\\"\""},
	{HEAD "file \"/a\\x00b\": \"\"\nend\n",
		"line 2: expected an absolute path after \"file \", found "
		"\"\\\"/a\\\\x00b\\\": \\\"\\\"\""},
	{HEAD "file \"/a\": \"\\q\"\nend\n",
		"line 2: expected an escape (\\\\, \\\", \\n, \\t or \\xHH) "
		"after \"\\\"\", found \"\\\\q\\\"\""},
	{HEAD "file \"/a\": \"\\x1\"\nend\n",
		"line 2: expected an escape (\\\\, \\\", \\n, \\t or \\xHH) "
		"after \"\\\"\", found \"\\\\x1\\\"\""},
	{HEAD "file \"/a\": \"abc\nend\n",
		"line 2: expected \"\\\"\" after \"\\\"abc\", found the end of "
		"the line"},
	{HEAD "adjtimex 0: state=0\nend\n",
		"line 2: expected \" status=\" after \"state=0\", found the "
		"end of the line"},
	{HEAD "page vvar 0: 0x2=0x1\nend\n",
		"line 2: expected a higher offset, a multiple of 4 after \"0: "
		"\", found \"0x2=0x1\""},
	{HEAD "page vvar 0: 0x8=0x1 0x4=0x1\nend\n",
		"line 2: expected a higher offset, a multiple of 4 after "
		"\"0x8=0x1\", found \" 0x4=0x1\""},
	{HEAD "page vvar 0: 0x1000=0x1\nend\n",
		"line 2: expected \"0x\" and a hexadecimal number in range "
		"after \"0: \", found \"0x1000=0x1\""},
	{HEAD "page heap 0:\nend\n",
		"line 2: expected \"vvar\", \"vvar_vclock\" or \"vmclock\" "
		"after \"page \", found \"heap 0:\""},
	{HEAD "tsc-access: maybe\nend\n",
		"line 2: expected \"enabled\" or \"sigsegv\" after "
		"\"tsc-access: \", found \"maybe\""},
	{HEAD "cpus: 0 0\nend\n", "line 2: expected a higher number, of at "
				  "most 1024"},
	{HEAD "cpus: 1 0\nend\n", "line 2: expected a higher number, of at "
				  "most 1024"},
	{HEAD "cpus: 2147483648\nend\n",
		"line 2: expected a decimal number in range"},
	{HEAD "cpus: 0,1\nend\n", "line 2: expected"},
	{HEAD "pair 0: " PAIR "\nend\n", "line 2: expected \" \" after \"0\""},
	{HEAD "pair 0 x: " PAIR "\nend\n",
		"line 2: expected a decimal number in range"},
	{HEAD "pair 0 1: rounds=1 lo=0\nend\n",
		"line 2: expected \" hi=\" after \"lo=0\""},
	{HEAD "pair 0 1: rounds=1 lo=4611686018427387904\nend\n",
		"line 2: expected a decimal number in range after \"lo=\""},
	{HEAD "pair 0 1: rounds=1 lo=2 hi=1 apart=0 moved=0 warp=0 ticks=1 "
	      "ns=1 aux=0\nend\n",
		"line 2: expected lo not above hi"},
	/* Bounds without a round; those that exclude 0, and are not apart;
	 * apart by more than the bounds; a change without a difference. */
	{HEAD "pair 0 1: rounds=0 lo=-1 hi=1 apart=0 moved=0 warp=0 ticks=1 "
	      "ns=1 aux=0\nend\n",
		"line 2: expected bounds that readings can show"},
	{HEAD "pair 0 1: rounds=99 lo=5 hi=9 apart=0 moved=0 warp=0 ticks=1 "
	      "ns=1 aux=0\nend\n",
		"line 2: expected bounds that readings can show"},
	{HEAD "pair 0 1: rounds=99 lo=-9 hi=-5 apart=4 moved=0 warp=0 ticks=1 "
	      "ns=1 aux=0\nend\n",
		"line 2: expected bounds that readings can show"},
	{HEAD "pair 0 1: rounds=99 lo=5 hi=9 apart=10 moved=0 warp=0 ticks=1 "
	      "ns=1 aux=0\nend\n",
		"line 2: expected bounds that readings can show"},
	{HEAD "pair 0 1: rounds=99 lo=-5 hi=9 apart=0 moved=1 warp=0 ticks=1 "
	      "ns=1 aux=0\nend\n",
		"line 2: expected bounds that readings can show"},
	{HEAD "pair 0 1: rounds=1 lo=0 hi=1 apart=0 moved=0 warp=0 ticks=1 "
	      "ns=1 aux=2\nend\n",
		"line 2: expected a decimal number in range after \"aux=\""},
	{HEAD "pair 0 1: " PAIR "\npair 0 1: -ENXIO\nend\n",
		"line 3: contradicts line 2: "},
	{HEAD "counter sundial: num=1 den=1 width=1 spin=0\nend\n",
		"line 2: expected the name of a counter after \"counter \", "
		"found \"sundial: num=1 den=1\""},
	{HEAD "counter rdtsc: num=0 den=1 width=1 spin=0\nend\n",
		"line 2: expected num, den and width above 0 after \"rdtsc: "
		"\", found \"num=0 den=1 width=1 \""},
	{HEAD "counter rdtsc: num=1 den=1 width=65 spin=0\nend\n",
		"line 2: expected a decimal number in range after \"width=\", "
		"found \"65 spin=0\""},
	{HEAD "samples rdtsc 0: 1/2\nend\n",
		"line 2: expected \"/\" after \"1/2\", found the end of the "
		"line"},
	{HEAD "samples rdtsc 0: 18446744073709551616/2/3\nend\n",
		"line 2: expected a decimal number of 64 bits after \"0: \", "
		"found \"18446744073709551616\""},
	{HEAD "kvm-khz: \x80\nend\n", "line 2: byte 0x80 is not printable"},
	{"\x7f"
	 "ELF\x02\x01\n",
		"this is a binary file, not a recording: run "},
};

ParameterizedTestParameters(recording, refuses)
{
	static size_t rows[sizeof(refused) / sizeof(*refused)];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		rows[i] = i;
	return cr_make_param_array(size_t, rows, sizeof(rows) / sizeof(*rows));
}

ParameterizedTest(size_t *i, recording, refuses)
{
	const struct refused *r = &refused[*i];
	struct recording *rec;
	int rc = rec_parse(r->text, strlen(r->text), &rec, err, sizeof(err));

	cr_assert(eq(int, rc, -EBADMSG), "row %zu", *i);
	cr_assert(eq(ptr, (void *)rec, NULL));
	cr_assert(zero(int, strncmp(err, r->sentence, strlen(r->sentence))),
		"row %zu: %s", *i, err);
}

Test(recording, a_nul_byte_is_refused_and_does_not_end_the_text)
{
	static const char text[] = HEAD "kvm-khz: 1\0 2\nend\n";
	struct recording *rec;
	int rc = rec_parse(text, sizeof(text) - 1, &rec, err, sizeof(err));

	cr_assert(eq(int, rc, -EBADMSG));
	cr_assert(eq(str, err, "line 2: byte 0x00 is not printable ASCII"));
}

Test(recording, a_very_long_line_is_refused)
{
	size_t len = 1 << 20;
	char *text = malloc(len);
	struct recording *rec;
	int rc;

	memset(text, '#', len);
	memcpy(text, HEAD, strlen(HEAD));
	text[len - 1] = '\n';
	rc = rec_parse(text, len, &rec, err, sizeof(err));
	cr_assert(eq(int, rc, -EBADMSG));
	cr_assert(eq(str, err, "line 2: longer than 65536 bytes"));
	free(text);
}

Test(recording, more_samples_and_bytes_than_fit_are_refused)
{
	char text[40000], *p = text;
	struct recording *rec;

	p += sprintf(p, HEAD "samples rdtsc 0:");
	for (int i = 0; i < 1001; i++)
		p += sprintf(p, " 1/1/1");
	sprintf(p, "\nend\n");
	cr_assert(eq(int, rec_parse(text, strlen(text), &rec, err, sizeof(err)),
		-EBADMSG));
	cr_assert(not(zero(ptr, strstr(err, "line 2: "))));
	cr_assert(not(zero(ptr, strstr(err, "1000 samples"))));

	p = text + sprintf(text, HEAD "file \"/a\": \"");
	memset(p, 'x', REC_FILE_MAX + 1);
	sprintf(p + REC_FILE_MAX + 1, "\"\nend\n");
	cr_assert(eq(int, rec_parse(text, strlen(text), &rec, err, sizeof(err)),
		-EBADMSG));
	cr_assert(not(zero(ptr, strstr(err, "a shorter text"))));
}

/* The sentence is cut, never overrun, and may be unwanted. */
Test(recording, writes_no_more_of_the_sentence_than_fits)
{
	struct recording *rec;
	char small[8] = "#######";

	cr_assert(eq(int, rec_parse("x\n", 2, &rec, small, 4), -EBADMSG));
	cr_assert(eq(str, small, "not"));
	cr_assert(eq(chr, small[4], '#'));
	cr_assert(eq(int, rec_parse("x\n", 2, &rec, NULL, 0), -EBADMSG));
}

static uint32_t edx_of(const struct recording *rec, uint32_t leaf)
{
	const struct rec_answer *a = rec_find_cpuid(rec, leaf, 0);

	return a ? ((const struct plat_cpuid *)a->data)->edx : 0;
}

Test(recording, cpus_of_cpuid_r_may_differ_and_the_first_one_is_used)
{
	struct recording *rec = parsed("CPU 7:\r\n"
				       "   0x00000001 0x00: " REGS "\r\n"
				       "   0x00000001 0x00: " REGS "\n"
				       "CPU 8:\n"
				       "   0x00000001 0x00: " OTHER "\n"
				       "   0x00000002 0x00: " OTHER "\n"
				       "CPU 7:\n"
				       "   0x00000003 0x00: " REGS "\n");

	cr_assert(eq(u32, edx_of(rec, 1), 4));
	cr_assert(eq(u32, edx_of(rec, 2), 0), "taken from another CPU");
	cr_assert(eq(u32, edx_of(rec, 3), 4));
	rec_free(rec);
}

Test(recording, a_cpu_taken_up_again_must_not_contradict_itself)
{
	static const char text[] = "CPU 0:\n 0x00000001 0x00: " REGS "\n"
				   "CPU 1:\n 0x00000001 0x00: " OTHER "\n"
				   "CPU 0:\n 0x00000001 0x00: " OTHER "\n";
	struct recording *rec;

	cr_assert(eq(int, rec_parse(text, strlen(text), &rec, err, sizeof(err)),
		-EBADMSG));
	cr_assert(zero(int, strncmp(err, "line 6:", 7)), "%s", err);
}

Test(recording, a_line_for_one_leaf_precedes_cpuid_r_and_that_a_range)
{
#define EDX(n) "eax=0x00000000 ebx=0x00000000 ecx=0x00000000 edx=0x0000000" n
	struct recording *rec = parsed(HEAD "cpuid 0x1-0x9/0x2 0x0: " EDX(
		"1") "\n"
		     "CPU 0:\n"
		     "   0x00000003 0x00: " EDX(
			     "2") "\n"
				  "   0x00000005 0x00: " EDX(
					  "2") "\n"
					       "cpuid 0x5 0x0: " EDX(
						       "3") "\n"
							    "end\n");

	cr_assert(eq(u32, edx_of(rec, 1), 1));
	cr_assert(eq(u32, edx_of(rec, 2), 0), "between two steps");
	cr_assert(eq(u32, edx_of(rec, 3), 2));
	cr_assert(eq(u32, edx_of(rec, 5), 3));
	cr_assert(eq(u32, edx_of(rec, 9), 1));
	cr_assert(eq(u32, edx_of(rec, 11), 0), "beyond the range");
	cr_assert(eq(ptr, (void *)rec_find_cpuid(rec, 1, 1), NULL));
	rec_free(rec);
}

Test(recording, a_range_up_to_the_last_leaf_does_not_wrap)
{
	struct recording *rec = parsed(HEAD
		"cpuid 0xfffffff0-0xffffffff/0xf 0x0: " EDX("1") "\nend\n");

	cr_assert(eq(u32, edx_of(rec, 0xfffffff0), 1));
	cr_assert(eq(u32, edx_of(rec, 0xffffffff), 1));
	cr_assert(eq(u32, edx_of(rec, 0xfffffff1), 0));
	cr_assert(eq(u32, edx_of(rec, 14), 0));
	rec_free(rec);
}
