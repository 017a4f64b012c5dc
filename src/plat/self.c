/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/self.h"

#include <sys/stat.h>
#include <unistd.h>

uint32_t self_pid(void)
{
	return (uint32_t)getpid();
}

uint64_t self_time_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/time", &st) ? 0 : st.st_ino;
}
