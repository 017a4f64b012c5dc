/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * clock/follow/: how segments follow the system's clock.  The servo: from
 * anchors of the clock that is followed to the next segment.  Pure: it knows no
 * page and no machine.
 */
#ifndef TSCAL_SERVO_H
#define TSCAL_SERVO_H

#include <stdbool.h>

#include <tscal/clock.h>

#include "clock/convert/anchor.h"
#include "clock/page/page.h"

/* Anchors kept: a rate is taken over as many as one rate explains. */
#define SERVO_ANCHORS 16

struct servo_opts {
	double interval_ns; /* between updates */
	double drift_ppm;   /* how fast the clock may change its rate unseen */
	bool follow_steps;  /* CLOCK_REALTIME: readings step back as it does */
	bool slew;	    /* ... but work that off instead */
};

struct servo {
	struct servo_opts opts;
	struct anchor anchor[SERVO_ANCHORS]; /* the last at (n - 1) % 16 */
	uint64_t n;
	double rate, rate_half; /* ns per tick, and how far off that may be */
	double drift_ppm; /* the same as in opts, or more after surprises */
	bool stepped;	  /* the last anchor did not fit the rate */
	unsigned noisy; /* updates to go until what follows a break is quiet */
	struct tscal_segment newest; /* as published */
	uint64_t begins_tsc;	     /* what was resumed last */
};

enum servo_do {
	SERVO_NOTHING,
	SERVO_PUBLISH, /* seg[0], if n is 1, goes on from the newest */
	SERVO_RESUME,  /* seg[] begins anew */
	SERVO_BREAK,   /* leave the TSC: nothing is known after from_tsc */
};

struct servo_plan {
	enum servo_do what;
	struct tscal_segment seg[PAGE_ANEW];
	unsigned n;
	uint32_t events; /* TSCAL_EVENT_*; of a break TSCAL_EVENT_JUMP if the
			  * TSC went back, else none: others classify it */
	uint64_t from_tsc;
	int64_t floor_ns; /* of a break: as for page_revoke() */
	double off_ns;	  /* how far outside of its anchor the clock was */
};

/* Begin at an anchor with a rate, and at once: there are no readers yet. */
void servo_begin(struct servo *s, const struct servo_opts *opts,
	const struct anchor *at, double rate, double rate_half,
	struct servo_plan *plan);

/* Where the clock is now.  seg: the segment that is valid now; NULL: none. */
void servo_step(struct servo *s, const struct anchor *now,
	const struct tscal_segment *seg, struct servo_plan *plan);

/* Leave the TSC for a reason that the servo does not see. */
void servo_break(
	struct servo *s, const struct anchor *now, struct servo_plan *plan);

/* A plan was carried out; its segments have their numbers by now. */
void servo_published(struct servo *s, const struct servo_plan *plan);

/* After a break the segments could not be resumed: at the next update. */
void servo_not_resumed(struct servo *s);

#endif /* TSCAL_SERVO_H */
