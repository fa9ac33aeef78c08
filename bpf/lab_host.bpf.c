/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Programs on the node's uplink.
 *
 *          node | eth0         wire
 *   lab_from_netdev  <----- in
 *   lab_to_netdev    -----> out (from the stack and from redirect_neigh)
 */
#include "lib/balance_wire.h"
#include "lib/icmp.h"
#include "lib/masquerade.h"
#include "lib/route.h"
#include "lib/validate.h"

/* On stack profiles a per-packet Service's reply is translated in lab_to_container. */
static __always_inline __u32 lab_from_netdev_mask(void)
{
	const __u32 mask = LAB_APPLY(LAB_NAT_NODEPORT) | LAB_APPLY_REPLY(LAB_NAT_NODEPORT) |
			   LAB_APPLY_REPLY(LAB_NAT_MASQUERADE);

	return mask | LAB_APPLY_PAST(mask | LAB_APPLY_REPLY(LAB_NAT_SERVICE));
}

/* Replies of pods that left through the stack, and masquerade. */
static __always_inline __u32 lab_to_netdev_mask(void)
{
	const __u32 mask = LAB_APPLY_REPLY(LAB_NAT_NODEPORT) | LAB_APPLY(LAB_NAT_MASQUERADE);

	return mask | LAB_APPLY_PAST(mask);
}

/* A connection through kube-proxy's chains: noted, so that other switches leave it to them. */
static __always_inline void lab_note_nodeport(struct __sk_buff *skb, struct lab_pkt *p, __be32 addr,
					      __be16 port)
{
	if (!lab_cfg_service_lb && p->tuple.proto == IPPROTO_TCP && addr == lab_cfg_node_addr &&
	    lab_in_nodeport_range(port))
		lab_ct_track(skb, p);
}

/* Past the stack the reply of a masqueraded flow may still be that of a per-packet Service. */
static __always_inline int lab_deliver_past_stack(struct __sk_buff *skb, struct lab_pkt *p,
						  struct lab_endpoint *endpoint, int result)
{
	if (result == LAB_NAT_NONE)
		lab_ct_track(skb, p);
	if (result == LAB_NAT_DONE && p->code == LAB_FORWARD_REV_MASQUERADE) {
		result = lab_nat_established(skb, p,
					     LAB_APPLY_PAST(LAB_APPLY_REPLY(LAB_NAT_SERVICE)));
		if (result < 0)
			return result;
	}
	return lab_to_pod(skb, p, endpoint);
}

/* Reverse NAT first, then Services, then plain packets for pods. */
static __always_inline int lab_from_netdev_ipv4(struct __sk_buff *skb, struct lab_pkt *p)
{
	struct lab_endpoint *endpoint;
	int result;

	result = lab_parse(skb, p);
	if (result < 0)
		return result;
	result = lab_validate_wire(p);
	if (result < 0)
		return result;
	if (lab_cfg_service_lb || lab_cfg_masquerade || lab_cfg_switched) {
		result = lab_nat_established(skb, p, lab_from_netdev_mask());
		if (result == LAB_NAT_NONE)
			result = lab_icmp_error(skb, p, lab_from_netdev_mask());
		if (result < 0)
			return result;
	}
	if (lab_ct_keeps_way(p) && result == LAB_NAT_NONE) {
		if (!lab_ct_learn_way(p))
			return lab_to_stack(skb, p);
		if (lab_cfg_service_lb && (p->way & LAB_CT_CHAINS)) {
			lab_ct_track(skb, p);
			return lab_to_stack(skb, p);
		}
	}
	lab_note_nodeport(skb, p, p->tuple.daddr, p->tuple.dport);
	if (lab_cfg_service_lb && result == LAB_NAT_NONE) {
		result = lab_balance_wire(skb, p);
		if (result < 0 || result > LAB_BALANCED)
			return result;
		result = result == LAB_BALANCED ? LAB_NAT_DONE : LAB_NAT_NONE;
	}
	endpoint = lab_endpoint_find(p->tuple.daddr);
	if (endpoint && lab_is_past_stack(p))
		return lab_deliver_past_stack(skb, p, endpoint, result);
	if (!endpoint && result == LAB_NAT_DONE && p->tuple.daddr != lab_cfg_node_addr)
		return lab_to_next_hop(skb, p);
	return lab_to_stack(skb, p);
}

