/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/facts/facts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "hv/evidence.h"
#include "hv/clocksource.h"
#include "plat/text.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

static void gather_identity(struct tscal_platform *plat, struct facts *f)
{
	struct plat_cpuid r;
	uint32_t base_family, base_model;

	f->cpuid_rc = plat->ops->cpuid(plat, 0, 0, &r);
	if (!f->cpuid_rc) {
		f->max_basic = r.eax;
		memcpy(f->cpu_vendor, &r.ebx, 4);
		memcpy(f->cpu_vendor + 4, &r.edx, 4);
		memcpy(f->cpu_vendor + 8, &r.ecx, 4);
	}
	/* A recording may have leaf 1 without leaf 0: each x86-64 CPU has both.
	 */
	f->leaf_1_rc = plat->ops->cpuid(plat, 1, 0, &r);
	if (f->leaf_1_rc)
		return;
	/* Intel SDM vol. 2A, CPUID leaf 1; AMD64 APM vol. 3, E.3.2. */
	base_family = r.eax >> 8 & 0xf;
	base_model = r.eax >> 4 & 0xf;
	f->family = base_family;
	f->model = base_model;
	if (base_family == 0xf)
		f->family += r.eax >> 20 & 0xff;
	/* Zhaoxin's family 7 too (Linux, arch/x86/lib/cpu.c). */
	if (base_family >= 6)
		f->model |= (r.eax >> 16 & 0xf) << 4;
	f->stepping = r.eax & 0xf;
	f->has_tsc = r.edx >> 4 & 1;
	f->hv_bit = (int8_t)(r.ecx >> 31);

	/* Intel TDX module ABI: leaf 0x21, EBX EDX ECX = "IntelTDX    ". */
	if (f->max_basic >= 0x21 && !plat->ops->cpuid(plat, 0x21, 0, &r))
		f->tdx = !memcmp(&r.ebx, "Inte", 4) &&
			 !memcmp(&r.edx, "lTDX", 4) &&
			 !memcmp(&r.ecx, "    ", 4);
}

static void gather_extended(struct tscal_platform *plat, struct facts *f)
{
	struct plat_cpuid r;

	f->brand_rc = hv_read_brand(plat, &f->max_ext, f->brand);
	if (!f->max_ext)
		return;
	if (!plat->ops->cpuid(plat, 0x80000001, 0, &r))
		f->rdtscp = r.edx >> 27 & 1;
	/* A CPU whose leaves end below has no such bit. */
	if (f->max_ext < 0x80000007)
		f->invariant = 0;
	else if (!plat->ops->cpuid(plat, 0x80000007, 0, &r))
		f->invariant = r.edx >> 8 & 1;
}

static void gather_clocksource(struct tscal_platform *plat, struct facts *f)
{
	int cur = text_read_line(plat, CLOCKSOURCE "current_clocksource",
		f->clocksource, sizeof(f->clocksource));
	int all = text_read_line(plat, CLOCKSOURCE "available_clocksource",
		f->available, sizeof(f->available));

	/* A list that fills the buffer may be a part of one (a blank and the
	 * newline at its end may be gone): what it lacks is not known. */
	f->clocksource_rc = cur < 0 ? cur : all < 0 ? all : 0;
	f->clocksource_visible = cur > 0 && all > 0 &&
				 all + 3 < (int)sizeof(f->available);
	if (cur <= 0)
		f->clocksource[0] = '\0';
	if (all <= 0)
		f->available[0] = '\0';
}

static void gather_cpuinfo(struct tscal_platform *plat, struct facts *f)
{
	/* The first CPU: flags, bugs and bogomips of a large Intel machine
	 * take 3 KB. */
	char text[8192], *flags, *end;
	const char *value, *value_end;
	int len = text_read(plat, "/proc/cpuinfo", text, sizeof(text));

	f->cpuinfo_rc = len < 0 ? len : 0;
	if (len <= 0)
		return;
	value = text_value(text, "bogomips");
	if (value)
		f->bogomips = text_number(value, &value_end);
	flags = (char *)text_value(text, "flags");
	if (!flags)
		return;
	end = strchr(flags, '\n');
	if (end)
		*end = '\0';
	f->hypervisor_flag = text_has_word(flags, "hypervisor");
	/* Of a line that was cut off the rest is not known. */
	if (text_has_word(flags, "tsc_known_freq"))
		f->known_freq = 1;
	else if (end || len + 2 < (int)sizeof(text))
		f->known_freq = 0;
	if (text_has_word(flags, "constant_tsc"))
		f->constant_tsc = 1;
	else if (end || len + 2 < (int)sizeof(text))
		f->constant_tsc = 0;
}

/* "NAME=" at the beginning of a word. */
static bool has_parameter(const char *text, const char *name)
{
	for (const char *p = text; (p = strstr(p, name)) != NULL; p++)
		if (p == text || p[-1] == ' ')
			return true;
	return false;
}

/* A parameter without a value, or with any.  To Linux "-" and "_" are the same
 * in a name (parameqn()). */
