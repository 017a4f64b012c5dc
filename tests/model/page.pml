/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The page of a clock (src/clock/page/page.h), its writer, its readers, and a clock
 * and a TSC that things happen to; SPIN tries every order of their steps.
 *
 * Each load, store and exchange of a shared word is a step of its own, but for a
 * segment's fields: they are written in one step and loaded in two, so that a
 * reader may get halves of different segments.  SPIN's memory is sequentially consistent;
 * x86 differs by letting a load pass an earlier store, and where that matters
 * page.c has an exchange, which it cannot pass.
 *
 * With ATTACHED readers are of another process, which cannot write the page
 * (src/clock/page/attached_answer.c).
 *
 * Asserted: a reading by a segment is by that segment, all of it; a reading is
 * not below one that the same reader has had in the same generation; a reader
 * tries again only where the page was changed meanwhile.
 *
 * Macros: COARSE: a segment is written in one step, and loaded in one.
 * LAPSED: it begins after the end of a lease.  SET_FORWARD, SET_BACK, JUMP: what happens, once.  NO_SEQ, NO_CLOSE,
 * NO_RESUMING, NO_RECORD, FORGET_LATE: mutants, each of which must fail;
 * of attached readers NO_EPOCH, NO_LOCK, EARLY_CLOCK.
 */
#ifndef READERS
#define READERS 2
#endif
#ifndef READINGS
#define READINGS 2
#endif
#ifndef UPDATES
#define UPDATES 4
#endif
#ifndef T_MAX
#define T_MAX 4
#endif
#ifndef START
#define START 1
#endif
#define RING 3
#define TRIES 2
#define HOLD 1	/* a reading is held if that is passed so soon */
#ifndef EARLY
#define EARLY 1 /* a segment that was resumed begins so soon */
#endif
#define LOW (-20)
#define NUMBERS 9 /* of segments, at most */

/* The latch, one word: number + 32 * ahead + 64 * generation + flags. */
#define NUMBER(l) ((l) & 31)
#define AHEAD(l) (((l) >> 5) & 1)
#define NEWEST(l) (NUMBER(l) + AHEAD(l))
#define GENERATION(l) (((l) >> 6) & 15)
#define CLOSED 1024
#define STEPPED 2048
#define RESUMING 4096
#define UNHELD 8192
#define LATCH(number, ahead, generation) \
	((number) + 32 * (ahead) + 64 * ((generation) & 15))
#define NEXT_GENERATION(l) \
	(LATCH(NEWEST(l), 0, GENERATION(l) + 1) | CLOSED)
#define WRITING 99

int latch;
short seq[RING], from[RING], end[RING], base[RING];
byte slope[RING];
short highest = LOW;
byte steps;

/* The TSC and the clock. */
short tsc = START, off = 0; /* the clock shows tsc + off */
bool happened;

/* What the segments are, for the assertions alone. */
short g_from[NUMBERS], g_base[NUMBERS];
byte g_slope[NUMBERS];
byte unchanged; /* by reader: the page is as it was when the reader looked */

#define CLOCK (tsc + off)

inline exchange(was, becomes, done)
{
	atomic {
		if
		:: latch == (was) ->
			latch = (becomes);
			unchanged = 0;
			done = true
		:: else ->
			done = false
		fi
	}
}

/* Segment n. */
inline write_segment(n, f, e, b, s)
{
#ifndef COARSE
	seq[(n) % RING] = WRITING;
#endif
	d_step {
		g_from[n] = f;
		g_base[n] = b;
		g_slope[n] = s;
		unchanged = 0;
		from[(n) % RING] = f;
		end[(n) % RING] = e;
		base[(n) % RING] = b;
		slope[(n) % RING] = s;
#ifdef COARSE
		seq[(n) % RING] = n
#endif
	};
#ifndef COARSE
	seq[(n) % RING] = n
#endif
}

