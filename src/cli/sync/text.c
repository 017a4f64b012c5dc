/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal sync as a person reads it. */
#ifdef TSCAL_HAVE_PROBE
#include <math.h>
#include <string.h>

#include "cli/sync/sync.h"
#include "cli/term.h"

/* With more pairs, a row for each package and node instead. */
#define MOST_PAIRS 3
/* With more groups, one row for the rest of them. */
#define MOST_GROUPS 16

/* Where the columns of that table end. */
enum {
	NODE_END = TERM_TEXT + 13,
	CPUS_END = NODE_END + 7,
	TO_FIRST_END = CPUS_END + 15,
	TO_OTHERS_END = TO_FIRST_END + 15
};

static const enum style styles[] = {
	[TSCAL_SYNC_UNKNOWN] = STYLE_FAIR,
	[TSCAL_SYNC_SYNCHRONISED] = STYLE_GOOD,
	[TSCAL_SYNC_SKEWED] = STYLE_BAD,
};

/* What several pairs show. */
struct offsets {
	size_t pairs;
	double most_ns; /* the largest that an interval allows */
	bool unknown;	/* of at least one */
	bool skewed;
};

/* The CPUs of a package and node. */
struct group {
	int32_t package, node;
	size_t cpus;
	struct offsets to_first, to_others;
};

struct table {
	int32_t first; /* the CPU that the others were compared with */
	size_t n;
	struct group group[MOST_GROUPS], rest;
};

static struct group *group_of(
	struct table *table, const struct tscal_sync_cpu *cpu)
{
	struct group *g;

	for (size_t i = 0; i < table->n; i++) {
		g = &table->group[i];
		if (g->package == cpu->package && g->node == cpu->node)
			return g;
	}
	if (table->n == MOST_GROUPS)
		return &table->rest;
	g = &table->group[table->n++];
	*g = (struct group){.package = cpu->package, .node = cpu->node};
	return g;
}

