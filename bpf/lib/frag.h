/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_frag4: ports of fragmented datagrams. Least recently used ones are forgotten. */
#pragma once
#include "config.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct lab_frag_key);
	__type(value, struct lab_frag);
} lab_frag4 SEC(".maps");

static __always_inline void lab_frag_key_of(const struct lab_tuple *tuple, __be16 id,
					    struct lab_frag_key *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->saddr = tuple->saddr;
	key->daddr = tuple->daddr;
	key->id = id;
	key->proto = tuple->proto;
}

static __always_inline void lab_frag_remember(const struct lab_tuple *tuple, __be16 id)
{
	struct lab_frag value = {.sport = tuple->sport, .dport = tuple->dport};
	struct lab_frag_key key;

	lab_frag_key_of(tuple, id, &key);
	/* A full table costs later fragments only: they are then dropped where they need ports. */
	bpf_map_update_elem(&lab_frag4, &key, &value, BPF_ANY);
}

static __always_inline struct lab_frag *lab_frag_find(const struct lab_tuple *tuple, __be16 id)
{
	struct lab_frag_key key;

	lab_frag_key_of(tuple, id, &key);
	return bpf_map_lookup_elem(&lab_frag4, &key);
}