/* A copy of segment n, or not whole. */
inline load_segment(n, f, e, b, s, whole)
{
#ifdef COARSE
	d_step {
		whole = (seq[(n) % RING] == (n));
		f = from[(n) % RING];
		e = end[(n) % RING];
		b = base[(n) % RING];
		s = slope[(n) % RING]
	}
#else
	whole = (seq[(n) % RING] == (n));
	d_step {
		f = from[(n) % RING];
		e = end[(n) % RING]
	};
	d_step {
		b = base[(n) % RING];
		s = slope[(n) % RING]
	};
#ifndef NO_SEQ
	whole = whole && seq[(n) % RING] == (n)
#else
	whole = true
#endif
#endif
}

/* These take the variables f, e, b, s, whole, h, held and back of the caller. */

/* Nothing goes on from the newest segment, nor begins anew. */
inline close(l, done)
{
	done = true;
#ifndef NO_CLOSE
	if
	:: l & RESUMING || !(l & CLOSED) ->
		exchange(l, (l | CLOSED) & ~RESUMING, done);
		l = (l | CLOSED) & ~RESUMING
	:: else
	fi
#endif
}

/* Not below what a segment gave; done: the page is still the same. */
inline hold_at_floor(l, ns, done)
{
	done = true;
	if
	:: l & STEPPED
	:: else ->
		load_segment(NEWEST(l), f, e, b, s, whole);
		if
		:: !whole -> done = false
		:: whole && b + s * (e - f) <= ns
		:: whole && b + s * (e - f) > ns &&
				b + s * (e - f) - ns <= HOLD ->
			ns = b + s * (e - f)
		:: whole && b + s * (e - f) - ns > HOLD ->
			exchange(l, NEXT_GENERATION(l) | STEPPED, done);
			l = NEXT_GENERATION(l) | STEPPED
		fi
	fi
}

/*
 * Nor below an earlier answer, nor above most.  A reader that cannot record it
 * tries again, or does without after any number of tries: page.c counts them.
 */
inline hold_at_highest(ns, most)
{
	do
	:: h = highest;
		held = ns;
		if
		:: held < h && h - held <= HOLD -> held = h
		:: else
		fi;
		if
		:: held > most -> held = most
		:: else
		fi;
		if
		:: ns < h && h - ns > HOLD -> back = true
		:: held <= h && !(ns < h && h - ns > HOLD) ->
			ns = held;
			break
#ifdef NO_RECORD
		:: else ->
			ns = held;
			break
#else
		:: else ->
			atomic {
				if
				:: highest == h ->
					highest = held;
					back = false
				:: else -> back = true
				fi
			}
#endif
		fi;
		if
		:: !back ->
			ns = held;
			break
		:: back && !(ns < h && h - ns > HOLD)
		:: back -> /* it is not recorded */
			steps++;
			if
			:: ns > most -> ns = most
			:: else
			fi;
			break
		fi
	od;
	atomic {
		h = 0;
		held = 0;
		back = false
	}
}

/* The next generation, by the writer, whose l, to and ok it takes. */
inline revoke(number, flags)
{
	do
	:: l = latch;
		to = LATCH(number, 0, GENERATION(l) + 1) | CLOSED | flags;
		exchange(l, to, ok);
		if
		:: ok -> break
		:: else
		fi
	od
}

/* Time goes on, and the clock is set, when it is read: as good as at any
 * moment before. */
inline pass()
{
	do
	:: tsc < T_MAX -> tsc++
#ifdef SET_FORWARD
	:: !happened -> off = off + 3; happened = true
#endif
#ifdef SET_BACK
	:: !happened -> off = off - 3; happened = true
#endif
#ifdef JUMP
	/* The TSC jumps back, to before all segments, and the clock does not. */
	:: !happened -> off = off + tsc + 2; tsc = -2; happened = true
#endif
	:: break
	od
}

inline read_tsc(t)
{
	atomic {
		pass();
		t = tsc
	}
}

inline read_clock(ns)
{
	atomic {
		pass();
		ns = CLOCK
	}
}

