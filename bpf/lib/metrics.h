/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_metrics: packets and bytes per code and direction. */
#pragma once
#include "config.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LAB_METRICS_SIZE);
	__type(key, __u32);
	__type(value, struct lab_metric);
} lab_metrics SEC(".maps");

static __always_inline void lab_count(__u8 code, __u8 direction, __u32 bytes)
{
	__u32 index = (__u32)code << 2 | (direction & 3);
	struct lab_metric *metric = bpf_map_lookup_elem(&lab_metrics, &index);

	if (!metric)
		return;
	metric->packets += 1;
	metric->bytes += bytes;
}
