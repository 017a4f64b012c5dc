/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The one external definition of each inline of the public headers. */
#include <tscal/tscal.h>

extern uint64_t tscal_rdtsc(void);
extern uint64_t tscal_rdtsc_ordered(void);
extern uint64_t tscal_rdtscp(uint32_t *aux);
extern uint64_t tscal_rdtsc_begin(void);
extern uint64_t tscal_rdtsc_end(void);
extern int tscal_conv_init(struct tscal_conv *conv, double hz,
	uint64_t tsc_epoch, int64_t ns_epoch);
extern int64_t tscal_ticks_to_ns(const struct tscal_conv *conv, int64_t ticks);
extern int64_t tscal_ns_to_ticks(const struct tscal_conv *conv, int64_t ns);
extern int64_t tscal_tsc_to_ns(const struct tscal_conv *conv, uint64_t tsc);
extern uint64_t tscal_ns_to_tsc(const struct tscal_conv *conv, int64_t ns);
extern int tscal_calibrate(
	const struct tscal_opts *opts, struct tscal_info *info);
extern int tscal_hv_detect(
	struct tscal_platform *platform, struct tscal_hv *hv);
extern int tscal_clock_init(struct tscal_clock *clk, int clock_id,
	const struct tscal_clock_opts *opts, struct tscal_info *info);
extern int tscal_clock_at_(const struct tscal_segment *s, uint32_t number,
	uint64_t tsc, int64_t *ns);
extern int64_t tscal_clock_read_(const struct tscal_clock *clk, int ordered);
extern int64_t tscal_now(const struct tscal_clock *clk);
extern int64_t tscal_now_ordered(const struct tscal_clock *clk);
extern int tscal_clock_stats(
	const struct tscal_clock *clk, struct tscal_stats *stats);
extern int tscal_clock_attach(struct tscal_clock *clk, int clock_id,
	const void *page, size_t page_size);
extern int tscal_clock_attach_fd(struct tscal_clock *clk, int clock_id, int fd);
