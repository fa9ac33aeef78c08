/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Source NAT of pods to this node's address, for destinations that do not know pods. */
#pragma once
#include "nat.h"

/* Starts masquerading the packet's flow where it needs it. 0 or -reason. */
LAB_GLOBAL int lab_masquerade(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct lab_nat_request request = {.kind = LAB_NAT_MASQUERADE};
	struct lab_tuple reverse;

	if (lab_ipcache_has(p->tuple.daddr, LAB_IPCACHE_NATIVE | LAB_IPCACHE_VIA_STACK))
		return 0;
	if (p->l4 == LAB_L4_ICMP_ERROR)
		return 0; /* about a flow that is not translated */
	if (p->l4 == LAB_L4_UNKNOWN)
		return LAB_FAIL(p, NAT, FRAG_NOT_FOUND);
	/* Who could reach the pod by its own address gets the reply from there. */
	lab_tuple_reverse(&p->tuple, &reverse);
	if (lab_ct_find(&reverse, p->now))
		return 0;
	if (p->l4 == LAB_L4_OTHER || (p->l4 == LAB_L4_ECHO && !p->tuple.sport))
		return LAB_FAIL(p, NAT, NAT_PROTOCOL);
	request.to = p->tuple;
	request.to.saddr = lab_cfg_node_addr;
	return lab_nat_create(skb, p, &request);
}
