/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The CPU's name that the kernel read by CPUID when it started, against the one
 * that CPUID has here.  On one layer they are the same text: Linux takes the
 * brand leaves and trims blanks at both ends (get_model_name() in
 * arch/x86/kernel/cpu/common.c), and makes up a name only where there is none;
 * CPUs of Cyrix alone are renamed (cyrix.c), whose families are 4 to 6.
 *
 * Where they differ another layer answers CPUID than answered the kernel, or
 * the guest was moved since it started to a host with another CPU.  After a
 * move the leaves are the new host's, and show that the kernel's rate is stale.
 * So this drops no leaf; it is only said.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hv/cpu_name.h"
#include "plat/text.h"

#define KEY "model name"

/* One blank for each run of white space, none at the ends. */
static void join_blanks(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		if (!isspace((unsigned char)*in))
			*out++ = *in;
		else if (out > text && out[-1] != ' ')
			*out++ = ' ';
	}
	if (out > text && out[-1] == ' ')
		out--;
	*out = '\0';
}

/* CPUID's brand; empty where it has none, or not all of it can be read. */
static void read_brand(struct tscal_platform *plat, char brand[49])
{
	struct plat_cpuid r;

	memset(brand, 0, 49);
	if (plat->ops->cpuid(plat, 0, 0, &r) || r.ebx == 0x69727943 /* "Cyri" */
		|| plat->ops->cpuid(plat, 0x80000000, 0, &r) ||
		r.eax >> 16 != 0x8000 || r.eax < 0x80000004)
		return;
	for (uint32_t i = 0; i < 3; i++) {
		if (plat->ops->cpuid(plat, 0x80000002 + i, 0, &r)) {
			brand[0] = '\0';
			return;
		}
		memcpy(brand + 16 * (size_t)i, &r, 16);
	}
	for (char *c = brand; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	join_blanks(brand);
}

/* The first CPU's, as much of it as a brand may have. */
static void read_model_name(struct tscal_platform *plat, char name[49])
{
	char text[1024];
	const char *at;
	size_t len;

	name[0] = '\0';
	if (text_read(plat, "/proc/cpuinfo", text, sizeof(text)) <= 0)
		return;
	at = strstr(text, "\n" KEY);
	if (!at)
		return;
	at += sizeof("\n" KEY) - 1;
	at += strspn(at, "\t ");
	if (*at++ != ':')
		return;
	len = strcspn(at, "\n");
	/* Cut off, or no brand. */
	if (!at[len] || len > 64)
		return;
	text[at + len - text] = '\0';
	join_blanks(text + (at - text));
	if (strlen(at) < 49)
		memcpy(name, at, strlen(at) + 1);
}

bool hv_cpu_names_differ(
	struct tscal_platform *plat, char brand[49], char model_name[49])
{
	read_brand(plat, brand);
	read_model_name(plat, model_name);
	/* gVisor writes a /proc/cpuinfo of its own, with "unknown" (pkg/cpuid);
	 * so does Linux where it knows none (show_cpuinfo()). */
	return brand[0] && model_name[0] &&
	       strcmp(model_name, "unknown") != 0 &&
	       strcmp(brand, model_name) != 0;
}
