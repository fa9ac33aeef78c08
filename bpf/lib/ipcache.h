/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_ipcache: longest prefix -> who an address belongs to. */
#pragma once
#include <stdbool.h>
#include "config.h"

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lab_ipcache_key);
	__type(value, struct lab_ipcache);
} lab_ipcache SEC(".maps");

static __always_inline struct lab_ipcache *lab_ipcache_find(__be32 addr)
{
	struct lab_ipcache_key key = {.prefixlen = 32, .addr = addr};

	return bpf_map_lookup_elem(&lab_ipcache, &key);
}

static __always_inline bool lab_ipcache_has(__be32 addr, __u16 flag)
{
	struct lab_ipcache *entry = lab_ipcache_find(addr);

	return entry && (entry->flags & flag);
}

/* Is the address one of a node, so that NodePorts answer on it? */
static __always_inline bool lab_is_node(__be32 addr)
{
	struct lab_ipcache *entry;

	if (addr == lab_cfg_node_addr)
		return true;
	entry = lab_ipcache_find(addr);
	return entry && (entry->identity == LAB_ID_HOST || entry->identity == LAB_ID_REMOTE_NODE);
}
