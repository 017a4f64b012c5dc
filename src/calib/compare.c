/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Which numbers stand together.  Nothing here touches the machine.
 *
 * Two numbers with roots in common repeat one another, so they must agree to
 * rounding; if a newer one differs, the older is stale.  Two numbers of
 * disjoint roots are independent witnesses: their distance is a finding.  Each
 * set of connected roots has one voice, however many sources repeat it.
 */
#include <math.h>

#include "calib/source.h"
#include "calib/stages.h"

/* Beyond the bounds themselves, for what they leave out. */
#define SAME_ROOT_PPM 1.0
#define KERNEL_CUT_PPM 2.0
/* A timer that a host emulates goes by the host's CLOCK_MONOTONIC, which its
 * NTP runs off the second that it counts its TSC by: by what its crystal is
 * off. */
#define HOST_CLOCK_PPM COMPARE_AGREE_PPM
/* What NTP can still correct and the HPET specification allows (1.0a, 2.4.1).
 */
#define LOOSE_PPM 500.0
/* A guest restored or moved without TSC scaling: hosts tolerate 250 ppm.  A
 * leaf that is further off is a lie, not a move. */
#define MOVED_LEAF_PPM 500.0
/* The pvclock record is versioned and live, so it may tell of larger moves. */
#define MOVED_PVCLOCK_PPM 1e4

enum relation { TOGETHER, LOOSE, APART };

/* Distances are taken relative to the middle of the two, so that the order in
 * which they are asked for cannot tip a verdict. */
static double of_both_ppm(
	double hz, const struct tscal_line *a, const struct tscal_line *b)
{
	return hz / ((a->hz + b->hz) / 2) * 1e6;
}

static double distance_ppm(
	const struct tscal_line *a, const struct tscal_line *b)
{
	return of_both_ppm(fabs(a->hz - b->hz), a, b);
}

static double gap_ppm(const struct tscal_line *a, const struct tscal_line *b)
{
	double gap = larger(a->hz_lo - b->hz_hi, b->hz_lo - a->hz_hi);

	return gap > 0 ? of_both_ppm(gap, a, b) : 0;
}

bool compare_independent(const struct estimate *a, const struct estimate *b)
{
	return !(a->line.roots & b->line.roots) &&
	       !((a->line.roots | b->line.roots) & TSCAL_ROOT_UNKNOWN);
}

double compare_agreement_ppm(const struct estimate *e, const struct estimate *u)
{
	return larger(e->line.hz_hi - u->line.hz_lo,
		       u->line.hz_hi - e->line.hz_lo) /
	       u->line.hz * 1e6;
}

static bool share_known_root(const struct estimate *a, const struct estimate *b)
{
	return a->line.roots & b->line.roots & ~TSCAL_ROOT_UNKNOWN;
}

static enum relation relate(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel)
{
	double distance = distance_ppm(&a->line, &b->line);

	if (share_known_root(a, b)) {
		double allowed = SAME_ROOT_PPM;

		/* Between the kernel and its root stands its own calibration,
		 * and the rounding of its rate: it cuts pvclock's to a kHz
		 * before it doubles it once or twice, 2 ppm at most. */
		if (a->by_kernel != b->by_kernel)
			allowed += kernel->slack_ppm + KERNEL_CUT_PPM;
		if (a->by_host_clock != b->by_host_clock)
			allowed += HOST_CLOCK_PPM;
		return gap_ppm(&a->line, &b->line) <= allowed ? TOGETHER
							      : APART;
	}
	if (distance <= COMPARE_AGREE_PPM)
		return TOGETHER;
	return distance <= LOOSE_PPM ? LOOSE : APART;
}

static bool apart(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel)
{
	return relate(a, b, kernel) == APART;
}

static bool live(const struct estimate *e)
{
	return e->line.id == TSCAL_SOURCE_KVMCLOCK;
}

/*
 * Whether w speaks for the kernel's number k against the report r: another
 * report that agrees with k, or a witness that agrees with k and contradicts r,
 * if it is independent or was counted here and now without the kernel.  A leaf
 * is written when the guest is made, so within what hosts tolerate it may be as
 * old as k, and is no help against pvclock.
 */
static bool backs(const struct estimate *w, const struct estimate *k,
	const struct estimate *r, const struct kernel_rate *kernel)
{
	if (w == r || apart(w, k, kernel))
		return false;
	if (w->line.kind == TSCAL_KIND_REPORTED)
		return !live(r) ||
		       distance_ppm(&k->line, &r->line) > MOVED_LEAF_PPM;
	return apart(w, r, kernel) &&
	       (compare_independent(w, k) ||
		       (w->line.kind == TSCAL_KIND_MEASURED && !w->by_kernel));
}

