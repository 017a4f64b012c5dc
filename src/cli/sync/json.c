/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal sync as JSON: docs/schema/tscal.sync-1.json. */
#ifdef TSCAL_HAVE_PROBE
#include <math.h>

#include "cli/json.h"
#include "cli/sync/sync.h"

static json_t *ns(double x)
{
	return isnan(x) ? json_null() : json_rounded(x);
}

static json_t *number(int32_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static json_t *pairs(const struct tscal_sync_result *result)
{
	json_t *all = json_array();
	const struct tscal_sync_pair *p;

	for (size_t i = 0; (p = tscal_sync_result_pair(result, i)) != NULL;
		i++) {
		json_t *o = json_object();

		json_set(o, "a", json_integer(p->a));
		json_set(o, "b", json_integer(p->b));
		json_set(o, "verdict",
			json_string(tscal_sync_verdict_str(p->verdict)));
		json_set(o, "offset_lo_ns", ns(p->offset_lo_ns));
		json_set(o, "offset_hi_ns", ns(p->offset_hi_ns));
		json_set(o, "warp_ns", ns(p->warp_ns));
		json_set(o, "moved", json_integer(p->moved));
		json_set(o, "rounds", json_integer(p->rounds));
		json_append(all, o);
	}
	return all;
}

static void set_cpus(json_t *root, const struct tscal_sync_result *result)
{
	json_t *all = json_array(), *unvisited = json_array();
	const struct tscal_sync_cpu *c;

	for (size_t i = 0; (c = tscal_sync_result_cpu(result, i)) != NULL;
		i++) {
		json_t *o = json_object();

		json_set(o, "cpu", json_integer(c->cpu));
		json_set(o, "package", number(c->package));
		json_set(o, "node", number(c->node));
		json_append(all, o);
		if (!c->visited)
			json_append(unvisited, json_integer(c->cpu));
	}
	json_set(root, "unvisited", unvisited);
	json_set(root, "cpus", all);
}

int json_sync(const struct tscal_sync_result *result)
{
	const struct tscal_sync_info *info = tscal_sync_result_info(result);
	json_t *root = json_document("tscal.sync/1");

	json_set(root, "verdict",
		json_string(tscal_sync_verdict_str(info->verdict)));
	json_set(root, "sentence", json_text(info->sentence));
	json_set(root, "worst_ns",
		info->worst_ns < 0 ? json_null()
				   : json_rounded(info->worst_ns));
	json_set(root, "worst",
		info->worst_a < 0
			? json_null()
			: json_pack("[ii]", info->worst_a, info->worst_b));
	json_set(root, "tsc_aux",
		info->tsc_aux < 0 ? json_null() : json_boolean(info->tsc_aux));
	json_set(root, "ms", json_rounded(info->ms));
	json_set(root, "pairs", pairs(result));
	set_cpus(root, result);
	json_set(root, "topology", json_text(info->topology));
	return json_print(root, JSON_INDENT(2));
}

#endif
