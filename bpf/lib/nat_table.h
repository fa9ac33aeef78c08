/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_nat4, lab_natnew4: pairs of translations. Their lifetime is that of the flow that owns them.
 */
#pragma once
#include "packet.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lab_tuple);
	__type(value, struct lab_nat);
} lab_nat4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct lab_tuple);
	__type(value, struct lab_nat);
} lab_natnew4 SEC(".maps");

static __always_inline struct lab_nat *lab_nat_find(const struct lab_tuple *key)
{
	struct lab_nat *nat = bpf_map_lookup_elem(&lab_nat4, key);

	return nat ? nat : bpf_map_lookup_elem(&lab_natnew4, key);
}

static __always_inline void lab_nat_delete(const struct lab_tuple *forward,
					   const struct lab_tuple *reply)
{
	bpf_map_delete_elem(&lab_nat4, forward);
	bpf_map_delete_elem(&lab_nat4, reply);
	bpf_map_delete_elem(&lab_natnew4, forward);
	bpf_map_delete_elem(&lab_natnew4, reply);
}

/* Removes the confirmed pair that a dead flow left behind: it would be found before a new one. */
static __always_inline void lab_nat_forget(const struct lab_tuple *forward)
{
	struct lab_nat *nat = bpf_map_lookup_elem(&lab_nat4, forward);
	struct lab_tuple reply;

	if (!nat)
		return;
	lab_tuple_reverse(&nat->to, &reply);
	bpf_map_delete_elem(&lab_nat4, &reply);
	bpf_map_delete_elem(&lab_nat4, forward);
}

/*
 * Moves a pair from the LRU to the hash. 0, or -1 with nothing moved. Another CPU may have moved it
 * for the same first reply.
 */
static __always_inline int lab_nat_confirm(const struct lab_tuple *forward,
					   const struct lab_tuple *reply)
{
	struct lab_nat *there = bpf_map_lookup_elem(&lab_natnew4, forward);
	struct lab_nat *back = bpf_map_lookup_elem(&lab_natnew4, reply);

	if (!there || !back)
		return bpf_map_lookup_elem(&lab_nat4, forward) &&
				       bpf_map_lookup_elem(&lab_nat4, reply)
			       ? 0
			       : -1;
	if (bpf_map_update_elem(&lab_nat4, forward, there, BPF_ANY))
		return -1;
	if (bpf_map_update_elem(&lab_nat4, reply, back, BPF_ANY)) {
		bpf_map_delete_elem(&lab_nat4, forward);
		return -1;
	}
	bpf_map_delete_elem(&lab_natnew4, forward);
	bpf_map_delete_elem(&lab_natnew4, reply);
	return 0;
}
