/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Channel 2 of the 8254 (Intel 82C54 datasheet, 231244), which drives the
 * speaker and nothing else: set to count and wrap, read, and restored.  Its
 * count cannot be restored: a program that makes a sound sets it again.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/io.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "probe/devices.h"

#define CHANNEL_2 0x42
#define CONTROL 0x43
/* Bits 7:6 the channel, 5:4 both bytes, 3:1 the mode: 2, which counts from the
 * count down to 1 and wraps; 0: binary. */
#define CHANNEL(mode) (2u << 6 | (mode))
#define ROUND 0x34u
#define MODE_MASK 0x3fu
#define LATCH CHANNEL(0)
/* Read back the status of channel 2 alone. */
#define READ_BACK_STATUS 0xe8u

/* NMI Status and Control: bits 3:0 are to be written, 1:0 the speaker and the
 * gate of channel 2. */
#define PORT_61 0x61
#define PORT_61_WRITE 0x0fu
#define SPEAKER 2u
#define GATE 1u

/* Latches the count of this moment; latched() reads it later. */
static inline uint64_t latch(struct worker_shared *sh)
{
	(void)sh;
	outb(LATCH, CONTROL);
	return 0;
}

/* A count of 0 is 65536; it counts down. */
static inline uint64_t latched(struct worker_shared *sh)
{
	unsigned low = inb(CHANNEL_2);

	(void)sh;
	return (0u - (low | (unsigned)inb(CHANNEL_2) << 8)) & 0xffff;
}

static uint64_t count(struct worker_shared *sh)
{
	latch(sh);
	return latched(sh);
}

static unsigned mode(void)
{
	outb(READ_BACK_STATUS, CONTROL);
	return inb(CHANNEL_2) & MODE_MASK;
}

/*
 * One process at a time: a second one would save the mode of the first as the
 * one to restore.  A name in the abstract namespace is held by this process
 * until it ends.
 */
static int take_turn(void)
{
	struct sockaddr_un name = {
		.sun_family = AF_UNIX, .sun_path = "\0tscal-pit"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&name,
		    offsetof(struct sockaddr_un, sun_path) +
			    sizeof("\0tscal-pit") - 1))
		return 0;
	return errno == EADDRINUSE ? -EBUSY : -errno;
}

static int permit(void)
{
	int rc = ports_permit(CHANNEL_2, 2);

	return rc ? rc : ports_permit(PORT_61, 1);
}

static void restore(struct worker_shared *sh)
{
	if (!sh->changed || permit())
		return;
	/* A program that makes a sound meanwhile has set it again. */
	if (mode() == ROUND && !(inb(PORT_61) & SPEAKER)) {
		outb((unsigned char)CHANNEL(sh->mode), CONTROL);
		outb(sh->port61, PORT_61);
	}
	sh->changed = false;
}

static int open_here(struct worker_shared *sh)
{
	unsigned port61, was;
	int rc = permit();

	/* The two bytes of a count belong together, unless another program
	 * reads them too. */
	sh->counter = (struct plat_counter){.num = 3579545,
		.den = 3,
		.width = 16,
		.spin = true,
		.verify = true};
	if (!rc)
		rc = take_turn();
	if (rc)
		return rc;
	port61 = inb(PORT_61);
	was = mode();
	/* All ones: no such ports. */
	if (port61 == 0xff && was == MODE_MASK)
		return -ENOENT;
	if (port61 & SPEAKER)
		return -EBUSY;
	sh->port61 = port61 & PORT_61_WRITE;
	sh->mode = (uint8_t)was;
	sh->changed = true;
	outb((unsigned char)(sh->port61 | GATE), PORT_61);
	outb(CHANNEL(ROUND), CONTROL);
	outb(0, CHANNEL_2);
	outb(0, CHANNEL_2);
	rc = mode() == ROUND ? worker_advances(sh, count) : -ENOENT;
	if (rc)
		restore(sh);
	return rc;
}

static int burst(struct worker_shared *sh)
{
	int n = worker_loop(sh, latch, latched);

	/* Another program made a sound. */
	return mode() == ROUND ? n : -EBUSY;
}

static const struct worker_job job = {
	.name = "tscal-pit",
	.open = open_here,
	.burst = burst,
	.restore = restore,
};

int pit_open(struct worker *w, const struct plat_where *where,
	struct plat_counter *out)
{
	(void)where;
	return worker_open(w, &job, NULL, NULL, out);
}
