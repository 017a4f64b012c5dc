/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The line of a converter; docs/converting.md has its format.  Without
 * printf() and strtod(), which use the decimal point of the program's locale;
 * strict, so that the same converter is always the same line.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <tscal/conv.h>

#include "clock/convert/boot.h"
#include "plat/text.h"

#define VERSION "tscal-conv/1"

/* Rates are multiples of 2^-25 Hz (TSCAL_HZ_Q25_()), which have no more than 25
 * decimals. */
#define HZ_BITS 25
/* Characters of the line that a message shows. */
#define SHOWN 40
#define SOURCE_SIZE sizeof(((struct tscal_conv_meta *)0)->source)

static uint32_t checksum(const char *text, size_t n)
{
	/* FNV-1a, 32 bits (RFC draft-eastlake-fnv): against accidents. */
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)text[i]) * 16777619u;
	return h;
}

/* What both directions accept ------------------------------------------ */

/* Between these a double has all its bits above 2^-25, so a line has it
 * exactly. */
#define BOUND_MIN 0x1p27
#define BOUND_MAX 0x1p35

/* Both 0, or around the rate. */
static bool bounds_valid(double hz, double lo, double hi)
{
	/* A comparison with a NaN would raise FE_INVALID. */
	if (isnan(lo) || isnan(hi))
		return false;
	if (!(lo > 0) && !(hi > 0))
		return lo == 0 && hi == 0;
	return lo >= BOUND_MIN && lo <= hz && hz <= hi && hi <= BOUND_MAX;
}

/* A name of tscal_source_str(): lower-case letters, digits and hyphens. */
static bool source_valid(const char *name)
{
	/* It may lack the NUL. */
	return memchr(name, '\0', SOURCE_SIZE) && strlen(name) > 1 &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* Writing ------------------------------------------------------------- */

struct out {
	char *text;
	size_t size, n; /* n may become more than there is room for */
};

static void put(struct out *o, const char *text)
{
	for (; *text; text++, o->n++)
		if (o->n < o->size)
			o->text[o->n] = *text;
}

static void put_u64(struct out *o, uint64_t x)
{
	char digits[21] = "", *p = digits + 20;

	do {
		*--p = (char)('0' + x % 10);
		x /= 10;
	} while (x);
	put(o, p);
}

static void put_i64(struct out *o, int64_t x)
{
	if (x < 0)
		put(o, "-");
	put_u64(o, x < 0 ? -(uint64_t)x : (uint64_t)x);
}

/* All decimals that there are, and at least one. */
static void put_hz(struct out *o, double hz)
{
	uint64_t q = (uint64_t)TSCAL_HZ_Q25_(hz);
	uint64_t mask = (UINT64_C(1) << HZ_BITS) - 1, part = q & mask;
	char digit[2] = "";

	put_u64(o, q >> HZ_BITS);
	put(o, ".");
	do {
		part *= 10;
		digit[0] = (char)('0' + (part >> HZ_BITS));
		part &= mask;
		put(o, digit);
	} while (part);
}

static void put_field(struct out *o, const char *field)
{
	put(o, " ");
	put(o, field);
	put(o, "=");
}

/* Bounds of the rate, with all their decimals. */
static void put_bound(struct out *o, const char *field, double hz)
{
	put_field(o, field);
	if (hz > 0)
		put_hz(o, hz);
	else
		put(o, "-");
}

static void put_text(struct out *o, const char *field, const char *text)
{
	put_field(o, field);
	put(o, text[0] ? text : "-");
}

/* Whether tscal_conv_parse() gives exactly the same back. */
static bool can_be_written(const struct tscal_conv_meta *m)
{
	struct tscal_conv same;

	return !tscal_conv_init(&same, m->conv.tsc_hz, 0, 0) &&
	       same.mult == m->conv.mult &&
	       bounds_valid(m->conv.tsc_hz, m->hz_lo, m->hz_hi) &&
	       (!m->source[0] || source_valid(m->source)) &&
	       tscal_clock_id_str(m->clock_id) &&
	       (!m->boot_id[0] || boot_id_valid(m->boot_id));
}

int tscal_conv_format(
	const struct tscal_conv_meta *meta, char *line, size_t size)
{
	struct out o = {line, size, 0};
	uint32_t sum;
	char hex[9] = "";

	if (!can_be_written(meta))
		return -EINVAL;
	put(&o, VERSION " hz=");
	put_hz(&o, meta->conv.tsc_hz);
	put_bound(&o, "lo", meta->hz_lo);
	put_bound(&o, "hi", meta->hz_hi);
	put_text(&o, "source", meta->source);
	put_field(&o, "tsc");
	put_u64(&o, meta->conv.tsc_epoch);
	put_field(&o, "ns");
	put_i64(&o, meta->conv.ns_epoch);
	put_text(&o, "clock", tscal_clock_id_str(meta->clock_id));
	put_field(&o, "generation");
	put_u64(&o, meta->generation);
	put_field(&o, "err_ns");
	put_i64(&o, meta->err_ns < 0 ? -1 : meta->err_ns);
	put_field(&o, "made");
	put_i64(&o, meta->made_ns < 0 ? 0 : meta->made_ns);
	put_text(&o, "boot", meta->boot_id);
	if (o.n >= size)
		return -ENOSPC;
	sum = checksum(line, o.n);
	for (int i = 0; i < 8; i++)
		hex[i] = "0123456789abcdef"[sum >> (28 - 4 * i) & 15];
	put_field(&o, "sum");
	put(&o, hex);
	if (o.n >= size)
		return -ENOSPC;
	line[o.n] = '\0';
	return (int)o.n;
}

/* Reading ------------------------------------------------------------- */

struct in {
	const char *p;
	const char *sum;	   /* where " sum=" begins */
	const char *field, *value; /* of the field that is read */
	char *err;
	size_t err_size;
};

__attribute__((__format__(__printf__, 2, 3))) static bool refuse(
	struct in *in, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (in->err_size)
		text_vprintf(in->err, in->err_size, format, args);
	va_end(args);
	return false;
}

static bool found(struct in *in, const char *text, size_t n)
{
	refuse(in, ", found ");
	text_quote(in->err, in->err_size, text, n < SHOWN ? n : SHOWN);
	return false;
}

/* What the field has instead, up to the next blank. */
static bool wrong(struct in *in, const char *why)
{
	refuse(in, "%s= %s", in->field, why);
	return found(in, in->value, strcspn(in->value, " "));
}

/* " name=" */
static bool name(struct in *in, const char *field)
{
	size_t n = strlen(field);

	if (in->p[0] != ' ' || strncmp(in->p + 1, field, n) != 0 ||
		in->p[n + 1] != '=') {
		refuse(in, "expected \" %s=\"", field);
		return found(in, in->p, strlen(in->p));
	}
	in->p += n + 2;
	in->field = field;
	in->value = in->p;
	return true;
}

/* Decimal digits, none in front that need not be, up to max. */
static bool number(struct in *in, uint64_t max, uint64_t *out)
{
	const char *p = in->p;
	uint64_t x = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (x > (max - digit) / 10 || digit > max)
			return wrong(in, "is out of range");
		x = x * 10 + digit;
	}
	if (p == in->p || (in->p[0] == '0' && p - in->p > 1))
		return wrong(in, "is not a decimal number");
	in->p = p;
	*out = x;
	return true;
}

