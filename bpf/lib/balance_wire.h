/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* North-south Services. */
#pragma once
#include "balance.h"
#include "endpoint.h"

/* A client from the wire asks for a NodePort, externalIP or load-balancer address. */
LAB_GLOBAL int lab_balance_wire(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct lab_nat_request request = {.kind = LAB_NAT_NODEPORT};
	struct lab_choice choice = {};
	struct lab_svc_key key;
	struct lab_svc *svc;
	int verdict;

	lab_svc_key_of(p, &key);
	svc = p->l4 == LAB_L4_PORTS
		      ? lab_svc_find_external(&key, p->tuple.daddr == lab_cfg_node_addr)
		      : NULL;
	if (!svc || !(svc->flags & (LAB_SVC_NODEPORT | LAB_SVC_EXTERNAL))) {
		if (lab_in_service_cidr(p->tuple.daddr))
			return LAB_FAIL(p, SERVICE, SERVICE_CIDR);
		return 0;
	}
	verdict = lab_choose(skb, p, &key, svc, &choice);
	if (verdict != LAB_BALANCED)
		return verdict;
	request.to = p->tuple;
	request.to.daddr = choice.addr;
	request.to.dport = choice.port;
	request.backend_id = choice.backend_id;
	/* The reply of a remote backend must come back here; a local one's passes here anyhow. */
	if (choice.addr != lab_cfg_node_addr && !lab_endpoint_find(choice.addr))
		request.to.saddr = lab_cfg_node_addr;
	return lab_nat_create(skb, p, &request) ?: LAB_BALANCED;
}
