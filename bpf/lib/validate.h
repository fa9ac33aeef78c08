/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What may not pass: addresses that cannot be where they are. */
#pragma once
#include "endpoint.h"
#include "packet.h"

/* 0/8, 127/8, multicast, class E and broadcast: never forwarded for a pod. */
static __always_inline bool lab_is_martian(__be32 addr)
{
	__u8 first = bpf_ntohl(addr) >> 24;

	return first == 0 || first == 127 || first >= 224;
}

/* A pod speaks only for itself. 0 or -reason. */
static __always_inline int lab_validate_pod(struct __sk_buff *skb, struct lab_pkt *p)
{
	struct lab_endpoint *endpoint = lab_endpoint_find(p->tuple.saddr);

	if (!endpoint || endpoint->ifindex != skb->ifindex)
		return LAB_FAIL(p, VALIDATE, SPOOFED_SOURCE);
	if (lab_is_martian(p->tuple.daddr))
		return LAB_FAIL(p, VALIDATE, MARTIAN);
	return 0;
}

/* The stack checks sources too, but host routing goes past it. 0.0.0.0 is DHCP. 0 or -reason. */
static __always_inline int lab_validate_wire(struct lab_pkt *p)
{
	if (p->tuple.saddr && lab_is_martian(p->tuple.saddr))
		return LAB_FAIL(p, VALIDATE, MARTIAN);
	if (p->tuple.saddr == lab_cfg_node_addr || lab_endpoint_find(p->tuple.saddr))
		return LAB_FAIL(p, VALIDATE, SPOOFED_SOURCE);
	return 0;
}
