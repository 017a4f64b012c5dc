/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Bytes of unknown origin, made fit to be shown. */
#include "cli/cli.h"

/* Room that one byte may need, with the NUL behind it. */
#define BYTE_MAX 5

static size_t put_byte(char *out, unsigned char c)
{
	return (size_t)snprintf(
		out, BYTE_MAX, c >= 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);
}

const char *printable(char *out, size_t size, const char *in, size_t n)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && in[i] && len + BYTE_MAX <= size; i++)
		len += put_byte(out + len, (unsigned char)in[i]);
	return out;
}

const char *printable_signature(
	char *out, size_t size, const struct tscal_hv_match *match)
{
	size_t n = sizeof(match->signature), len = 0;

	while (n && !match->signature[n - 1])
		n--;
	out[0] = '\0';
	for (size_t i = 0; i < n && len + BYTE_MAX <= size; i++)
		len += put_byte(out + len, match->signature[i]);
	return out;
}
