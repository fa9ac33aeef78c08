/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_svc4, lab_backend4: Services by frontend, and who serves them. Used by packets and by
 * sockets. */
#pragma once
#include "affinity.h"
#include <stdbool.h>
#include "config.h"
#include "ipcache.h"
#include "verifier.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lab_svc_key);
	__type(value, struct lab_svc);
} lab_svc4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lab_backend_key);
	__type(value, struct lab_backend);
} lab_backend4 SEC(".maps");

static __always_inline struct lab_backend *lab_backend_find(__u32 id)
{
	struct lab_backend_key key = {.id = id};

	return bpf_map_lookup_elem(&lab_backend4, &key);
}

static __always_inline bool lab_in_service_cidr(__be32 addr)
{
	return lab_cfg_service_cidr_mask &&
	       (addr & lab_cfg_service_cidr_mask) == lab_cfg_service_cidr_addr;
}

static __always_inline bool lab_in_nodeport_range(__be16 port)
{
	__u16 value = bpf_ntohs(port);

	return value >= lab_cfg_nodeport_first && value <= lab_cfg_nodeport_last;
}

/*
 * The frontend of an address and port, or NULL; `key` is left at it. The exact address wins; then
 * the NodePort wildcard, where `is_node` or the ipcache says that the address is a node's.
 */
static __always_inline struct lab_svc *lab_svc_find(struct lab_svc_key *key, bool is_node)
{
	struct lab_svc *svc = bpf_map_lookup_elem(&lab_svc4, key);

	if (svc || !lab_in_nodeport_range(key->port))
		return svc;
	if (!is_node && !lab_is_node(key->addr))
		return NULL;
	key->addr = 0;
	return bpf_map_lookup_elem(&lab_svc4, key);
}

/* The same for clients from outside, who may have backends of their own. */
static __always_inline struct lab_svc *lab_svc_find_external(struct lab_svc_key *key, bool is_node)
{
	struct lab_svc *svc = lab_svc_find(key, is_node);

	if (!svc || !(svc->flags & LAB_SVC_TWO_SCOPES))
		return svc;
	key->scope = LAB_SCOPE_EXTERNAL;
	return bpf_map_lookup_elem(&lab_svc4, key);
}

/* Slots that are looked through for a backend; Services with more are not asked. */
#define LAB_SVC_SCAN 64

/* Does the Service (still) have this backend? A backend may serve several, so its id does not tell.
 */
LAB_GLOBAL int lab_svc_has(const struct lab_svc_key *frontend, __u32 count, __u32 backend_id)
{
	struct lab_svc_key key;
	struct lab_svc *slot;

	if (!frontend)
		return LAB_NEVER;
	if (count > LAB_SVC_SCAN)
		return 1;
	key = *frontend;
	for (__u32 i = 1; i <= LAB_SVC_SCAN; i++) {
		if (i > count)
			return 0;
		key.slot = i;
		slot = bpf_map_lookup_elem(&lab_svc4, &key);
		if (slot && slot->backend_id == backend_id)
			return 1;
	}
	return 0;
}

/* Chooses a backend: the client's last one with session affinity, else any. NULL: none exists. */
static __always_inline struct lab_backend *lab_backend_choose(struct lab_svc_key *key,
							      const struct lab_svc *svc,
							      struct lab_affinity_key *client,
							      __u64 now, __u32 *id)
{
	struct lab_backend *backend = NULL;
	struct lab_svc *slot;

	client->rev_nat = svc->rev_nat;
	if (svc->flags & LAB_SVC_AFFINITY) {
		*id = lab_affinity_find(client, svc->affinity_seconds, now);
		if (*id && lab_svc_has(key, svc->count, *id))
			backend = lab_backend_find(*id);
	}
	if (!backend && svc->count) {
		key->slot = 1 + bpf_get_prandom_u32() % svc->count;
		slot = bpf_map_lookup_elem(&lab_svc4, key);
		key->slot = 0;
		*id = slot ? slot->backend_id : 0;
		backend = *id ? lab_backend_find(*id) : NULL;
	}
	if (backend && (svc->flags & LAB_SVC_AFFINITY))
		lab_affinity_remember(client, *id, now);
	return backend;
}