static bool has_flag(const char *text, const char *name)
{
	for (const char *p = text; *p; p += strcspn(p, " ")) {
		size_t i = 0;

		p += strspn(p, " ");
		while (name[i] &&
			(p[i] == name[i] || (p[i] == '_' && name[i] == '-') ||
				(p[i] == '-' && name[i] == '_')))
			i++;
		if (!name[i] && strchr(" =", p[i]))
			return true;
	}
	return false;
}

/*
 * Leave the kernel's own words: what stands behind "--" is for init, blanks
 * between quotes separate nothing, and the quotes are no part of a word (Linux,
 * parse_args() and next_arg()).
 */
static void kernel_parameters(char *text)
{
	bool quoted = false;
	char *out = text, *word = text;

	for (const char *p = text;; p++) {
		bool blank = isspace((unsigned char)*p);

		if (*p == '"') {
			quoted = !quoted;
		} else if (*p && (quoted || !blank)) {
			*out++ = blank ? '_' : *p;
		} else {
			if (text_is(word, (size_t)(out - word), "--"))
				out = word;
			else if (*p)
				*out++ = ' ';
			if (!*p || out == word)
				break;
			word = out;
		}
	}
	*out = '\0';
}

static void gather_cmdline(struct tscal_platform *plat, struct facts *f)
{
	/* Linux, Documentation/admin-guide/kernel-parameters.txt. */
	static const char *const pv_off[] = {"no-kvmclock", "nopv", "xen_nopv"};
	char text[2048];

	if (text_read(plat, "/proc/cmdline", text, sizeof(text)) <= 0)
		return;
	kernel_parameters(text);
	for (size_t i = 0; i < sizeof(pv_off) / sizeof(*pv_off); i++)
		if (has_flag(text, pv_off[i]))
			text_printf(
				f->pv_off, sizeof(f->pv_off), "%s ", pv_off[i]);
	f->notsc = has_flag(text, "notsc");
	f->tsc_unstable = text_has_word(text, "tsc=unstable");
	f->early_khz = has_parameter(text, "tsc_early_khz=");
}

/* "0-3,8" is five CPUs. */
static int count_cpu_list(const char *text)
{
	long n = 0;

	while (isdigit((unsigned char)*text)) {
		char *end;
		long from = strtol(text, &end, 10), to = from;

		if (*end == '-' && isdigit((unsigned char)end[1]))
			to = strtol(end + 1, &end, 10);
		else if (*end == '-')
			return 0;
		if (to < from || to - from > 1 << 20)
			return 0;
		n += to - from + 1;
		text = end + (*end == ',');
	}
	return (int)n;
}

static void take_online(struct facts *f, const char *text)
{
	f->cpus = count_cpu_list(text);
	if (strlen(text) < sizeof(f->online))
		snprintf(f->online, sizeof(f->online), "%s", text);
}

/* A kernel counts no longer in ns, in 64 bits. */
#define UPTIME_MAX_S 1.8e10

/* How long the kernel has had to choose its clocksource. */
static void gather_uptime(struct tscal_platform *plat, struct facts *f)
{
	char text[64];
	const char *end;

	if (!clocksource_of(f->clocksource)->provisional ||
		text_read_line(plat, "/proc/uptime", text, sizeof(text)) <= 0)
		return;
	f->uptime_s = text_number(text, &end);
	if (end == text || f->uptime_s > UPTIME_MAX_S)
		f->uptime_s = -1;
}

static bool starts_with_one_of(
	const char *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strncmp(text, names[i], strlen(names[i])))
			return true;
	return false;
}

static void gather_machine(struct tscal_platform *plat, struct facts *f)
{
	char text[256];

	if (text_read(plat, "/sys/devices/system/cpu/online", text,
		    sizeof(text)) > 0)
		take_online(f, text);
	f->dom0 = hv_evidence_dom0(plat, &f->evidence);
	if (f->dom0)
		hv_evidence_below_xen(
			plat, &f->evidence, f->below_xen, sizeof(f->below_xen));
	if (text_read(plat, "/proc/self/timens_offsets", text, sizeof(text)) >
		0)
		f->time_namespace = strpbrk(text, "123456789") != NULL;
}

/*
 * By the name that its driver gives it. e1000e and igb give the card's address,
 * as they do for an emulated card; QEMU's cards count the host's clock.
 */
static enum facts_ptp kind_of_ptp(const char *name)
{
	/* Linux: ptp_kvm, hv_util, ptp_vmclock, ptp_vmw, virtio_rtc. */
	static const char *const hosts[] = {"KVM virtual PTP", "hyperv",
		"vmclock", "ptp_vmw", "Virtio PTP"};
	/* AWS keeps the clock of its ENA cards at UTC without smearing (EC2
	 * User Guide, "Set the time reference": PTP hardware clock), and the
	 * driver lets nobody set or steer it: ena_phc_settime64(),
	 * ena_phc_adjtime() and ena_phc_adjfine() give EOPNOTSUPP.  Its name is
	 * "ena-ptp-" and the PCI slot (Linux, ena_phc_register()). */
	static const char *const disciplined[] = {"ena-ptp"};
	/* Cards that are passed through, never emulated: mlx4, mlx5. */
	static const char *const devices[] = {"mlx"};

