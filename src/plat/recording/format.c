/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A recording as text, line by line: docs/recording.md. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "plat/recording/foreign.h"
#include "plat/recording/lines.h"
#include "plat/recording/recording.h"
#include "plat/text.h"

#define HEADER "tscal-recording"

struct parser {
	struct recording *rec;
	unsigned line;
	bool started; /* the first line has been read, and */
	bool ours;    /* it is that of a recording, not plain `cpuid -r` */
	bool foreign; /* it is neither, or cpuid's decoded output */
	bool ended;
	bool in_block;	/* a CPU line has been seen */
	uint64_t block; /* the CPU that the next leaves belong to */
	char *err;
	size_t err_size;
	union rec_value value;
	char path[REC_PATH_MAX];
};

__attribute__((format(printf, 2, 3))) static int bad(
	struct parser *p, const char *fmt, ...)
{
	va_list ap;

	if (p->err_size) {
		p->err[0] = '\0';
		text_printf(p->err, p->err_size, "line %u: ", p->line);
		va_start(ap, fmt);
		text_vprintf(p->err, p->err_size, fmt, ap);
		va_end(ap);
	}
	return -EBADMSG;
}

/* What a step of the cursor expected, and what it found. */
static int bad_at(struct parser *p, const struct cursor *c)
{
	int rc = bad(p, "%s", "");

	if (p->err_size)
		cursor_explain(c, p->err, p->err_size);
	return rc;
}

static int add(struct parser *p, const struct rec_key *key,
	const struct rec_answer *answer)
{
	int rc = rec_add(p->rec, key, answer);

	switch (rc) {
	case -EEXIST:
		return bad(p,
			"contradicts line %u: another answer to the same "
			"question",
			rec_find(p->rec, key)->line);
	case -ENOSPC:
		return bad(p, "more than %u ranges of leaves", REC_RANGES_MAX);
	case -ENOMEM:
		bad(p, "out of memory");
		return rc;
	}
	return rc;
}

/* "CPU 0:", "CPU:" */
static int parse_cpu(struct parser *p, struct cursor *c)
{
	uint64_t n;

	if (!cursor_skip(c, "CPU"))
		return bad_at(p, c);
	p->block = REC_BLOCK_CPU;
	if (cursor_skip(c, " ")) {
		if (!cursor_dec(c, UINT32_MAX, &n))
			return bad_at(p, c);
		p->block = REC_BLOCK_CPU_N(n);
	}
	if (!cursor_skip(c, ":") || !cursor_end(c))
		return bad_at(p, c);
	p->in_block = true;
	return 0;
}

/* After the name: the question, ": ", the answer. */
static int parse_row(
	struct parser *p, struct cursor *c, enum rec_kind kind, uint64_t block)
{
	const struct rec_line *line = rec_lines[kind];
	struct rec_key key = {.kind = kind, .block = block};
	struct rec_answer a = {.data = &p->value, .line = p->line};
	union rec_value *v = &p->value;
	bool answered;

	memset(&v->padded, 0, sizeof(v->padded));
	if (line->key && !line->key(c, &key))
		return bad_at(p, c);
	if (key.step && (kind != REC_CPUID || block != REC_BLOCK_OWN))
		return bad(p, "a range of leaves needs the word \"cpuid\"");
	/* Nothing after the colon is an empty page or burst. */
	if (!cursor_skip(c, ":") || (!cursor_at_end(c) && !cursor_skip(c, " ")))
		return bad_at(p, c);
	answered = cursor_sees(c, "-E") ? rec_read_error(c, &a.rc)
					: line->value(c, v, &a.size);
	if (!answered || !cursor_end(c))
		return bad_at(p, c);
	return add(p, &key, &a);
}

static int parse_leaf(struct parser *p, struct cursor *c)
{
	if (!p->in_block)
		return bad(p, "a leaf before any line \"CPU N:\"");
	return parse_row(p, c, REC_CPUID, p->block);
}

static int parse_header(struct parser *p, struct cursor *c)
{
	uint64_t version;

	p->started = true;
	if (cursor_sees(c, "CPU")) {
		int rc = parse_cpu(p, c);

		p->foreign = rc;
		return rc;
	}
	p->ours = cursor_skip(c, HEADER);
	p->foreign = !p->ours;
	if (p->foreign)
		return -EBADMSG;
	if (!cursor_skip(c, " ") || !cursor_dec(c, UINT32_MAX, &version) ||
		!cursor_end(c))
		return bad_at(p, c);
	if (version != REC_VERSION)
		return bad(p,
			"version %" PRIu64 " of the format, but only "
			"version %d is known",
			version, REC_VERSION);
	return 0;
}

static int parse_ours(struct parser *p, struct cursor *c)
{
	const char *word;
	size_t len;

	if (!cursor_word(c, &word, &len))
		return bad_at(p, c);
	for (int kind = 0; kind < REC_KINDS; kind++) {
		const struct rec_line *line = rec_lines[kind];

		if (!text_is(word, len, line->name))
			continue;
		if (!p->ours)
			return bad(p,
				"a %s line needs \"" HEADER " %d\" as "
				"the first line",
				line->name, REC_VERSION);
		if (line->key && !cursor_skip(c, " "))
			return bad_at(p, c);
		return parse_row(p, c, (enum rec_kind)kind, REC_BLOCK_OWN);
	}
	if (p->ours && text_is(word, len, "end")) {
		p->ended = true;
		return cursor_end(c) ? 0 : bad_at(p, c);
	}
	/* The first lines are those that tell what a file is. */
	p->foreign = !p->ours && !rec_first(p->rec);
	return bad(p, "unknown kind of line \"%.*s\"",
		(int)(len < 20 ? len : 20), word);
}

