/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Raw numbers of 64 bits, in the byte order of x86, a block at a time. */
#include "cli/convert.h"

#define BLOCK 8192

static int check(
	const struct conversion *c, const uint64_t *tsc, size_t n, uint64_t at)
{
	for (size_t i = 0; i < n; i++) {
		if (conversion_reaches(c, tsc[i]))
			continue;
		complain("%s: stamp %llu: %llu is 2^60 ticks or more from the "
			 "epoch, %llu",
			c->name, (unsigned long long)(at + i + 1),
			(unsigned long long)tsc[i],
			(unsigned long long)c->conv.tsc_epoch);
		return EXIT_FAILED;
	}
	return 0;
}

int convert_u64(struct conversion *c)
{
	static union {
		uint64_t tsc[BLOCK];
		int64_t ns[BLOCK];
	} block;
	uint64_t at = 0;
	size_t bytes, n;

	do {
		bytes = fread(&block, 1, sizeof(block), c->in);
		n = bytes / sizeof(block.tsc[0]);
		if (n)
			conversion_begin(c, block.tsc[0]);
		if (check(c, block.tsc, n, at))
			return EXIT_FAILED;
		tscal_tsc_to_ns_n(&c->conv, block.tsc, block.ns, n);
		/* What can no longer be written ends it. */
		if (fwrite(block.ns, sizeof(block.ns[0]), n, stdout) < n)
			return 0;
		at += n;
	} while (bytes == sizeof(block));
	if (bytes % sizeof(block.tsc[0])) {
		complain("%s: it ends within a stamp: %zu of 8 bytes after "
			 "stamp %llu",
			c->name, bytes % sizeof(block.tsc[0]),
			(unsigned long long)at);
		return EXIT_FAILED;
	}
	return 0;
}
