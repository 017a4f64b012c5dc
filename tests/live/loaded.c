/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Both libraries loaded by dlopen(3), used, unloaded and loaded again: nothing
 * of them stays behind. */
#include <dirent.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include <tscal/probe.h>
#include <tscal/tscal.h>

#include "live.h"

#define ROUNDS 5

typedef int calibrate_fn(
	const struct tscal_opts *opts, struct tscal_info *info, size_t size);
typedef int probe_fn(enum tscal_probe level, struct tscal_platform **out);
typedef int free_fn(struct tscal_platform *platform);

/* ISO C has no cast from an object pointer to a function pointer. */
static void find(void *lib, const char *name, void *fn, size_t size)
{
	void *address = dlsym(lib, name);

	check(address, "%s", dlerror());
	memcpy(fn, &address, size);
}

static void *load(const char *path)
{
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	check(lib, "%s", dlerror());
	return lib;
}

static void unload(void *lib, const char *path)
{
	check(!dlclose(lib), "%s", dlerror());
	lib = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	check(!lib, "%s is still loaded", path);
}

static void use_passive(const char *path)
{
	void *lib = load(path);
	calibrate_fn *calibrate;
	struct tscal_info info;

	find(lib, "tscal_calibrate_sized", &calibrate, sizeof(calibrate));
	check(!calibrate(NULL, &info, sizeof(info)), "no calibration");
	unload(lib, path);
}

static void use_probe(const char *tscal_path, const char *probe_path)
{
	void *tscal = load(tscal_path), *probe = load(probe_path);
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	calibrate_fn *calibrate;
	probe_fn *new;
	free_fn *drop;
	struct tscal_info info;

	find(probe, "tscal_platform_probe", &new, sizeof(new));
	find(tscal, "tscal_platform_free", &drop, sizeof(drop));
	find(tscal, "tscal_calibrate_sized", &calibrate, sizeof(calibrate));
	check(!new (TSCAL_PROBE_DEVICES, &opts.platform), "no platform");
	check(!calibrate(&opts, &info, sizeof(info)), "no calibration");
	check(!drop(opts.platform), "not freed");
	unload(probe, probe_path);
	unload(tscal, tscal_path);
}

static int count(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	if (!dir)
		skip("no %s", path);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	int descriptors = 0, threads = 0;

	check(argc == 3, "usage: live_loaded LIBTSCAL LIBTSCAL-PROBE");
	for (int i = 0; i < ROUNDS; i++) {
		use_passive(argv[1]);
		use_probe(argv[1], argv[2]);
		if (!i) {
			descriptors = count("/proc/self/fd");
			threads = count("/proc/self/task");
		}
	}
	check(count("/proc/self/fd") == descriptors, "descriptors stay open");
	check(count("/proc/self/task") == threads, "threads stay");
	return 0;
}
