/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Where a packet goes: into a pod, to a next hop, or to the node's stack. */
#pragma once
#include "answer.h"
#include "endpoint.h"
#include "ipcache.h"

#ifndef AF_INET
#define AF_INET 2
#endif

/*
 * Later hooks of this node shall not count the packet again. Where chains translate Services the
 * packet that they see is another one.
 */
static __always_inline int lab_to_stack(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (lab_cfg_service_lb && p->tracked)
		skb->mark = (skb->mark & ~LAB_MARK_MASK) | LAB_MARK_TRACKED;
	return lab_forward(skb, p, LAB_FORWARD_STACK, TC_ACT_OK);
}

/* Into a pod of this node, past the stack and past lab_to_container. One routed hop. */
LAB_GLOBAL int lab_to_pod(struct __sk_buff *skb, struct lab_pkt *p,
			  const struct lab_endpoint *endpoint)
{
	if (!p || !endpoint)
		return LAB_NEVER;

	__u8 macs[12];
	int err;

	if (p->ttl <= 1)
		return lab_answer_ttl(skb, p);
	__builtin_memcpy(macs, endpoint->mac, 6);
	__builtin_memcpy(macs + 6, endpoint->node_mac, 6);
	err = lab_decrement_ttl(skb, p);
	if (err)
		return err;
	if (bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0))
		return LAB_FAIL(p, ROUTE, REWRITE_FAILED);
	return lab_forward(skb, p, LAB_FORWARD_REDIRECT_PEER,
			   bpf_redirect_peer(endpoint->ifindex, 0));
}

/* What the next hop's MTU is held against: of a GSO packet the segments. */
static __always_inline __u16 lab_wire_length(const struct __sk_buff *skb, const struct lab_pkt *p)
{
	__u32 headers = p->ihl + (p->tuple.proto == IPPROTO_TCP ? sizeof(struct tcphdr) : 8);

	return skb->gso_size ? headers + skb->gso_size : p->tot_len;
}

/* To the next hop, past the stack; what the stack would have checked is checked here. */
LAB_GLOBAL int lab_to_next_hop(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct bpf_fib_lookup fib = {.family = AF_INET,
				     .l4_protocol = p->tuple.proto,
				     .ifindex = skb->ifindex,
				     .ipv4_src = p->tuple.saddr,
				     .ipv4_dst = p->tuple.daddr};
	struct bpf_redir_neigh next = {.nh_family = AF_INET};
	int err;

	if (p->ttl <= 1)
		return lab_answer_ttl(skb, p);
	fib.tot_len = lab_wire_length(skb, p);
	switch (bpf_fib_lookup(skb, &fib, sizeof(fib), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		break;
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		/* Without DF the stack cuts it to size. */
		if (!p->dont_fragment)
			return lab_to_stack(skb, p);
		return lab_answer_frag_needed(skb, p, fib.mtu_result);
	case BPF_FIB_LKUP_RET_NOT_FWDED: /* an address of this node */
	case BPF_FIB_LKUP_RET_UNSUPP_LWT:
		return lab_to_stack(skb, p);
	default:
		return LAB_FAIL(p, ROUTE, UNREACHABLE);
	}
	/* Only the uplink has lab_to_netdev behind it. */
	if (fib.ifindex != lab_cfg_node_ifindex)
		return lab_to_stack(skb, p);
	err = lab_decrement_ttl(skb, p);
	if (err)
		return err;
	next.ipv4_nh = fib.ipv4_dst; /* the gateway, where there is one */
	return lab_forward(skb, p, LAB_FORWARD_REDIRECT_NEIGH,
			   bpf_redirect_neigh(fib.ifindex, &next, sizeof(next), 0));
}

/* Routes a packet of a pod that nothing else decided about. */
static __always_inline int lab_route(struct __sk_buff *skb, struct lab_pkt *p)
{
	struct lab_endpoint *endpoint;

	if (!lab_is_past_stack(p))
		return lab_to_stack(skb, p);
	endpoint = lab_endpoint_find(p->tuple.daddr);
	if (endpoint)
		return lab_to_pod(skb, p, endpoint);
	if (p->tuple.daddr == lab_cfg_node_addr ||
	    lab_ipcache_has(p->tuple.daddr, LAB_IPCACHE_VIA_STACK))
		return lab_to_stack(skb, p);
	return lab_to_next_hop(skb, p);
}