SEC("tc")
int lab_from_netdev(struct __sk_buff *skb)
{
	struct lab_pkt p = {.direction = LAB_FROM_NETDEV, .way = lab_ct_way()};
	int verdict = TC_ACT_OK;

	switch (lab_l3_of(skb)) {
	case LAB_L3_IPV4:
		verdict = lab_from_netdev_ipv4(skb, &p);
		break;
	case LAB_L3_IPV6:
		verdict = lab_forward(skb, &p, LAB_FORWARD_IPV6, TC_ACT_OK);
		break;
	case LAB_L3_VLAN:
		verdict = lab_forward(skb, &p, LAB_FORWARD_VLAN, TC_ACT_OK);
		break;
	case LAB_L3_OTHER:
		verdict = lab_forward(skb, &p, LAB_FORWARD_NON_IP, TC_ACT_OK);
	}
	return lab_exit(skb, &p, verdict);
}

static __always_inline int lab_to_netdev_ipv4(struct __sk_buff *skb, struct lab_pkt *p)
{
	struct lab_endpoint *endpoint;
	int result;

	result = lab_parse(skb, p);
	if (result < 0)
		return result;
	/* A process of the node outside its cgroup: nobody translated, nobody would answer. */
	if (lab_cfg_service_lb && lab_in_service_cidr(p->tuple.daddr))
		return LAB_FAIL(p, HOST, SERVICE_CIDR);
	endpoint = lab_endpoint_find(p->tuple.saddr);
	if (!endpoint && p->tuple.saddr != lab_cfg_node_addr)
		return lab_forward(skb, p, LAB_FORWARD_SENT, TC_ACT_OK);
	if (lab_cfg_service_lb || lab_cfg_masquerade || lab_cfg_switched) {
		result = lab_nat_established(skb, p, lab_to_netdev_mask());
		if (result == LAB_NAT_NONE)
			result = lab_icmp_error(skb, p, lab_to_netdev_mask());
		if (result < 0)
			return result;
	}
	lab_note_nodeport(skb, p, p->tuple.saddr, p->tuple.sport);
	if (lab_cfg_masquerade && endpoint && result == LAB_NAT_NONE) {
		result = lab_masquerade(skb, p);
		if (result < 0)
			return result;
	}
	return lab_forward(skb, p, LAB_FORWARD_SENT, TC_ACT_OK);
}

SEC("tc")
int lab_to_netdev(struct __sk_buff *skb)
{
	struct lab_pkt p = {.direction = LAB_TO_NETDEV, .way = lab_ct_way()};
	int verdict = TC_ACT_OK;

	if (skb->mark & LAB_MARK_ANSWER)
		return TC_ACT_OK;
	switch (lab_l3_of(skb)) {
	case LAB_L3_IPV4:
		verdict = lab_to_netdev_ipv4(skb, &p);
		break;
	case LAB_L3_IPV6:
		verdict = lab_forward(skb, &p, LAB_FORWARD_IPV6, TC_ACT_OK);
		break;
	case LAB_L3_VLAN:
		verdict = lab_forward(skb, &p, LAB_FORWARD_VLAN, TC_ACT_OK);
		break;
	case LAB_L3_OTHER:
		verdict = lab_forward(skb, &p, LAB_FORWARD_NON_IP, TC_ACT_OK);
	}
	return lab_exit(skb, &p, verdict);
}

char _license[] SEC("license") = "Dual BSD/GPL";
