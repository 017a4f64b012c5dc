/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/page/page_identity.h"

#include <errno.h>
#include <string.h>

#include "clock/convert/boot.h"
#include "clock/page/page.h"
#include "plat/self.h"

/* "tscalpg" and PAGE_VERSION. */
#define MAGIC UINT64_C(0x747363616c706700)
#define VERSION_MASK UINT64_C(0xff)

int page_place_check(const void *page, size_t size)
{
	return page && size >= sizeof(struct tscal_clock_page) &&
			       !((uintptr_t)page %
				       _Alignof(struct tscal_clock_page))
		       ? 0
		       : -EINVAL;
}

/* The 128 bits of a boot id; false: there is none. */
static bool boot(struct tscal_platform *plat, uint64_t id[2])
{
	char text[BOOT_ID_SIZE];
	int digits = 0;

	id[0] = id[1] = 0;
	boot_id_read(plat, text);
	for (const char *c = text; *c; c++) {
		uint64_t digit;

		if (*c == '-')
			continue;
		digit = (uint64_t)(*c <= '9' ? *c - '0' : *c - 'a' + 10);
		id[digits / 16] = id[digits / 16] << 4 | digit;
		digits++;
	}
	return digits == 32;
}

/* Another number than that of the clock that had the page before; not 0. */
static uint32_t new_owner(const struct tscal_clock_page *page, uint64_t tsc)
{
	uint32_t before = __atomic_load_n(&page->owner, __ATOMIC_ACQUIRE);
	uint32_t owner = (uint32_t)((tsc * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

	while (!owner || owner == before)
		owner++;
	return owner;
}

/* Whether a page is there that others may have attached.  1, 0, or why it must
 * be left alone. */
static int look_for_page(
	const struct tscal_clock_page *page, int clock_id, const uint64_t id[2])
{
	uint64_t magic = __atomic_load_n(&page->magic, __ATOMIC_ACQUIRE);

	if ((magic & ~VERSION_MASK) != MAGIC)
		return 0;
	if ((magic & VERSION_MASK) != PAGE_VERSION)
		return -EPROTO;
	/* After another boot no process reads it; but this boot is not known.
	 */
	if (!(id[0] | id[1]))
		return -ENODATA;
	if (memcmp(id, page->boot_id, sizeof(page->boot_id)) != 0)
		return 0;
	if (page->clock_id != clock_id ||
		page->time_namespace != self_time_namespace())
		return -EEXIST;
	return 1;
}

int page_take_over(struct tscal_platform *plat, struct tscal_clock_page *page,
	int clock_id, uint64_t tsc, uint32_t *owner)
{
	uint64_t id[2];
	int there;

	(void)boot(plat, id);
	there = look_for_page(page, clock_id, id);
	if (there < 0)
		return there;
	*owner = new_owner(page, tsc);
	if (!there) {
		__atomic_store_n(&page->magic, 0, __ATOMIC_SEQ_CST);
		page_init(page);
	}
	/* First: a reader that sees the next generation sees its owner. */
	__atomic_store_n(&page->owner, *owner, __ATOMIC_SEQ_CST);
	page_restart(page, tsc);
	__atomic_store_n(&page->utc_err_ns, -1, __ATOMIC_RELEASE);
	__atomic_store_n(&page->flags, 0, __ATOMIC_RELEASE);
	if (there)
		return 0;
	memcpy(page->boot_id, id, sizeof(id));
	page->time_namespace = self_time_namespace();
	page->clock_id = clock_id;
	__atomic_store_n(&page->magic, MAGIC | PAGE_VERSION, __ATOMIC_SEQ_CST);
	return 0;
}

int page_identity_check(struct tscal_platform *plat,
	const struct tscal_clock_page *page, int clock_id)
{
	uint64_t magic = __atomic_load_n(&page->magic, __ATOMIC_ACQUIRE);
	uint64_t here[2], there[2];

	for (int i = 0; i < 2; i++)
		there[i] = __atomic_load_n(&page->boot_id[i], __ATOMIC_ACQUIRE);
	if (!magic)
		return -EAGAIN;
	if ((magic & ~VERSION_MASK) != MAGIC)
		return -ENOMSG;
	if ((magic & VERSION_MASK) != PAGE_VERSION)
		return -EPROTO;
	if (__atomic_load_n(&page->clock_id, __ATOMIC_ACQUIRE) != clock_id)
		return -ENXIO;
	if (!boot(plat, here) || !(there[0] | there[1]))
		return -ENODATA;
	if (memcmp(here, there, sizeof(here)) != 0)
		return -ESTALE;
	if (__atomic_load_n(&page->time_namespace, __ATOMIC_ACQUIRE) !=
		self_time_namespace())
		return -EXDEV;
	return 0;
}
