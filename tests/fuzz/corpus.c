/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * corpus DIRECTORY...: checks the fuzzed property without a fuzzer, for each
 * file and for variants of it, the same ones each time.  Inputs that libFuzzer
 * finds are added to the corpus.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

/* Variants of a file.  All of them over the 50 recorded machines take some
 * seconds, under sanitizers too. */
#define VARIANTS 100
#define SIZE_MAX_BYTES (1u << 20)

static uint8_t original[SIZE_MAX_BYTES], variant[2 * SIZE_MAX_BYTES];
static unsigned long files, inputs;

/* xorshift64*: the same numbers on each machine. */
static uint64_t next_random(void)
{
	static uint64_t x = 1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	return x * UINT64_C(2685821657736338717);
}

static size_t below(size_t n)
{
	return n ? (size_t)(next_random() % n) : 0;
}

static void run(const uint8_t *data, size_t size)
{
	/* Of exactly its size, so that a sanitizer finds a read beyond it. */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	inputs++;
}

/* From the start of a line to behind its end. */
static size_t pick_line(const uint8_t *text, size_t size, size_t *end)
{
	size_t from = below(size);

	while (from && text[from - 1] != '\n')
		from--;
	for (*end = from; *end < size && text[*end] != '\n'; ++*end)
		;
	*end += *end < size;
	return from;
}

/* One change, as by a bad disk, a bad editor or an attacker. */
static size_t mutate(uint8_t *text, size_t size)
{
	static const char chars[] = "0123456789abcdefxE-/=: \"\\\n";
	size_t at = below(size), end, len;

	if (!size)
		return 0;
	switch (below(6)) {
	case 0: /* cut off */
		return at;
	case 1: /* a bit */
		text[at] ^= (uint8_t)(1u << below(8));
		return size;
	case 2: /* a character of the format in place of another */
		text[at] = (uint8_t)chars[below(sizeof(chars) - 1)];
		return size;
	case 3: /* a character too many */
		memmove(text + at + 1, text + at, size - at);
		text[at] = (uint8_t)chars[below(sizeof(chars) - 1)];
		return size + 1;
	case 4: /* a line lost */
		at = pick_line(text, size, &end);
		memmove(text + at, text + end, size - end);
		return size - (end - at);
	default: /* a line twice */
		at = pick_line(text, size, &end);
		len = end - at;
		memmove(text + end, text + at, size - at);
		return size + len;
	}
}

static void run_variants(size_t size)
{
	for (int i = 0; i < VARIANTS; i++) {
		size_t n = size;

		memcpy(variant, original, size);
		for (size_t changes = 1 + below(3); changes; changes--)
			if (n < SIZE_MAX_BYTES)
				n = mutate(variant, n);
		run(variant, n);
	}
}

static int run_file(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return 1;
	}
	size = fread(original, 1, sizeof(original), f);
	fclose(f);
	run(original, size);
	run_variants(size);
	files++;
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		struct dirent **list;
		/* Sorted, so that each file gets the same variants. */
		int n = scandir(argv[i], &list, NULL, alphasort);

		if (n < 0) {
			perror(argv[i]);
			return 1;
		}
		for (int k = 0; k < n; k++) {
			if (list[k]->d_name[0] != '.')
				failed |= run_file(argv[i], list[k]->d_name);
			free(list[k]);
		}
		free(list);
	}
	printf("%lu files, %lu inputs\n", files, inputs);
	return failed || !files;
}
