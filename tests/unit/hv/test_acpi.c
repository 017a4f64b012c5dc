/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The PM timer of the FADT, whatever its bytes are. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <tscal/calibrate.h>

#include "hv/acpi.h"
#include "unit/fadt.h"
#include "plat/sim/sim.h"

static struct sim sim;
static struct plat_where where;
static char why[TSCAL_SENTENCE];

static void init(void)
{
	sim_init(&sim);
}

TestSuite(acpi, .init = init);

/* The first size bytes, in memory that ends with them: a sanitizer sees a read
 * beyond. */
static int find(const struct table *t, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1);
	int rc;

	cr_assert(ne(ptr, bytes, NULL));
	memcpy(bytes, t->bytes, size);
	where = (struct plat_where){0};
	why[0] = '\0';
	rc = acpi_fadt_pm_timer(size ? bytes : bytes + 1, size, &where, why);
	free(bytes);
	return rc;
}

/* Whatever the outcome: a port where such a timer may be, or a sentence. */
static bool documented(int rc)
{
	if (rc)
		return (rc == -ENOENT || rc == -EBADMSG) && why[0] &&
		       !where.number;
	return where.number >= 0x400 && where.number <= 0xfffc &&
	       (where.width == 24 || where.width == 32);
}

#define NEITHER 0, 0

struct place {
	const char *what;
	struct fadt fadt;
	int rc;
	unsigned port, width;
	const char *sentence;
};

#define EXT TMR_VAL_EXT
#define IO IN_IO

static const struct place places[] = {
	{"ACPI 1.0", {1, 0, PORT, 4, NEITHER}, 0, PORT, 24, NULL},
	{"TMR_VAL_EXT in 1.0", {1, EXT, PORT, 4, NEITHER}, 0, PORT, 32, NULL},
	{"all other flags", {3, ~(EXT | HW_REDUCED), PORT, 4, NEITHER}, 0, PORT,
		24, NULL},
	{"extended, as legacy", {3, EXT, PORT, 4, IO, PORT}, 0, PORT, 32, NULL},
	{"extended goes first", {6, EXT, 0x408, 4, IO, 0x1808}, 0, 0x1808, 32,
		NULL},
	{"extended alone", {6, EXT, 0, 0, IO, 0x1808}, 0, 0x1808, 32, NULL},
	{"extended is zero", {6, 0, PORT, 4, IO, 0}, 0, PORT, 24, NULL},
	{"zero in memory", {6, 0, PORT, 4, IN_MEMORY, 0}, 0, PORT, 24, NULL},
	{"in memory", {6, EXT, PORT, 4, IN_MEMORY, 0xfed40008}, -ENOENT, 0, 0,
		"address space 0"},
	{"memory, as a port", {6, EXT, PORT, 4, IN_MEMORY, PORT}, -ENOENT, 0, 0,
		"address space 0"},
	{"PCI configuration", {6, EXT, PORT, 4, 2, PORT}, -ENOENT, 0, 0,
		"address space 2"},
	{"hardware-reduced", {6, EXT | HW_REDUCED, PORT, 4, IO, PORT}, -ENOENT,
		0, 0, "hardware-reduced"},
	{"reduced in 1.0", {1, HW_REDUCED, PORT, 4, NEITHER}, -ENOENT, 0, 0,
		"hardware-reduced"},
	{"no length", {3, 0, PORT, 0, IO, 0}, -ENOENT, 0, 0, "no PM timer"},
	{"3 bytes", {3, 0, PORT, 3, IO, 0}, -EBADMSG, 0, 0, "of 3 bytes"},
	{"255 bytes", {3, 0, PORT, 255, IO, 0}, -EBADMSG, 0, 0, "255 bytes"},
	{"nowhere", {3, 0, 0, 4, IO, 0}, -ENOENT, 0, 0, "no PM timer"},
	{"nowhere in 1.0", {1, 0, 0, 4, NEITHER}, -ENOENT, 0, 0, "no PM timer"},
	/* Reading the keyboard's port takes a key from the kernel. */
	{"keyboard", {1, 0, 0x60, 4, NEITHER}, -EBADMSG, 0, 0, "port 0x60"},
	{"below", {1, 0, 0x3ff, 4, NEITHER}, -EBADMSG, 0, 0, "port 0x3ff"},
	{"UART", {6, 0, PORT, 4, IO, 0x3fc}, -EBADMSG, 0, 0, "port 0x3fc"},
	{"lowest", {1, 0, 0x400, 4, NEITHER}, 0, 0x400, 24, NULL},
	{"highest", {6, 0, 0, 4, IO, 0xfffc}, 0, 0xfffc, 24, NULL},
	{"not all of it", {6, 0, 0, 4, IO, 0xfffd}, -EBADMSG, 0, 0, "0xfffd"},
	{"beyond", {1, 0, 0x10000, 4, NEITHER}, -EBADMSG, 0, 0, "0x10000"},
	{"beyond, extended", {6, 0, 0, 4, IO, 0x10608}, -EBADMSG, 0, 0,
		"0x10608"},
	/* Its lower half is a good port. */
	{"64 bits", {6, 0, 0, 4, IO, UINT64_C(0x100000608)}, -EBADMSG, 0, 0,
		"0xffffffff"},
};

