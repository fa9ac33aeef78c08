/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What per-packet Services of pods and of the wire have in common: the choice of a backend. */
#pragma once
#include "answer.h"
#include "nat.h"

/* A Service was found and a backend chosen; 0 means that the packet is for no Service. */
#define LAB_BALANCED 1

struct lab_choice {
	__be32 addr;
	__be16 port;
	__u16 pad;
	__u32 backend_id;
};

static __always_inline void lab_svc_key_of(const struct lab_pkt *p, struct lab_svc_key *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->addr = p->tuple.daddr;
	key->port = p->tuple.dport;
	key->proto = p->tuple.proto;
}

/*
 * Finds Service and backend for the packet. LAB_BALANCED with `choice` filled, 0 for no Service,
 * a tc verdict above LAB_BALANCED when it was answered, or -reason.
 */
static __always_inline int lab_choose(struct __sk_buff *skb, struct lab_pkt *p,
				      struct lab_svc_key *key, struct lab_svc *svc,
				      struct lab_choice *choice)
{
	struct lab_affinity_key client = {.client = p->tuple.saddr};
	struct lab_backend *backend;

	p->rev_nat = svc->rev_nat;
	if (!svc->count) {
		if (svc->flags & LAB_SVC_LOCAL_ONLY)
			return LAB_FAIL(p, SERVICE, NO_LOCAL_BACKEND);
		return lab_refuse(skb, p);
	}
	backend = lab_backend_choose(key, svc, &client, p->now, &choice->backend_id);
	if (!backend)
		return LAB_FAIL(p, SERVICE, NO_BACKEND);
	choice->addr = backend->addr;
	choice->port = backend->port;
	return LAB_BALANCED;
}
