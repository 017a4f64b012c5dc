/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* libtscal-probe beside a libtscal of another version, whose table of calls has
 * another size: refused, and no call of it made. */
#include <errno.h>
#include <string.h>

#include <tscal/probe.h>

#include "live.h"
#include "plat/plat.h"

/* Stands in for libtscal's function, also for libtscal-probe. */
__attribute__((visibility("default"))) struct tscal_platform *
tscal_platform_passive(void)
{
	static const struct plat_ops newer = {
		.size = sizeof(struct plat_ops) + sizeof(void *)};
	static struct tscal_platform platform = {.ops = &newer};

	return &platform;
}

int main(void)
{
	struct tscal_platform *p = NULL;
	int rc = tscal_platform_probe(TSCAL_PROBE_DEVICES, &p);

	check(rc == -EPROTO, "%s", strerror(-rc));
	check(!p, "a platform all the same");
	return 0;
}
