/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* ACPI tables as firmware writes them. */
#ifndef TSCAL_TESTS_FADT_H
#define TSCAL_TESTS_FADT_H

#include <stdint.h>
#include <string.h>

#define FACP "/sys/firmware/acpi/tables/FACP"
#define WAET "/sys/firmware/acpi/tables/WAET"

/* QEMU's PM timer. */
#define PORT 0x608

#define TMR_VAL_EXT (1u << 8)
#define HW_REDUCED (1u << 20)
#define IN_MEMORY 0
#define IN_IO 1

struct table {
	uint8_t bytes[4100]; /* more than a FADT may have */
	uint32_t size;
};

/* The fields of a FADT; PM_TMR_LEN is 4 as it ought to be. */
struct fadt {
	uint8_t revision;
	uint32_t flags, block;
	uint8_t len;
	/* The extended block, of revision 3 and later. */
	uint8_t space;
	uint64_t address;
};

static inline void put32(struct table *t, size_t at, uint32_t v)
{
	memcpy(t->bytes + at, &v, sizeof(v));
}

/* The checksum that makes the bytes 0 up to the length that the table names, as
 * far as there are any. */
static inline void checksum(struct table *t)
{
	uint8_t sum = 0;
	uint32_t length;

	memcpy(&length, t->bytes + 4, sizeof(length));
	t->bytes[9] = 0;
	for (uint32_t i = 0; i < length && i < t->size; i++)
		sum = (uint8_t)(sum + t->bytes[i]);
	t->bytes[9] = (uint8_t)-sum;
}

static inline struct table table_of(const char *signature, uint32_t size)
{
	struct table t = {.size = size};

	memcpy(t.bytes, signature, 4);
	put32(&t, 4, size);
	/* AMI's, of a real machine. */
	memcpy(t.bytes + 10, "ALASKAA M I   ", 14);
	return t;
}

/* ACPI 1.0 has 116 bytes, 2.0 244 and 6.0 276. */
static inline struct table fadt_of(const struct fadt *f)
{
	struct table t = table_of("FACP", f->revision < 3   ? 116
					  : f->revision < 6 ? 244
							    : 276);

	t.bytes[8] = f->revision;
	put32(&t, 76, f->block);
	t.bytes[91] = f->len;
	put32(&t, 112, f->flags);
	if (f->revision >= 3) {
		t.bytes[208] = f->space;
		t.bytes[209] = 32;
		t.bytes[211] = 3;
		memcpy(t.bytes + 212, &f->address, sizeof(f->address));
	}
	checksum(&t);
	return t;
}

static inline struct table fadt_of_qemu(uint8_t revision)
{
	return fadt_of(
		&(struct fadt){revision, TMR_VAL_EXT, PORT, 4, IN_IO, PORT});
}

#endif /* TSCAL_TESTS_FADT_H */