/* They are in order of their numbers. */
static const struct tscal_sync_cpu *cpu_by_number(
	const struct tscal_sync_result *result, int32_t number)
{
	size_t lo = 0, hi = tscal_sync_result_info(result)->cpus;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (tscal_sync_result_cpu(result, mid)->cpu < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return tscal_sync_result_cpu(result, lo);
}

static void count(struct offsets *o, const struct tscal_sync_pair *p)
{
	double ns = fmax(fabs(p->offset_lo_ns), fabs(p->offset_hi_ns));

	o->pairs++;
	o->unknown |= p->verdict == TSCAL_SYNC_UNKNOWN || isnan(ns);
	o->skewed |= p->verdict == TSCAL_SYNC_SKEWED;
	o->most_ns = fmax(o->most_ns, ns);
}

static void fill(struct table *table, const struct tscal_sync_result *result)
{
	const struct tscal_sync_cpu *c;
	const struct tscal_sync_pair *p;

	for (size_t i = 0; (c = tscal_sync_result_cpu(result, i)) != NULL; i++)
		group_of(table, c)->cpus++;
	for (size_t i = 0; (p = tscal_sync_result_pair(result, i)) != NULL;
		i++) {
		struct group *a = group_of(table, cpu_by_number(result, p->a)),
			     *b = group_of(table, cpu_by_number(result, p->b));

		if (p->a == table->first) {
			count(&b->to_first, p);
			continue;
		}
		count(&a->to_others, p);
		if (a != b)
			count(&b->to_others, p);
	}
}

/* A skew is proven by its pair alone; else one unknown pair leaves it open. */
static void put_offsets(struct term *t, const struct offsets *o, size_t end)
{
	char text[32];

	if (!o->pairs)
		term_right(t, STYLE_FAINT, end, "-");
	else if (o->unknown && !o->skewed)
		term_right(t, STYLE_FAIR, end, "not known");
	else {
		snprintf(text, sizeof(text), "%.0f ns", o->most_ns);
		term_right(t, o->skewed ? STYLE_BAD : STYLE_PLAIN, end, text);
	}
}

static void put_number(struct term *t, size_t end, int64_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	term_right(t, STYLE_PLAIN, end, n < 0 ? "?" : text);
}

static void put_group(struct term *t, const struct group *g, bool rest)
{
	term_pad(t, TERM_TEXT);
	if (rest) {
		term_put(t, STYLE_PLAIN, "the others");
	} else {
		put_number(t, TERM_TEXT + 7, g->package);
		put_number(t, NODE_END, g->node);
	}
	put_number(t, CPUS_END, (int64_t)g->cpus);
	put_offsets(t, &g->to_first, TO_FIRST_END);
	put_offsets(t, &g->to_others, TO_OTHERS_END);
	term_end(t);
}

static void put_table(struct term *t, const struct tscal_sync_result *result)
{
	/* The first pair is one with the CPU that is compared with all. */
	struct table table = {.first = tscal_sync_result_pair(result, 0)->a};
	char head[32];

	fill(&table, result);
	snprintf(head, sizeof(head), "to CPU %d", (int)table.first);
	term_label(t, "offsets");
	term_put(t, STYLE_FAINT, "package");
	term_right(t, STYLE_FAINT, NODE_END, "node");
	term_right(t, STYLE_FAINT, CPUS_END, "CPUs");
	term_right(t, STYLE_FAINT, TO_FIRST_END, head);
	term_right(t, STYLE_FAINT, TO_OTHERS_END, "to others");
	term_end(t);
	for (size_t i = 0; i < table.n; i++)
		put_group(t, &table.group[i], false);
	if (table.rest.cpus)
		put_group(t, &table.rest, true);
}

static void put_pair(
	struct term *t, const char *label, const struct tscal_sync_pair *p)
{
	if (isnan(p->offset_lo_ns) || isnan(p->offset_hi_ns))
		term_row(t, label, styles[TSCAL_SYNC_UNKNOWN],
			"CPU %d less CPU %d: not known", (int)p->b, (int)p->a);
	else
		term_row(t, label,
			p->verdict == TSCAL_SYNC_SYNCHRONISED
				? STYLE_PLAIN
				: styles[p->verdict],
			"CPU %d less CPU %d: %.0f to %.0f ns", (int)p->b,
			(int)p->a, p->offset_lo_ns, p->offset_hi_ns);
}

static void put_pairs(struct term *t, const struct tscal_sync_result *result)
{
	const struct tscal_sync_info *info = tscal_sync_result_info(result);
	bool each = info->pairs <= MOST_PAIRS;
	const struct tscal_sync_pair *p;

	for (size_t i = 0; (p = tscal_sync_result_pair(result, i)) != NULL; i++)
		if (each)
			put_pair(t, i ? "" : "pairs", p);
		else if (p->a == info->worst_a && p->b == info->worst_b)
			put_pair(t, "worst pair", p);
	if (!each)
		put_table(t, result);
}

/* As the kernel writes sets of CPUs: "2-7,9". */
static void put_unvisited(
	struct term *t, const struct tscal_sync_result *result)
{
	const struct tscal_sync_cpu *c;
	bool any = false;

	for (size_t i = 0; (c = tscal_sync_result_cpu(result, i)) != NULL;
		i++) {
		int32_t from = c->cpu, to = from;
		const struct tscal_sync_cpu *then;
		char range[32];

		if (c->visited)
			continue;
		while ((then = tscal_sync_result_cpu(result, i + 1)) != NULL &&
			!then->visited && then->cpu == to + 1) {
			to++;
			i++;
		}
		if (any)
			term_put(t, STYLE_PLAIN, ",");
		else
			term_label(t, "unvisited");
		any = true;
		if (from == to)
			snprintf(range, sizeof(range), "%d", (int)from);
		else
			snprintf(range, sizeof(range), "%d-%d", (int)from,
				(int)to);
		/* With the comma after it. */
		if (t->column + strlen(range) + 1 > t->width) {
			term_end(t);
			term_pad(t, TERM_TEXT);
		}
		term_put(t, STYLE_PLAIN, "%s", range);
	}
	if (any)
		term_end(t);
}

void text_sync(const struct tscal_sync_result *result)
{
	const struct tscal_sync_info *info = tscal_sync_result_info(result);
	struct term t;

	term_init(&t, stdout);
	term_label(&t, "sync");
	term_put(&t, styles[info->verdict], "%s",
		tscal_sync_verdict_str(info->verdict));
	term_wrap(&t, TERM_TEXT, STYLE_PLAIN, ": %s", info->sentence);
	term_end(&t);
	put_pairs(&t, result);
	put_unvisited(&t, result);
	if (*info->topology)
		term_row(&t, "topology", STYLE_FAIR, "%s", info->topology);
}

#endif