	if (starts_with_one_of(name, hosts, sizeof(hosts) / sizeof(*hosts)))
		return FACTS_PTP_HOST;
	if (starts_with_one_of(name, disciplined,
		    sizeof(disciplined) / sizeof(*disciplined)))
		return FACTS_PTP_DISCIPLINED;
	if (starts_with_one_of(
		    name, devices, sizeof(devices) / sizeof(*devices)))
		return FACTS_PTP_DEVICE;
	/* ptp_mock is CLOCK_MONOTONIC_RAW; the name of a ptp_vclock is
	 * ptpN_virt. */
	if (strstr(name, "Mock") || strstr(name, "_virt"))
		return FACTS_PTP_MADE;
	return FACTS_PTP_DOUBTFUL;
}

static void take_ptp(struct facts *f, int number, const char *name)
{
	enum facts_ptp kind = kind_of_ptp(name);

	f->host_ptp |= kind == FACTS_PTP_HOST;
	f->ptp_doubtful |= kind == FACTS_PTP_DOUBTFUL;
	/* Kinds are in order, the best first. */
	if (f->ptp < 0 || kind < f->ptp_kind) {
		f->ptp = number;
		f->ptp_kind = kind;
	}
}

/* Which PTP clocks there are: needed to judge NTP, and to measure against one.
 */
static void gather_ptp(struct tscal_platform *plat, struct facts *f)
{
	char text[64], path[64];
	int gap = 0;

	if (!(plat->ops->counters & PLAT_COUNTER_BIT(PLAT_COUNTER_PHC)) &&
		(f->timex_rc || f->timex.status & STA_UNSYNC))
		return;
	for (int i = 0; gap < FACTS_PTP_GAP; i++) {
		int rc;

		if (i == FACTS_PTP_MAX) {
			f->ptp_unseen = true;
			break;
		}
		snprintf(path, sizeof(path), "/sys/class/ptp/ptp%d/clock_name",
			i);
		rc = text_read_line(plat, path, text, sizeof(text));
		/* Numbers are not reused: there may be gaps. */
		gap = rc == -ENOENT ? gap + 1 : 0;
		if (rc < 0 && rc != -ENOENT)
			f->ptp_rc = rc;
		if (rc <= 0)
			f->ptp_unseen |= rc != -ENOENT;
		else
			take_ptp(f, i, text);
	}
}

/* Signs of a guest where CPUID does not report one. */
static void gather_signs(struct tscal_platform *plat, struct facts *f)
{
	const struct clocksource *row;
	size_t size = sizeof(f->virtual_sign);

	if (f->hv_bit == 1)
		return;
	/* Linux registers such a clocksource where it has detected the
	 * hypervisor. */
	for (size_t i = 0; (row = clocksource_row(i)) != NULL; i++) {
		if (row->of != CLOCKSOURCE_OF_HYPERVISOR ||
			(strcmp(f->clocksource, row->name) != 0 &&
				!text_has_word(f->available, row->name)))
			continue;
		f->kernel_knows_host = true;
		snprintf(f->virtual_sign, size,
			"The kernel has the clocksource %s", row->name);
		return;
	}
	if (f->hypervisor_flag) {
		f->kernel_knows_host = true;
		snprintf(f->virtual_sign, size,
			"The kernel found a hypervisor by CPUID");
		return;
	}
	hv_evidence_virtual(plat, &f->evidence, f->virtual_sign, size);
	if (f->hv_bit < 0 && !f->virtual_sign[0]) {
		f->guest_unknown = true;
		snprintf(f->virtual_sign, size,
			"CPUID does not show whether this is a guest");
	}
}

void facts_gather_first(struct tscal_platform *plat, struct facts *f)
{
	*f = (struct facts){
		.has_tsc = -1,
		.hv_bit = -1,
		.invariant = -1,
		.rdtscp = -1,
		.known_freq = -1,
		.constant_tsc = -1,
		.uptime_s = -1,
		.ptp = -1,
	};
	/* If this is not permitted (seccomp), RDTSC is assumed to be enabled:
	 * only the same call disables it. */
	f->access_known = !plat->ops->tsc_access(plat, &f->tsc_access);
	if (!f->access_known)
		f->tsc_access = PLAT_TSC_ENABLED;
	gather_identity(plat, f);
	f->timex_rc = plat->ops->adjtimex(plat, &f->timex);
	gather_clocksource(plat, f);
	gather_ptp(plat, f);
}

void facts_gather_rest(struct tscal_platform *plat, struct facts *f)
{
	gather_extended(plat, f);
	gather_cpuinfo(plat, f);
	gather_cmdline(plat, f);
	gather_uptime(plat, f);
	gather_machine(plat, f);
	facts_simulated(plat, f);
	gather_signs(plat, f);
}
