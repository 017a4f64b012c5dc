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

/* Blanks that the kernel may have left in a name. */
#define BLANKS 16

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

int hv_read_brand(
	struct tscal_platform *plat, uint32_t *max_ext, char brand[HV_BRAND])
{
	struct plat_cpuid r;
	int rc = plat->ops->cpuid(plat, 0x80000000, 0, &r);
	size_t len;

	*max_ext = 0;
	memset(brand, 0, HV_BRAND);
	/* A CPU without the range returns other data. */
	if (rc || r.eax >> 16 != 0x8000)
		return rc;
	*max_ext = r.eax;
	for (uint32_t i = 0; i < 3 && *max_ext >= 0x80000004; i++) {
		rc = plat->ops->cpuid(plat, 0x80000002 + i, 0, &r);
		/* A part of it would be another name. */
		if (rc) {
			memset(brand, 0, HV_BRAND);
			return rc;
		}
		memcpy(brand + sizeof(r) * (size_t)i, &r, sizeof(r));
	}
	for (char *c = brand; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	len = strlen(brand);
	while (len && brand[len - 1] == ' ')
		brand[--len] = '\0';
	len = strspn(brand, " ");
	memmove(brand, brand + len, strlen(brand + len) + 1);
	return 0;
}

/* One that Linux does not change; else empty. */
static void read_kept_brand(struct tscal_platform *plat, char brand[HV_BRAND])
{
	struct plat_cpuid r;
	uint32_t max_ext;

	brand[0] = '\0';
	if (plat->ops->cpuid(plat, 0, 0, &r) || r.ebx == 0x69727943 /* "Cyri" */
		|| hv_read_brand(plat, &max_ext, brand))
		return;
	join_blanks(brand);
}

/* The first CPU's, as much of it as a brand may have. */
static void read_model_name(struct tscal_platform *plat, char name[HV_BRAND])
{
	char text[1024], value[HV_BRAND + BLANKS];
	const char *at;
	size_t len;

	name[0] = '\0';
	if (text_read(plat, "/proc/cpuinfo", text, sizeof(text)) <= 0)
		return;
	at = text_value(text, "model name");
	len = at ? strcspn(at, "\n") : 0;
	/* Cut off, or no brand. */
	if (!at || !at[len] || len >= sizeof(value))
		return;
	snprintf(value, sizeof(value), "%.*s", (int)len, at);
	join_blanks(value);
	if (strlen(value) < HV_BRAND)
		memcpy(name, value, strlen(value) + 1);
}

bool hv_cpu_names_differ(struct tscal_platform *plat, char brand[HV_BRAND],
	char model_name[HV_BRAND])
{
	read_kept_brand(plat, brand);
	read_model_name(plat, model_name);
	/* gVisor writes a /proc/cpuinfo of its own, with "unknown" (pkg/cpuid);
	 * so does Linux where it knows none (show_cpuinfo()). */
	return brand[0] && model_name[0] &&
	       strcmp(model_name, "unknown") != 0 &&
	       strcmp(brand, model_name) != 0;
}
