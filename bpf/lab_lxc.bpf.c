/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Programs on the node side of a pod's veth. Shared by all pods of the node: what differs is in
 * lab_endpoints.
 *
 *          pod | veth          node
 *   lab_from_container  <----- in  (the pod sends)
 *   lab_to_container    -----> out (the stack delivers; redirect_peer passes it by)
 */
#include "lib/balance_pod.h"
#include "lib/icmp.h"
#include "lib/route.h"
#include "lib/validate.h"

/* On host routing replies are translated before redirect_peer, which skips lab_to_container. */
static __always_inline __u32 lab_from_container_mask(void)
{
	const __u32 mask = LAB_APPLY(LAB_NAT_SERVICE) | LAB_APPLY_HAIRPIN;
	const __u32 replies = LAB_APPLY_REPLY(LAB_NAT_SERVICE) | LAB_APPLY_REPLY(LAB_NAT_NODEPORT);

	return mask | LAB_APPLY_PAST(mask | replies);
}

static __always_inline int lab_from_container_ipv4(struct __sk_buff *skb, struct lab_pkt *p)
{
	struct lab_endpoint *self;
	int result = LAB_NAT_NONE;

	result = lab_parse(skb, p);
	if (result < 0)
		return result;
	result = lab_validate_pod(skb, p);
	if (result < 0)
		return result;
	if (lab_cfg_service_lb || lab_cfg_masquerade || lab_cfg_switched) {
		result = lab_nat_established(skb, p, lab_from_container_mask());
		if (result == LAB_NAT_NONE)
			result = lab_icmp_error(skb, p, lab_from_container_mask());
		if (result < 0)
			return result;
	}
	if (lab_ct_keeps_way(p) && result == LAB_NAT_NONE) {
		lab_ct_learn_way(p);
		if (lab_cfg_service_lb && (p->way & LAB_CT_CHAINS)) {
			lab_ct_track(skb, p);
			return lab_to_stack(skb, p);
		}
	}
	if (lab_cfg_service_lb && result == LAB_NAT_NONE) {
		result = lab_balance_pod(skb, p);
		if (result < 0 || result > LAB_BALANCED)
			return result;
		result = result == LAB_BALANCED ? LAB_NAT_DONE : lab_nat_move_port(skb, p);
		if (result < 0)
			return result;
	}
	if (result == LAB_NAT_NONE)
		lab_ct_track(skb, p);
	if (p->in.saddr == p->tuple.daddr && result == LAB_NAT_DONE) {
		/* The stack would refuse to send a packet back where it came from. */
		self = lab_endpoint_find(p->tuple.daddr);
		if (self) {
			lab_count(LAB_FORWARD_HAIRPIN, p->direction, skb->len);
			return lab_to_pod(skb, p, self);
		}
	}
	return lab_route(skb, p);
}

SEC("tc")
int lab_from_container(struct __sk_buff *skb)
{
	struct lab_pkt p = {.direction = LAB_FROM_CONTAINER, .way = lab_ct_way()};
	int verdict = TC_ACT_OK;

	switch (lab_l3_of(skb)) {
	case LAB_L3_IPV4:
		verdict = lab_from_container_ipv4(skb, &p);
		break;
	case LAB_L3_IPV6:
		verdict = LAB_FAIL(&p, LXC, IPV6);
		break;
	case LAB_L3_VLAN:
		verdict = LAB_FAIL(&p, LXC, VLAN);
		break;
	case LAB_L3_OTHER:
		verdict = lab_forward(skb, &p, LAB_FORWARD_NON_IP, TC_ACT_OK);
	}
	return lab_exit(skb, &p, verdict);
}

static __always_inline int lab_to_container_ipv4(struct __sk_buff *skb, struct lab_pkt *p)
{
	const __u32 reply = LAB_APPLY_REPLY(LAB_NAT_SERVICE);
	const __u32 mask = reply | LAB_APPLY_PAST(reply);
	int result = LAB_NAT_NONE;

	result = lab_parse(skb, p);
	if (result < 0)
		return result;
	if (lab_cfg_service_lb || lab_cfg_switched) {
		result = lab_nat_established(skb, p, mask);
		if (result == LAB_NAT_NONE)
			result = lab_icmp_error(skb, p, mask);
		if (result < 0)
			return result;
	}
	if (result == LAB_NAT_NONE && !(skb->mark & LAB_MARK_TRACKED))
		lab_ct_track(skb, p);
	return lab_forward(skb, p, LAB_FORWARD_DELIVERED, TC_ACT_OK);
}

SEC("tc")
int lab_to_container(struct __sk_buff *skb)
{
	struct lab_pkt p = {.direction = LAB_TO_CONTAINER, .way = lab_ct_way()};
	int verdict = TC_ACT_OK;

	if (skb->mark & LAB_MARK_ANSWER)
		return TC_ACT_OK;
	switch (lab_l3_of(skb)) {
	case LAB_L3_IPV4:
		verdict = lab_to_container_ipv4(skb, &p);
		break;
	case LAB_L3_IPV6:
		verdict = LAB_FAIL(&p, LXC, IPV6);
		break;
	case LAB_L3_VLAN:
		verdict = LAB_FAIL(&p, LXC, VLAN);
		break;
	case LAB_L3_OTHER:
		verdict = lab_forward(skb, &p, LAB_FORWARD_NON_IP, TC_ACT_OK);
	}
	return lab_exit(skb, &p, verdict);
}

char _license[] SEC("license") = "Dual BSD/GPL";
