/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_affinity4: sessionAffinity ClientIP. */
#pragma once
#include <stdbool.h>
#include "config.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct lab_affinity_key);
	__type(value, struct lab_affinity);
} lab_affinity4 SEC(".maps");

/* Id of the backend that the client used within the last `seconds`, 0: none. */
static __always_inline __u32 lab_affinity_find(const struct lab_affinity_key *client, __u32 seconds,
					       __u64 now)
{
	struct lab_affinity *last = bpf_map_lookup_elem(&lab_affinity4, client);

	if (!last || last->last_used + seconds * 1000000000ULL <= now)
		return 0;
	return last->backend_id;
}

static __always_inline void lab_affinity_remember(const struct lab_affinity_key *client,
						  __u32 backend_id, __u64 now)
{
	struct lab_affinity value = {.last_used = now, .backend_id = backend_id};

	bpf_map_update_elem(&lab_affinity4, client, &value, BPF_ANY);
}
