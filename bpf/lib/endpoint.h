/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_endpoints: the pods of this node, by address. */
#pragma once
#include "config.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lab_endpoint_key);
	__type(value, struct lab_endpoint);
} lab_endpoints SEC(".maps");

static __always_inline struct lab_endpoint *lab_endpoint_find(__be32 addr)
{
	struct lab_endpoint_key key = {.addr = addr};

	return bpf_map_lookup_elem(&lab_endpoints, &key);
}
