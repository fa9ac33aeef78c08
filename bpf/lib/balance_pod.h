/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Services of pods whose processes are outside the node's cgroup. */
#pragma once
#include "balance.h"

/* A pod asks for a Service itself: its process is outside the node's cgroup. */
LAB_GLOBAL int lab_balance_pod(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct lab_nat_request request = {.kind = LAB_NAT_SERVICE};
	struct lab_choice choice = {};
	struct lab_svc_key key;
	struct lab_svc *svc;
	int verdict;

	lab_svc_key_of(p, &key);
	svc = p->l4 == LAB_L4_PORTS ? lab_svc_find(&key, false) : NULL;
	if (!svc) {
		if (!lab_in_service_cidr(p->tuple.daddr))
			return 0;
		if (p->l4 == LAB_L4_UNKNOWN)
			return LAB_FAIL(p, SERVICE, FRAG_NOT_FOUND);
		return LAB_FAIL(p, SERVICE, SERVICE_CIDR);
	}
	verdict = lab_choose(skb, p, &key, svc, &choice);
	if (verdict != LAB_BALANCED)
		return verdict;
	request.to = p->tuple;
	request.to.daddr = choice.addr;
	request.to.dport = choice.port;
	request.backend_id = choice.backend_id;
	if (choice.addr == p->tuple.saddr) {
		/* A pod does not accept packets from itself. */
		request.to.saddr = lab_cfg_hairpin_addr;
		request.flags = LAB_NAT_HAIRPIN;
	}
	return lab_nat_create(skb, p, &request) ?: LAB_BALANCED;
}