Test(acpi, the_place_of_the_timer)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const struct place *p = &places[i];
		struct table t = fadt_of(&p->fadt);

		cr_expect(eq(int, find(&t, t.size), p->rc), "%s: %s", p->what,
			why);
		cr_expect(eq(uint, where.number, p->port), "%s", p->what);
		cr_expect(eq(uint, where.width, p->width), "%s", p->what);
		cr_expect(not(where.verify), "%s", p->what);
		if (p->sentence)
			cr_expect(ne(ptr, strstr(why, p->sentence), NULL),
				"%s: \"%s\" lacks \"%s\"", p->what, why,
				p->sentence);
	}
}

static const uint8_t revisions[] = {1, 3, 6};

Test(acpi, a_table_that_is_cut_off_is_damaged)
{
	for (size_t r = 0; r < sizeof(revisions); r++) {
		struct table t = fadt_of_qemu(revisions[r]);

		for (size_t size = 0; size < t.size; size++) {
			cr_expect(
				eq(int, find(&t, size), -EBADMSG), "%zu", size);
			cr_expect(not(zero(sz, strlen(why))), "%zu", size);
		}
		cr_expect(zero(int, find(&t, t.size)), "%s", why);
	}
}

Test(acpi, a_byte_that_changed_shows)
{
	for (size_t r = 0; r < sizeof(revisions); r++) {
		const struct table good = fadt_of_qemu(revisions[r]);

		for (size_t at = 0; at < good.size; at++) {
			struct table t = good;

			t.bytes[at]++;
			cr_expect(
				eq(int, find(&t, t.size), -EBADMSG), "%zu", at);
			cr_expect(not(zero(sz, strlen(why))), "%zu", at);
		}
	}
}

Test(acpi, another_table_is_no_fadt)
{
	static const char *const signatures[] = {
		"APIC", "FACS", "facp", "FADT", "XACP", "FACQ"};

	for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
		struct table t = fadt_of_qemu(3);

		memcpy(t.bytes, signatures[i], 4);
		checksum(&t);
		cr_expect(eq(int, find(&t, t.size), -EBADMSG), "%s",
			signatures[i]);
		cr_expect(ne(ptr, strstr(why, "no FACP"), NULL), "%s", why);
	}
}

struct length {
	uint32_t length;
	int rc;
	unsigned port;
};

/* Of 276 bytes with the legacy block at 0x408, the extended one at 0x608. */
static const struct length lengths[] = {
	{0, -EBADMSG, 0},
	{35, -EBADMSG, 0},
	{36, -EBADMSG, 0},
	{115, -EBADMSG, 0},
	{116, 0, 0x408},
	/* The extended block is not all there. */
	{208, 0, 0x408},
	{219, 0, 0x408},
	{220, 0, PORT},
	{276, 0, PORT},
	{277, -EBADMSG, 0},
	{4096, -EBADMSG, 0},
	{4097, -EBADMSG, 0},
	{0x7fffffff, -EBADMSG, 0},
	{0x80000000, -EBADMSG, 0},
	{UINT32_MAX, -EBADMSG, 0},
};

Test(acpi, the_length_that_the_table_names_is_what_counts)
{
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		const struct length *l = &lengths[i];
		struct table t = fadt_of(
			&(struct fadt){6, 0, 0x408, 4, IN_IO, PORT});

		put32(&t, 4, l->length);
		checksum(&t);
		cr_expect(eq(int, find(&t, t.size), l->rc), "%u: %s", l->length,
			why);
		cr_expect(eq(uint, where.number, l->port), "%u", l->length);
		cr_expect(documented(l->rc), "%u", l->length);
	}
}

Test(acpi, a_table_of_more_than_4096_bytes_is_none)
{
	struct table t = fadt_of_qemu(6);

	for (t.size = 4095; t.size <= 4100; t.size++) {
		put32(&t, 4, t.size);
		checksum(&t);
		cr_expect(
			eq(int, find(&t, t.size), t.size > 4096 ? -EBADMSG : 0),
			"%u: %s", t.size, why);
	}
}

static uint32_t below(uint64_t *seed, uint32_t bound)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(*seed >> 33) % bound;
}

/* Changes at what the timer's place is read from more often than elsewhere:
 * else few tables would be odd and whole. */
