/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "plat/outcome.h"

static const struct {
	int error;
	enum tscal_status status;
	const char *sentence;
	bool counter; /* means this of a counter alone */
} rows[] = {
	{ENOENT, TSCAL_STATUS_ABSENT, "the HPET is not on this machine", false},
	{EACCES, TSCAL_STATUS_DENIED, "no permission for the HPET", false},
	{EPERM, TSCAL_STATUS_DENIED, "no permission for the HPET", false},
	{EOPNOTSUPP, TSCAL_STATUS_SKIPPED, "not asked to use the HPET", false},
	{ENODATA, TSCAL_STATUS_ABSENT, "the HPET is not in the recording",
		false},
	{ECANCELED, TSCAL_STATUS_DENIED,
		"a seccomp filter forbids to start the process that reads the "
		"HPET",
		false},
	{EFAULT, TSCAL_STATUS_DENIED, "reading the HPET faults", true},
	{ENODEV, TSCAL_STATUS_STUCK, "the HPET does not count", true},
	{ETIMEDOUT, TSCAL_STATUS_UNSTABLE, "the HPET did not answer in time",
		true},
	{EBUSY, TSCAL_STATUS_SKIPPED, "another program uses the HPET", true},
	{ENXIO, TSCAL_STATUS_DENIED, "does not let programs read the HPET",
		true},
	{ERANGE, TSCAL_STATUS_ERROR, "the HPET reports an impossible", true},
	{ECHILD, TSCAL_STATUS_ERROR, "reads the HPET was killed", true},
	{ENOSYS, TSCAL_STATUS_DENIED,
		"the HPET needs ioperm, which this kernel lacks or a seccomp "
		"filter refuses (ENOSYS)",
		true},
	/* Not in the map. */
	{EIO, TSCAL_STATUS_ERROR, "the HPET fails (EIO: input/output error)",
		false},
	{EMFILE, TSCAL_STATUS_ERROR,
		"the HPET fails (EMFILE: too many open files)", false},
	{ENFILE, TSCAL_STATUS_ERROR,
		"the HPET fails (ENFILE: too many open files in the system)",
		false},
	{ENOMEM, TSCAL_STATUS_ERROR, "the HPET fails (ENOMEM: out of memory)",
		false},
	{EINTR, TSCAL_STATUS_ERROR,
		"the HPET fails (EINTR: interrupted by a signal each time)",
		false},
	{4095, TSCAL_STATUS_ERROR, "the HPET fails (errno 4095)", false},
};

Test(outcome, each_error_has_a_status_and_a_sentence_with_the_name)
{
	struct outcome o = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		outcome_counter_errno(&o, -rows[i].error, "the HPET");
		cr_expect(eq(int, (int)o.status, (int)rows[i].status), "%d",
			rows[i].error);
		cr_expect(ne(ptr, strstr(o.sentence, rows[i].sentence), NULL),
			"%d: %s", rows[i].error, o.sentence);
		outcome_errno(&o, -rows[i].error, "the HPET");
		cr_expect(eq(int, (int)o.status,
				  (int)(rows[i].counter ? TSCAL_STATUS_ERROR
							: rows[i].status)),
			"%d", rows[i].error);
		cr_expect(eq(int,
				  strstr(o.sentence, " fails (E") != NULL ||
					  strstr(o.sentence, "fails (errno"),
				  rows[i].counter ||
					  rows[i].status == TSCAL_STATUS_ERROR),
			"%d: %s", rows[i].error, o.sentence);
	}
}

Test(outcome, a_sentence_replaces_the_one_before)
{
	struct outcome o = {0};

	outcome_set(&o, TSCAL_STATUS_ABSENT, "no %s", "HPET");
	outcome_set(&o, TSCAL_STATUS_DENIED, "%d of %d", 1, 2);
	cr_assert(eq(int, (int)o.status, TSCAL_STATUS_DENIED));
	cr_assert(eq(str, o.sentence, "1 of 2"));
}

Test(outcome, a_refusal_names_what_is_missing_and_never_root)
{
	static const struct {
		const char *what;
		int error;
		const char *names;
	} refused[] = {
		{"/dev/cpu/0/msr", EPERM, "CAP_SYS_RAWIO"},
		{"/dev/cpu/0/msr", EACCES, "CAP_DAC_READ_SEARCH"},
		{"/dev/cpu/0/msr", EACCES, "CAP_SYS_RAWIO"},
		{"I/O ports (--probe ports)", EPERM, "CAP_SYS_RAWIO"},
		{"I/O ports (--probe ports)", EPERM, "lockdown"},
		{"perf_event_open(2)", EACCES, "kernel.perf_event_paranoid"},
		{"perf_event_open(2)", EPERM, "CAP_PERFMON"},
		{"/dev/kvm", EACCES, "group"},
		{"/dev/kvm", EPERM, "container"},
		{"/dev/hpet (--probe devices)", EACCES, "CAP_DAC_READ_SEARCH"},
		{"/dev/hpet (--probe devices)", EPERM, "container"},
		{"/dev/vmclock0", EACCES, "CAP_DAC_READ_SEARCH"},
		{"adjtimex", EPERM, "seccomp"},
		{"ACPI's FADT", EACCES, "/sys/firmware/acpi/tables/FACP"},
	};
	struct outcome o;

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		outcome_errno(&o, -refused[i].error, refused[i].what);
		cr_expect(eq(int, (int)o.status, TSCAL_STATUS_DENIED));
		cr_expect(ne(ptr, strstr(o.sentence, refused[i].names), NULL),
			"%s", o.sentence);
		cr_expect(eq(ptr, strstr(o.sentence, "root"), NULL), "%s",
			o.sentence);
	}
}