static bool field_u64(
	struct in *in, const char *field, uint64_t max, uint64_t *out)
{
	return name(in, field) && number(in, max, out);
}

static bool field_i64(
	struct in *in, const char *field, int64_t min, int64_t *out)
{
	uint64_t x = 0;
	bool negative;

	if (!name(in, field))
		return false;
	negative = *in->p == '-' && min < 0;
	in->p += negative;
	if (!number(in, negative ? -(uint64_t)min : INT64_MAX, &x))
		return false;
	if (negative && !x)
		return wrong(in, "is not a decimal number");
	*out = (int64_t)(negative ? -x : x);
	return true;
}

/*
 * Decimals of a multiple of 2^-25: at most 25 are needed.  Anything that is no
 * such multiple was not written by this library, and is refused.
 */
static bool rate(struct in *in, double *hz)
{
	tscal_u128 rest = 0, ten = 1;
	uint64_t whole, part;
	size_t n;

	if (!number(in, (uint64_t)BOUND_MAX, &whole))
		return false;
	if (*in->p != '.')
		return wrong(in, "has no decimals");
	n = strspn(++in->p, "0123456789");
	if (!n || n > HZ_BITS)
		return wrong(in, "needs 1 to 25 decimals");
	if (n > 1 && in->p[n - 1] == '0')
		return wrong(in, "has a zero at its end");
	for (size_t i = 0; i < n; i++) {
		rest = rest * 10 + (unsigned)(in->p[i] - '0');
		ten *= 10;
	}
	in->p += n;
	/* part / 2^25 = rest / 10^n, exactly: 10^25 * 2^25 < 2^109. */
	rest <<= HZ_BITS;
	part = (uint64_t)(rest / ten);
	if (rest % ten)
		return wrong(in, "is no multiple of 2^-25 Hz");
	/* At most 2^60: exact if the double has the bits. */
	*hz = (double)(whole << HZ_BITS | part) * 0x1p-25;
	if ((uint64_t)TSCAL_HZ_Q25_(*hz) != (whole << HZ_BITS | part))
		return wrong(in, "has more bits than a double");
	return true;
}