proctype writer()
{
	byte updates = 0, s, newest;
	int l, resuming, to;
	short at, ns, lease_end, last, floor, f, e, b, h, held;
	bool ok, whole, back;

	do
	:: updates < UPDATES && NEWEST(latch) < NUMBERS - 1 ->
		updates++;
		l = latch;
		newest = NEWEST(l);
		atomic { /* the anchor */
			pass();
			at = tsc;
			ns = CLOCK
		};
		d_step { /* only this process writes segments */
			lease_end = end[newest % RING];
			last = base[newest % RING] + slope[newest % RING] *
				(lease_end - from[newest % RING])
		};
		if
		:: !(l & CLOSED) && at < lease_end && AHEAD(l) &&
				at >= from[newest % RING] ->
			/* page_publish(), of none: the next has begun. */
			exchange(l, LATCH(newest, 0, GENERATION(l)), ok)
		:: !(l & CLOSED) && at < lease_end && !AHEAD(l) ->
			/* page_publish(): on from the newest, at any rate. */
			if
			:: s = 0
			:: s = 2
			fi;
			write_segment(newest + 1, lease_end, lease_end + 2,
				last, s);
			exchange(l, LATCH(NUMBER(l), 1, GENERATION(l)), ok)
		:: !(l & CLOSED) ->
			/* page_revoke(), which need not have a reason here. */
			write_segment(newest + 1, at, at, last, 0);
			if
			:: revoke(newest + 1, STEPPED)
			:: revoke(newest + 1, 0)
			fi
		:: l & CLOSED || at >= lease_end ->
			/* page_resume(): above what was answered. */
			floor = ns;
			close(l, ok);
			if
			:: ok -> hold_at_floor(l, floor, ok)
			:: else
			fi;
			if
			:: ok ->
				hold_at_highest(floor, 100);
				h = highest;
				if
				:: h - ns > HOLD ->
					/* page_forget() */
#ifdef FORGET_LATE
					revoke(newest, STEPPED);
					highest = LOW
#else
					revoke(newest, STEPPED | UNHELD);
					highest = LOW;
					revoke(newest, STEPPED)
#endif
				:: else
				fi;
				ok = (floor <= ns + EARLY)
			:: else
			fi;
			if
			:: !ok -> goto next
			:: else
			fi;
			l = latch;
			write_segment(newest + 1, at + EARLY, at + EARLY + 1,
				ns + EARLY, 1);
			to = LATCH(newest + 1, 0, GENERATION(l));
#ifdef NO_RESUMING
			if
			:: highest <= ns + EARLY -> exchange(l, to, ok)
			:: else
			fi
#else
			resuming = l | CLOSED | RESUMING;
			exchange(l, resuming, ok);
			if
			:: ok && highest > ns + EARLY ->
				exchange(resuming, resuming & ~RESUMING, ok)
			:: ok && highest <= ns + EARLY ->
				exchange(resuming, to, ok)
			:: !ok
			fi
#endif
		fi;
next:		atomic {
			floor = 0; f = 0; e = 0; b = 0; h = 0;
			whole = false; back = false;
			s = 0; newest = 0; l = 0; resuming = 0; to = 0;
			at = 0; ns = 0; lease_end = 0; last = 0; ok = false
		}
	:: else -> break
	od
}