/* Whether the hypervisor's report r is newer than the kernel's number k. */
static bool outdates(const struct estimate *r, const struct estimate *k,
	const struct estimate *est, size_t n, const struct kernel_rate *kernel)
{
	double limit = live(r) ? MOVED_PVCLOCK_PPM : MOVED_LEAF_PPM;

	if (!est_credible(r) || r->line.kind != TSCAL_KIND_REPORTED ||
		!share_known_root(r, k) || !apart(r, k, kernel) ||
		distance_ppm(&r->line, &k->line) > limit)
		return false;
	for (size_t w = 0; w < n; w++)
		if (est_credible(&est[w]) && backs(&est[w], k, r, kernel))
			return false;
	return true;
}

static void find_stale(
	struct estimate *est, size_t n, const struct kernel_rate *kernel)
{
	bool stale[TSCAL_SOURCE_COUNT] = {0};

	for (size_t k = 0; k < n; k++)
		for (size_t r = 0; r < n; r++) {
			if (!est_credible(&est[k]) || !est[k].by_kernel ||
				!outdates(&est[r], &est[k], est, n, kernel))
				continue;
			stale[k] = true;
			/* What repeats the old number is as old. */
			for (size_t w = 0; w < n; w++)
				stale[w] |= est[w].line.kind ==
						    TSCAL_KIND_REPORTED &&
					    est_credible(&est[w]) &&
					    apart(&est[w], &est[r], kernel) &&
					    !apart(&est[w], &est[k], kernel);
		}
	for (size_t i = 0; i < n; i++)
		if (stale[i])
			est[i].line.status = TSCAL_STATUS_STALE;
}

static bool votes(const struct estimate *e)
{
	return est_credible(e) && e->line.status != TSCAL_STATUS_STALE;
}

/*
 * Label each estimate with the voice it belongs to: the lowest bit that its
 * roots, taken together with all they are connected to, hold.
 */
static void find_voices(const struct estimate *est, size_t n, uint32_t *voice)
{
	for (size_t i = 0; i < n; i++)
		voice[i] = votes(&est[i]) ? est[i].line.roots : 0;
	for (bool grew = true; grew;) {
		grew = false;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				if (voice[i] & voice[k] &&
					voice[i] != (voice[i] | voice[k])) {
					voice[i] |= voice[k];
					grew = true;
				}
	}
}

struct support {
	bool named;	   /* it rests on no assumption */
	unsigned voices;   /* roots that do not contradict */
	unsigned close;	   /* of those, roots that agree closely */
	unsigned strength; /* 2: counted against hardware, 1: by the kernel */
	unsigned sources;  /* estimates that agree */
};

static struct support support_for(const struct estimate *est, size_t n,
	size_t i, const uint32_t *voice, const struct kernel_rate *kernel)
{
	struct support s = {.named = !est[i].assumed};
	uint32_t heard = 0, heard_close = 0;

	for (size_t k = 0; k < n; k++) {
		enum relation how = relate(&est[k], &est[i], kernel);
		unsigned strength = 0;

		if (!votes(&est[k]) || how == APART ||
			(est[k].assumed && how != TOGETHER))
			continue;
		s.sources++;
		s.voices += !(voice[k] & heard);
		heard |= voice[k];
		if (how == TOGETHER) {
			s.close += !(voice[k] & heard_close);
			heard_close |= voice[k];
		}
		if (est[k].line.kind == TSCAL_KIND_MEASURED)
			strength = est[k].by_kernel ? 1 : 2;
		if (strength > s.strength)
			s.strength = strength;
	}
	return s;
}

static bool stronger(const struct support *a, const struct support *b)
{
	/* An assumption may confirm what others say, never stand against it. */
	if (a->named != b->named)
		return a->named;
	/* A majority of roots outranks one; a measurement outranks a claim. */
	if (a->voices != b->voices)
		return a->voices > b->voices;
	if (a->close != b->close)
		return a->close > b->close;
	if (a->strength != b->strength)
		return a->strength > b->strength;
	return a->sources > b->sources;
}

/* Whether b, further down in the order of preference, comes before a. */
static bool before(const struct estimate *b, const struct estimate *a,
	const struct kernel_rate *kernel)
{
	/* What rests on an assumption comes after all that does not. */
	if (a->assumed != b->assumed)
		return a->assumed;
	/* A guess, or a calibration that the kernel does not keep its time by,
	 * is no better than a measurement. */
	return (kernel->guess || !kernel->tsc) &&
	       a->line.kind == TSCAL_KIND_KERNEL &&
	       b->line.kind == TSCAL_KIND_MEASURED;
}