/* "-" for what is not known. */
static bool unknown(struct in *in)
{
	bool is = in->p[0] == '-' && (in->p[1] == ' ' || !in->p[1]);

	in->p += is;
	return is;
}

static bool field_bound(struct in *in, const char *field, double *hz)
{
	if (!name(in, field))
		return false;
	if (unknown(in))
		return true;
	return rate(in, hz) && (*hz > 0 || wrong(in, "is out of range"));
}

/* A word of less than size characters; a longer one is left out. */
static bool field_word(
	struct in *in, const char *field, char *word, size_t size)
{
	size_t n;

	if (!name(in, field))
		return false;
	n = strcspn(in->p, " ");
	if (n < size)
		memcpy(word, in->p, n);
	in->p += n;
	return true;
}

/* The same, or "-" for none. */
static bool field_word_or_none(struct in *in, const char *field, char *word,
	size_t size, bool (*valid)(const char *), const char *why)
{
	if (!field_word(in, field, word, size))
		return false;
	if (strcmp(word, "-") == 0)
		word[0] = '\0';
	else if (!valid(word))
		return wrong(in, why);
	return true;
}

static bool field_clock(struct in *in, int32_t *id)
{
	char text[16] = "";

	if (!field_word(in, "clock", text, sizeof(text)))
		return false;
	*id = tscal_clock_id_by_name(text);
	return tscal_clock_id_str(*id) ||
	       wrong(in, "is no clock that this library knows");
}

/* Before any field is used: whole, and of this version. */
static bool intact(struct in *in, const char *line)
{
	size_t n = strlen(line);
	uint32_t stated = 0;

	n -= n && line[n - 1] == '\n';
	if (strncmp(line, VERSION " ", strlen(VERSION) + 1) != 0) {
		refuse(in, "no converter: expected \"" VERSION " \"");
		return found(in, line, n);
	}
	in->sum = n > 13 ? line + n - 13 : line;
	if (n >= TSCAL_CONV_LINE || strncmp(in->sum, " sum=", 5) != 0 ||
		strspn(in->sum + 5, "0123456789abcdef") != 8)
		return refuse(in, "the line is cut short: expected \" sum=\" "
				  "and 8 hexadecimal digits at its end");
	for (int i = 5; i < 13; i++)
		stated = stated << 4 |
			 (uint32_t)(in->sum[i] <= '9' ? in->sum[i] - '0'
						      : in->sum[i] - 'a' + 10);
	if (stated != checksum(line, (size_t)(in->sum - line)))
		return refuse(in, "its checksum does not fit: it was changed");
	return true;
}

static bool fields(struct in *in, struct tscal_conv_meta *m)
{
	uint64_t tsc, generation;
	int64_t ns;
	double hz = 0;

	if (!name(in, "hz") || !rate(in, &hz) ||
		!field_bound(in, "lo", &m->hz_lo) ||
		!field_bound(in, "hi", &m->hz_hi) ||
		!field_word_or_none(in, "source", m->source, SOURCE_SIZE,
			source_valid, "is not the name of a source") ||
		!field_u64(in, "tsc", UINT64_MAX, &tsc) ||
		!field_i64(in, "ns", INT64_MIN, &ns) ||
		!field_clock(in, &m->clock_id) ||
		!field_u64(in, "generation", UINT32_MAX, &generation) ||
		!field_i64(in, "err_ns", -1, &m->err_ns) ||
		!field_i64(in, "made", 0, &m->made_ns) ||
		!field_word_or_none(in, "boot", m->boot_id, BOOT_ID_SIZE,
			boot_id_valid, "is neither a boot id nor \"-\""))
		return false;
	if (in->p != in->sum)
		return refuse(in, "expected \" sum=\" after boot=");
	m->generation = (uint32_t)generation;
	if (tscal_conv_init(&m->conv, hz, tsc, ns))
		return refuse(in, "hz= is out of range: above 250 MHz, up to "
				  "20 GHz");
	if (!bounds_valid(hz, m->hz_lo, m->hz_hi))
		return refuse(in, "lo= and hi= are no bounds of hz=");
	return true;
}

int tscal_conv_parse(const char *line, struct tscal_conv_meta *meta, char *why,
	size_t why_size)
{
	struct tscal_conv_meta m = {.clock_id = TSCAL_CLOCK_ID_NONE};
	struct in in = {.p = line, .err = why, .err_size = why_size};

	if (why_size)
		why[0] = '\0';
	if (!intact(&in, line))
		return -EBADMSG;
	in.p = line + strlen(VERSION);
	if (!fields(&in, &m))
		return -EBADMSG;
	*meta = m;
	return 0;
}