proctype reader(byte me)
{
	byte readings = 0, tries, before, generation, last_generation, s, n;
	int l;
	short last = LOW, t, ns, most, h, held, f, e, b;
	bool whole, ok, back;

	do
	:: readings < READINGS - (me - 1) ->
		readings++;
		before = steps + GENERATION(latch); /* read.c: as at once */

		/* tscal_clock_read_() */
		l = latch;
		read_tsc(t);
		if
		:: l & CLOSED -> goto slow
		:: else
		fi;
		n = NUMBER(l);
#ifdef COARSE
		load_segment(n, f, e, b, s, whole);
		if
		:: !whole || t < f || t >= e -> goto slow
		:: else
		fi;
#else
		d_step {
			f = from[n % RING];
			e = end[n % RING]
		};
		if
		:: t < f || t >= e -> goto slow
		:: else
		fi;
		d_step {
			b = base[n % RING];
			s = slope[n % RING]
		};
#ifndef NO_SEQ
		if
		:: seq[n % RING] != n -> goto slow
		:: else
		fi;
#endif
#endif
		ns = b + s * (t - f);
		assert(ns == g_base[n] + g_slope[n] * (t - g_from[n]));
		goto done;

		/* clock_read_slow() and page_answer() */
slow:		tries = 0;
again:		if
		:: tries > 0 -> assert(!(unchanged & me))
		:: else
		fi;
		if
		:: tries == TRIES ->
			steps++;
			goto done
		:: else ->
			tries++
		fi;
		d_step {
			unchanged = unchanged | me;
			l = latch
		};
		read_clock(ns);
		read_tsc(t);
		most = 100;
		if
		:: l & CLOSED -> goto ended
		:: else
		fi;
		n = NEWEST(l);
		do
		:: load_segment(n, f, e, b, s, whole);
			if
			:: !whole -> goto again
			:: whole && t >= e -> goto ended
			:: whole && t >= f && t < e ->
				ns = b + s * (t - f);
				assert(ns == g_base[n] +
						g_slope[n] * (t - g_from[n]));
				goto done
			:: whole && t < f && n != NUMBER(l) -> n--
			:: whole && t < f && n == NUMBER(l) -> break
			fi
		od;
		if
		:: t >= f - EARLY ->
			most = b;
			goto hold
		:: else -> /* the TSC jumped */
			exchange(l, NEXT_GENERATION(l) | STEPPED, ok);
			goto again
		fi;
ended:		close(l, ok);
		if
		:: ok -> hold_at_floor(l, ns, ok)
		:: else
		fi;
		if
		:: !ok -> goto again
		:: else
		fi;
hold:		if
		:: l & UNHELD -> steps++
		:: else -> hold_at_highest(ns, most)
		fi;
		if
		:: latch != l -> goto again
		:: else
		fi;

done:		generation = steps + GENERATION(latch);
		if
		:: before != generation
		:: before == generation && generation != last_generation ->
			last_generation = generation;
			last = ns
		:: before == generation && generation == last_generation ->
#ifndef JUMP
			assert(ns >= last);
#endif
			last = ns
		fi;
		atomic { /* nothing else is remembered */
			before = 0; generation = 0; tries = 0;
			n = 0; s = 0; l = 0; t = 0; ns = 0;
			most = 0; h = 0; f = 0; e = 0; b = 0;
			whole = false; ok = false; back = false
		}
	:: else -> break
	od
}

#ifdef LATE
/* A writer that does no more than publish one segment, after the newest ended:
 * it looked before, and no reader of its own closed the page. */
proctype late_writer()
{
	int l = latch;
	bool ok;

	write_segment(2, 2, 4, 2, 0);
	exchange(l, LATCH(1, 1, 1), ok)
}
#endif

#ifdef ATTACHED
#ifndef A_TRIES
#define A_TRIES 3
#endif

/* Of the process that attached the page. */
int answered;
bool answers_stepped, lock;
byte a_steps;
short a_highest = LOW;

#define SEGMENTS(l) ((l) & ~(CLOSED | RESUMING))

/* Takes the variable alone of the caller. */
inline begin_epoch(of_latch, of_stepped)
{
	atomic {
		alone = !lock;
		lock = true
	};
	if
	:: alone ->
		answered = of_latch;
		answers_stepped = of_stepped;
		a_highest = LOW
	:: else
	fi;
	a_steps++;
	if
	:: alone -> lock = false
	:: else
	fi;
	alone = false
}

/* attached_generation(), with the variables e_latch and e_lock of the caller. */
inline attached_generation(g)
{
	e_latch = answered;
	e_lock = lock;
	if
#ifndef NO_LOCK
	:: e_lock -> begin_epoch(0, false)
#endif
#ifndef NO_EPOCH
	:: e_latch != 0 && e_latch != SEGMENTS(latch) -> begin_epoch(0, false)
#endif
	:: else
	fi;
	g = a_steps;
	g = g + GENERATION(latch)
}