static void mutate(struct table *t, uint64_t *seed)
{
	static const uint32_t fields[] = {
		0, 4, 5, 76, 77, 78, 91, 113, 114, 208, 212, 213, 214, 216};

	for (uint32_t n = 1 + below(seed, 4); n; n--) {
		uint32_t at = below(seed, t->size);

		if (below(seed, 2))
			at = fields[below(seed, 14)];
		if (at < t->size)
			t->bytes[at] = (uint8_t)below(seed, 256);
	}
}

Test(acpi, random_tables_give_a_port_of_a_timer_or_a_sentence)
{
	unsigned found = 0, absent = 0, damaged = 0;
	uint64_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		struct table t = fadt_of_qemu(revisions[below(&seed, 3)]);
		int rc;

		mutate(&t, &seed);
		if (round & 1)
			checksum(&t);
		rc = find(&t, t.size);
		found += !rc;
		absent += rc == -ENOENT;
		damaged += rc == -EBADMSG;
		cr_assert(documented(rc), "round %d: %d, port 0x%x, \"%s\"",
			round, rc, where.number, why);
	}
	/* None of the three is a matter of luck. */
	cr_expect(lt(uint, 1000, found));
	cr_expect(lt(uint, 500, absent));
	cr_expect(lt(uint, 10000, damaged));
}

/* acpi_find_pm_timer() ------------------------------------------------ */

static struct table fadt, waet;

static int find_here(void)
{
	struct acpi_fadt found = {0};
	int rc = acpi_find_pm_timer(&sim.plat, &found, &where);

	strcpy(why, found.why);
	return rc;
}

Test(acpi, tables_that_cannot_be_read_say_why)
{
	static const int errors[] = {
		-ENOENT, -EACCES, -EPERM, -ENODATA, -EOPNOTSUPP, -EIO};

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		sim.n_files = 0;
		sim_add_file_error(&sim, FACP, errors[i]);
		cr_expect(eq(int, find_here(), errors[i]));

		cr_expect(ne(ptr, strstr(why, "FADT"), NULL), "%s", why);
	}
	sim.n_files = 0;
	cr_expect(eq(int, find_here(), -ENOENT));
	cr_expect(ne(chr, why[0], '\0'));
}

Test(acpi, tables_that_are_read_are_the_same_as_tables_given)
{
	fadt = fadt_of_qemu(6);
	sim_add_bytes(&sim, FACP, fadt.bytes, fadt.size);
	cr_assert(zero(int, find_here()));
	cr_assert(eq(uint, where.number, PORT));
	cr_assert(eq(uint, where.width, 32));
	sim.files[0].size--;
	cr_assert(eq(int, find_here(), -EBADMSG));
	cr_assert(ne(ptr, strstr(why, "cut off"), NULL), "%s", why);
	sim.n_files = 0;
	sim_add_bytes(&sim, FACP, fadt.bytes, 0);
	cr_assert(eq(int, find_here(), -EBADMSG));
}

static bool verifies(void)
{
	cr_assert(zero(int, find_here()));
	cr_assert(eq(uint, where.number, PORT));
	return where.verify;
}

/* Whether reads are verified beside these first bytes of a WAET. */
static bool verifies_beside(const struct table *t, size_t size)
{
	sim.n_files = 1;
	sim_add_bytes(&sim, WAET, t->bytes, size);
	return verifies();
}

Test(acpi, only_a_whole_waet_with_its_flag_spares_the_second_read)
{
	static const int errors[] = {-EACCES, -ENODATA, -EIO};

	fadt = fadt_of_qemu(3);
	sim_add_bytes(&sim, FACP, fadt.bytes, fadt.size);
	cr_expect(verifies(), "absent");
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		sim.n_files = 1;
		sim_add_file_error(&sim, WAET, errors[i]);
		cr_expect(verifies(), "%d", errors[i]);
	}

	waet = table_of("WAET", 40);
	put32(&waet, 36, 2);
	checksum(&waet);
	cr_expect(not(verifies_beside(&waet, 40)));
	for (size_t size = 0; size < 40; size++)
		cr_expect(verifies_beside(&waet, size), "%zu", size);
	for (size_t at = 0; at < 40; at++) {
		struct table t = waet;

		t.bytes[at] ^= 4;
		cr_expect(verifies_beside(&t, 40), "%zu", at);
	}
	/* Bit 0 is about the RTC. */
	put32(&waet, 36, ~UINT32_C(2));
	checksum(&waet);
	cr_expect(verifies_beside(&waet, 40), "flag clear");
	put32(&waet, 36, UINT32_MAX);
	checksum(&waet);
	cr_expect(not(verifies_beside(&waet, 40)));
}

Test(acpi, a_waet_of_39_bytes_is_none)
{
	fadt = fadt_of_qemu(3);
	sim_add_bytes(&sim, FACP, fadt.bytes, fadt.size);
	waet = table_of("WAET", 39);
	waet.bytes[36] = 2;
	checksum(&waet);
	cr_assert(verifies_beside(&waet, 39));
}
