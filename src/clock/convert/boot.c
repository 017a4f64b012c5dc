/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/convert/boot.h"

#include <string.h>

#include "plat/text.h"

bool boot_id_valid(const char id[BOOT_ID_SIZE])
{
	for (int i = 0; i < BOOT_ID_SIZE - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? id[i] != '-'
			 : !id[i] || !strchr("0123456789abcdef", id[i]))
			return false;
	}
	return !id[BOOT_ID_SIZE - 1];
}

void boot_id_read(struct tscal_platform *plat, char id[BOOT_ID_SIZE])
{
	char text[BOOT_ID_SIZE + 1] = "";
	int n = text_read_line(
		plat, "/proc/sys/kernel/random/boot_id", text, sizeof(text));

	memset(id, 0, BOOT_ID_SIZE);
	if (n == BOOT_ID_SIZE - 1 && boot_id_valid(text))
		memcpy(id, text, BOOT_ID_SIZE);
}