static int parse_line(struct parser *p, const char *text, size_t len)
{
	struct cursor c = {.p = text, .end = text + len, .path = p->path};

	p->line++;
	if (len && text[len - 1] == '\r')
		c.end--;
	if (len > REC_LINE_MAX)
		return bad(p, "longer than %u bytes", REC_LINE_MAX);
	for (const char *b = c.p; b < c.end; b++)
		if ((*b < ' ' || *b > '~') && *b != '\t') {
			p->foreign = !p->started;
			return bad(p, "byte 0x%02x is not printable ASCII",
				(unsigned char)*b);
		}
	while (!cursor_at_end(&c) && (*c.p == ' ' || *c.p == '\t'))
		c.p++;
	c.start = c.p;
	if (cursor_at_end(&c) || *c.p == '#')
		return 0;
	if (!p->started)
		return parse_header(p, &c);
	if (p->ended)
		return bad(p, "something after the line \"end\"");
	if (cursor_sees(&c, "CPU"))
		return parse_cpu(p, &c);
	if (cursor_sees(&c, "0x"))
		return parse_leaf(p, &c);
	return parse_ours(p, &c);
}

/* Whether the text is this word, or was cut off within it. */
static bool is_start(const char *word, const char *text, const char *end)
{
	size_t len = strlen(word);

	if ((size_t)(end - text) < len)
		len = (size_t)(end - text);
	return !memcmp(word, text, len);
}

static int parse_text(struct parser *p, const char *text, size_t len)
{
	const char *end = text + len;
	int rc = 0;

	while (!rc && text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));

		if (!nl) {
			p->line++;
			p->foreign = !p->started &&
				     !is_start(HEADER, text, end);
			return bad(p, "no newline at its end: "
				      "the file was cut off");
		}
		rc = parse_line(p, text, (size_t)(nl - text));
		text = nl + 1;
	}
	if (rc)
		return rc;
	p->line++;
	if (!p->started) {
		p->line = 1;
		return bad(p, "the file is empty");
	}
	if (p->ours && !p->ended)
		return bad(p, "no line \"end\": the file was cut off");
	if (!p->ours && !rec_first(p->rec))
		return bad(p, "no leaf at all: the file was cut off");
	return 0;
}

static int parse_all(struct parser *p, const char *text, size_t len)
{
	int rc;

	/* Editors of Windows put a mark before UTF-8 text. */
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		len -= 3;
	}
	rc = parse_text(p, text, len);
	if (!p->foreign)
		return rc;
	if (aida64_sees(text, len))
		return aida64_parse(p->rec, text, len, p->err, p->err_size);
	foreign_describe(text, len, p->err, p->err_size);
	return rc;
}

int rec_parse(const char *text, size_t len, struct recording **out, char *err,
	size_t err_size)
{
	struct parser *p = calloc(1, sizeof(*p));
	int rc = -ENOMEM;

	*out = NULL;
	if (p) {
		p->rec = rec_new();
		p->err = err;
		p->err_size = err_size;
		if (p->rec)
			rc = parse_all(p, text, len);
		if (!rc)
			*out = p->rec;
		else
			rec_free(p->rec);
	}
	if (rc == -ENOMEM && err_size)
		snprintf(err, err_size, "out of memory");
	free(p);
	return rc;
}

static void put_entry(FILE *f, const struct rec_entry *e)
{
	const struct rec_line *line = rec_lines[e->key.kind];

	fputs(e->key.block == REC_BLOCK_OWN ? line->name : "  ", f);
	if (line->put_key)
		line->put_key(f, &e->key);
	fputc(':', f);
	if (e->answer.rc)
		rec_put_error(f, e->answer.rc);
	else
		line->put(f, &e->answer);
	fputc('\n', f);
}

static void put_cpu(FILE *f, uint64_t block)
{
	if (block == REC_BLOCK_CPU)
		fputs("CPU:\n", f);
	else if (block != REC_BLOCK_OWN)
		fprintf(f, "CPU %" PRIu64 ":\n", block - REC_BLOCK_CPU_N(0));
}

void rec_write(const struct recording *rec, const char *note, FILE *out)
{
	uint64_t block = REC_BLOCK_OWN;

	fprintf(out, HEADER " %d\n", REC_VERSION);
	if (note)
		fprintf(out, "# %s\n", note);
	for (int kind = 0; kind < REC_KINDS; kind++)
		for (const struct rec_entry *e = rec_first(rec); e;
			e = e->next) {
			if ((int)e->key.kind != kind)
				continue;
			if (e->key.block != block)
				put_cpu(out, e->key.block);
			block = e->key.block;
			put_entry(out, e);
		}
	fputs("end\n", out);
}