static bool together(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel)
{
	return votes(a) && relate(a, b, kernel) == TOGETHER;
}

/* Whether est[i] contradicts a stronger one that stands close to est[centre]
 * too: a coarse centre, such as an emulated timer, spans both. */
static bool outvoted(const struct estimate *est, size_t n, size_t i,
	size_t centre, const struct support *support,
	const struct kernel_rate *kernel)
{
	for (size_t k = 0; k < n; k++)
		if (together(&est[k], &est[centre], kernel) &&
			apart(&est[k], &est[i], kernel) &&
			stronger(&support[k], &support[i]))
			return true;
	return false;
}

/* The preferred one of those that stand close to est[centre]. */
static size_t choose(const struct estimate *est, size_t n, size_t centre,
	const struct support *support, const struct kernel_rate *kernel)
{
	size_t used = n;

	for (size_t i = 0; i < n; i++) {
		if (!together(&est[i], &est[centre], kernel) ||
			outvoted(est, n, i, centre, support, kernel))
			continue;
		/* The table is in order of preference. */
		if (used == n || before(&est[i], &est[used], kernel))
			used = i;
	}
	return used;
}

const struct estimate *compare_used(const struct estimate *est, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (est[i].line.status == TSCAL_STATUS_USED)
			return &est[i];
	return NULL;
}

static void conclude(struct estimate *est, size_t n, size_t used,
	const struct kernel_rate *kernel, struct tscal_info *info)
{
	bool contradicted = false;
	size_t supporters = 0;

	for (size_t i = 0; i < n; i++) {
		struct tscal_line *l = &est[i].line;
		double agreement;

		/* What was counted and cannot be true is no witness, but it
		 * leaves nobody unharmed. */
		contradicted |= l->kind == TSCAL_KIND_MEASURED &&
				l->status == TSCAL_STATUS_IMPLAUSIBLE;
		if (!est_credible(&est[i]) || i == used)
			continue;
		if (l->status == TSCAL_STATUS_STALE) {
			contradicted = true;
			continue;
		}
		if (apart(&est[i], &est[used], kernel)) {
			/* Boards spread the crystal's spectrum by 0.25 %
			 * (Linux b51120309348): an assumed crystal that does
			 * not fit says nothing. */
			l->status = est[i].assumed ? TSCAL_STATUS_HINT
						   : TSCAL_STATUS_DISAGREES;
			contradicted |= !est[i].assumed;
			continue;
		}
		/* The crystal was chosen to fit within 1 %: only a close fit is
		 * more than chance. */
		if (est[i].assumed &&
			relate(&est[i], &est[used], kernel) != TOGETHER) {
			l->status = TSCAL_STATUS_HINT;
			continue;
		}
		l->status = TSCAL_STATUS_AGREES;
		/* Whatever repeats a guess is the same guess. */
		supporters += !(kernel->guess && est[i].by_kernel &&
				est[used].by_kernel);
		if (!compare_independent(&est[i], &est[used]))
			continue;
		agreement = compare_agreement_ppm(&est[i], &est[used]);
		if (info->agreement_ppm < 0 || agreement < info->agreement_ppm)
			info->agreement_ppm = agreement;
	}
	est[used].line.status = TSCAL_STATUS_USED;
	if (contradicted)
		info->rate = TSCAL_RATE_CONFLICT;
	else if (info->agreement_ppm >= 0)
		info->rate = TSCAL_RATE_VERIFIED;
	else
		info->rate = supporters ? TSCAL_RATE_CONSISTENT
					: TSCAL_RATE_SINGLE;
}

void compare(struct estimate *est, size_t n, const struct kernel_rate *kernel,
	struct tscal_info *info)
{
	uint32_t voice[TSCAL_SOURCE_COUNT];
	struct support support[TSCAL_SOURCE_COUNT] = {0};
	size_t centre = n, used;

	info->agreement_ppm = -1;
	info->rate = TSCAL_RATE_NONE;
	find_stale(est, n, kernel);
	find_voices(est, n, voice);
	for (size_t i = 0; i < n; i++) {
		if (!votes(&est[i]))
			continue;
		support[i] = support_for(est, n, i, voice, kernel);
		if (centre == n || stronger(&support[i], &support[centre]))
			centre = i;
	}
	if (centre == n)
		return;
	used = choose(est, n, centre, support, kernel);
	conclude(est, n, used, kernel, info);
	info->hz = est[used].line.hz;
	info->hz_lo = est[used].line.hz_lo;
	info->hz_hi = est[used].line.hz_hi;
	info->roots = est[used].line.roots;
	info->source = est[used].line.id;
}
