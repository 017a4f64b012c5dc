/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What is known of the TSCs of this machine's CPUs, in a few words. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "calib/judge/judge.h"
#include "plat/text.h"

__attribute__((format(printf, 2, 3))) static void add(
	struct tscal_info *info, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(info->cpus_sentence, sizeof(info->cpus_sentence), fmt, ap);
	va_end(ap);
}

static bool was_visited(const struct cpus *c, long cpu)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->visited[i] && c->cpu[i] == cpu)
			return true;
	return false;
}

/* The only CPU of a list such as "0-3,8" that was not compared; -1 if there is
 * none, or more than one. */
static long only_missing(const struct cpus *c, const char *online)
{
	long missing = -1;

	while (isdigit((unsigned char)*online)) {
		char *end;
		long cpu = strtol(online, &end, 10), last = cpu;

		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		for (; cpu <= last; cpu++) {
			if (was_visited(c, cpu))
				continue;
			if (missing >= 0)
				return -1;
			missing = cpu;
		}
		online = end + (*end == ',');
	}
	return missing;
}

static void not_compared(const struct cpus_view *v, struct tscal_info *info)
{
	if (v->facts->cpus > 0)
		add(info, "%d CPUs not compared", v->facts->cpus);
	else
		add(info, "CPUs not compared");
	/* On a recording nothing can be compared. */
	if (v->replay || v->cpus->rc == -ENODATA)
		return;
	if (v->cpus->rc == -EOPNOTSUPP || v->cpus->rc == -E2BIG)
		add(info, ": `tscal sync` does that");
	else if (v->cpus->rc == -ETIME)
		add(info, ", which takes longer: `tscal sync` does that");
	else if (v->cpus->rc && !v->cpus->n)
		add(info, ": it is not known which ones may be used");
	/* Any error: a filter may give another than the kernel. */
	else if (v->cpus->rc && v->cpus->rc != -ENXIO)
		add(info, ": no thread could be started");
	else if (v->cpus->n == 1)
		add(info, ": this process may use one of them");
	else if (!v->cpus->n_visited)
		add(info, ": no other one could be used");
	else
		add(info,
			": they hardly ever ran at the same time; `tscal sync` "
			"takes longer");
}

static void compared(const struct cpus_view *v, struct tscal_info *info)
{
	const struct cpus *c = v->cpus;
	size_t all = v->facts->cpus > (int)c->n_visited ? (size_t)v->facts->cpus
							: c->n_visited;
	long missing;

	if (c->n_visited < all)
		add(info, "%zu of %zu CPUs", c->n_visited, all);
	else
		add(info, "%zu CPUs", all);
	add(info, " within %.0f ns", c->worst_ns);
	if (c->n_visited == all)
		return;
	missing = all - c->n_visited == 1 ? only_missing(c, v->facts->online)
					  : -1;
	if (missing >= 0)
		add(info, ", CPU %ld not compared", missing);
	else
		add(info, ", %zu not compared", all - c->n_visited);
}

void cpus_sentence(const struct cpus_view *v, struct tscal_info *info)
{
	const struct cpus *c = v->cpus;

	info->cpus_sentence[0] = '\0';
	if (c->verdict == PAIR_SKEWED)
		add(info, "CPUs %u and %u differ", c->a, c->b);
	else if (c->verdict == PAIR_SYNCHRONISED)
		compared(v, info);
	else if (v->facts->cpus == 1)
		add(info, "1 CPU");
	else
		not_compared(v, info);
}
