/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Other libraries that calibrate the TSC, and how ours compares. */
#include <stdlib.h>
#include <string.h>

#include "calibration.h"

#ifndef TSCAL_PEER_ABSEIL
#define TSCAL_PEER_ABSEIL false
#endif
#ifndef TSCAL_PEER_DPDK
#define TSCAL_PEER_DPDK false
#endif
#ifndef TSCAL_PEER_UCX
#define TSCAL_PEER_UCX false
#endif
#ifndef TSCAL_PEER_LIBCPUID
#define TSCAL_PEER_LIBCPUID false
#endif

const struct peer peers[PEERS_COUNT] = {
	{"abseil", "libabsl-dev", TSCAL_PEER_ABSEIL, 0},
	/* Of all that its start takes it calibrates for 100 ms
	 * (lib/eal/common/eal_common_timer.c). */
	{"dpdk", "libdpdk-dev", TSCAL_PEER_DPDK, 100},
	{"ucx", "libucx-dev", TSCAL_PEER_UCX, 0},
	{"libcpuid", "libcpuid-dev", TSCAL_PEER_LIBCPUID, 0},
};

/* Without --window-ms. */
#define DEFAULT_WINDOW_MS 10
/* Beside the default, which is a row anyway. */
const unsigned windows_ms[WINDOWS_COUNT] = {1, 3, 30, 100, 200};

void peers_add(struct bench *b)
{
	if (b->n_whats + WINDOWS_COUNT + PEERS_COUNT > WHATS_MAX)
		abort();
	for (size_t i = 0; i < WINDOWS_COUNT; i++) {
		struct what *w = &b->whats[b->n_whats++];

		*w = (struct what){.source = TSCAL_SOURCE_CLOCK_RAW,
			.window_ms = windows_ms[i]};
		snprintf(w->name, sizeof(w->name), "clock-raw/%ums",
			windows_ms[i]);
	}
	for (size_t i = 0; i < PEERS_COUNT; i++) {
		struct what *w = &b->whats[b->n_whats];

		if (!peers[i].built)
			continue;
		*w = (struct what){.peer = &peers[i]};
		strcpy(w->name, peers[i].name);
		b->n_whats++;
	}
}

static unsigned window_of(const struct bench *b, const struct summary *row)
{
	if (row->what->window_ms)
		return row->what->window_ms;
	return b->opts.window_ms ? b->opts.window_ms : DEFAULT_WINDOW_MS;
}

/* Ours with the longest window whose call takes no longer than the peer's. */
static const struct summary *opponent(
	const struct bench *b, const struct summary *peer)
{
	unsigned longest_ms = peer->what->peer->measures_ms;
	const struct summary *best = NULL;

	for (size_t i = 0; i < b->n_rows; i++) {
		const struct summary *row = &b->rows[i];

		if (row->what->source == TSCAL_SOURCE_CLOCK_RAW && row->n &&
			row->n == row->asked && row->load == peer->load &&
			row->call_ms.median <= peer->call_ms.median &&
			(!longest_ms || window_of(b, row) <= longest_ms) &&
			(!best || window_of(b, row) > window_of(b, best)))
			best = row;
	}
	return best;
}

static void compare(struct bench *b, const struct summary *peer,
	const struct summary *ours, const char *figure, double found,
	double limit)
{
	struct target *t = target_add(b, peer, "ppm", found, limit);

	snprintf(t->text, sizeof(t->text), "%s: %s error, no more than %s's",
		ours->what->name, figure, peer->what->name);
	/* Both are off by what the truth is off. */
	t->truth_half_ppm = 2 * peer->truth_half_ppm;
	if (found + t->truth_half_ppm <= limit)
		t->verdict = VERDICT_MET;
	else if (found - t->truth_half_ppm > limit)
		t->verdict = VERDICT_MISSED;
	else
		t->verdict = VERDICT_UNDECIDED;
}

void peers_judge(struct bench *b)
{
	for (size_t i = 0; i < b->n_rows; i++) {
		const struct summary *peer = &b->rows[i], *ours;
		struct target *t;

		if (!peer->what->peer || !peer->n)
			continue;
		ours = opponent(b, peer);
		if (ours) {
			compare(b, peer, ours, "median", ours->error.median,
				peer->error.median);
			compare(b, peer, ours, "worst", ours->error.worst,
				peer->error.worst);
			continue;
		}
		t = target_add(b, peer, "ppm", -1, peer->error.median);
		t->verdict = VERDICT_NOT_COMPARED;
		snprintf(t->text, sizeof(t->text),
			"clock-raw: median error, no more than %s's",
			peer->what->name);
	}
}