proctype attached(byte me)
{
	byte readings = 0, tries, before, generation, last_generation, s, n;
	int l, e_latch;
	short last = LOW, t, ns, h, held, f, e, b;
	bool whole, alone, e_lock, e_stepped, jumped, ended;

	do
	:: readings < READINGS - (me - 1) ->
		readings++;
		attached_generation(before);

		/* tscal_clock_read_(): the loads are checked with reader(). */
		l = latch;
		read_tsc(t);
		if
		:: l & CLOSED -> goto slow
		:: else
		fi;
		n = NUMBER(l);
		load_segment(n, f, e, b, s, whole);
		if
		:: !whole || t < f || t >= e -> goto slow
		:: else
		fi;
		ns = b + s * (t - f);
		goto done;

		/* clock_read_slow() and attached_answer() */
slow:		tries = 0;
again:		if
		:: tries == A_TRIES ->
			a_steps++;
			goto done
		:: else ->
			tries++
		fi;
		l = latch;
		read_clock(ns);
		read_tsc(t);
		e_stepped = answers_stepped;
		jumped = false;
		ended = false;
		if
		:: l & CLOSED ->
			ended = true;
			goto found
		:: else
		fi;
		n = NEWEST(l);
		do
		:: load_segment(n, f, e, b, s, whole);
			if
			:: !whole -> goto again
			:: whole && t >= e ->
				ended = true;
				break
			:: whole && t >= f && t < e ->
				ns = b + s * (t - f);
				goto done
			:: whole && t < f && n != NUMBER(l) -> n--
			:: whole && t < f && n == NUMBER(l) && t >= f - EARLY ->
#ifndef EARLY_CLOCK
				ns = b;
#endif
				goto done
			:: whole && t < f && n == NUMBER(l) && t < f - EARLY ->
				jumped = true;
				break
			fi
		od;
found:		atomic {
			if
			:: answered == 0 -> answered = SEGMENTS(l)
			:: else
			fi;
			e_latch = answered
		};
		if
		:: e_latch != SEGMENTS(l) || (jumped && !e_stepped) ->
			begin_epoch(SEGMENTS(l), jumped);
			goto again
		:: else
		fi;
		if
		:: ended && !e_stepped && !(l & STEPPED) ->
			load_segment(NEWEST(l), f, e, b, s, whole);
			if
			:: !whole -> goto again
			:: whole && b + s * (e - f) <= ns
			:: whole && b + s * (e - f) > ns &&
					b + s * (e - f) - ns <= HOLD ->
				ns = b + s * (e - f)
			:: whole && b + s * (e - f) - ns > HOLD ->
				begin_epoch(SEGMENTS(l), true);
				goto again
			fi
		:: else
		fi;
		/* page_hold(); tries are not counted here */
		do
		:: h = a_highest;
			held = ns;
			if
			:: ns < h && h - ns > HOLD ->
				begin_epoch(SEGMENTS(l), e_stepped);
				goto again
			:: ns < h && h - ns <= HOLD -> held = h
			:: else
			fi;
			if
			:: held <= h -> break
			:: else ->
				atomic {
					if
					:: a_highest == h ->
						a_highest = held;
						whole = true
					:: else -> whole = false
					fi
				};
				if
				:: whole -> break
				:: else
				fi
			fi
		od;
		ns = held;

done:		attached_generation(generation);
		if
		:: before != generation
		:: before == generation && generation != last_generation ->
			last_generation = generation;
			last = ns
		:: before == generation && generation == last_generation ->
#ifndef JUMP
			assert(ns >= last);
#endif
			last = ns
		fi;
		atomic { /* nothing else is remembered */
			before = 0; generation = 0; tries = 0;
			n = 0; s = 0; l = 0; t = 0; ns = 0;
			h = 0; held = 0; f = 0; e = 0; b = 0;
			e_latch = 0;
			whole = false; alone = false; e_lock = false;
			e_stepped = false; jumped = false; ended = false
		}
	:: else -> break
	od
}
#endif

init
{
	byte i;

	atomic {
		/* At first segment 1 is valid, until it ends. */
#ifdef LAPSED
		latch = LATCH(1, 0, 1) | CLOSED;
#else
		latch = LATCH(1, 0, 1);
#endif
		seq[1] = 1;
		end[1] = 2;
		slope[1] = 1;
		g_slope[1] = 1;
#ifdef LATE
		run late_writer();
#else
		run writer();
#endif
		for (i : 1 .. READERS) {
#ifdef ATTACHED
			run attached(i)
#else
			run reader(i)
#endif
		}
	}
}
