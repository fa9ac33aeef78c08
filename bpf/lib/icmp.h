/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * ICMP errors about translated flows. The quoted packet is one that this node sent out translated,
 * so its reverse is a key of the NAT table; it must be shown to the receiver as that one sent it.
 * Three sums change: the quoted IP header's, the quoted L4 header's where it is quoted, and ICMP's
 * own.
 */
#pragma once
#include "nat.h"

#define LAB_INNER_OFF(p) ((p)->l4_off + (__u32)sizeof(struct lab_icmp))

struct lab_quote {
	struct lab_tuple tuple;
	__u32 l4_off;
	__u32 port_off; /* first byte of ports or echo id */
};

/* 0 when the quoted packet could be read. */
static __always_inline int lab_quote_parse(struct __sk_buff *skb, struct lab_pkt *p,
					   struct lab_quote *q)
{
	struct lab_icmp icmp;
	struct iphdr ip;

	__builtin_memset(q, 0, sizeof(*q));
	if (bpf_skb_load_bytes(skb, LAB_INNER_OFF(p), &ip, sizeof(ip)))
		return -1;
	if (ip.version != 4 || ip.ihl < 5 || (ip.frag_off & bpf_htons(0x1fff)))
		return -1;
	q->l4_off = LAB_INNER_OFF(p) + ip.ihl * 4;
	q->tuple.saddr = ip.saddr;
	q->tuple.daddr = ip.daddr;
	q->tuple.proto = ip.protocol;
	if (bpf_skb_load_bytes(skb, q->l4_off, &icmp, sizeof(icmp)))
		return -1;
	switch (ip.protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		__builtin_memcpy(&q->tuple.sport, &icmp, 4);
		q->port_off = q->l4_off;
		return 0;
	case IPPROTO_ICMP:
		if (icmp.type == LAB_ICMP_ECHO)
			q->tuple.sport = icmp.echo.id;
		else if (icmp.type == LAB_ICMP_ECHO_REPLY)
			q->tuple.dport = icmp.echo.id;
		else
			return -1;
		q->port_off = q->l4_off + offsetof(struct lab_icmp, echo.id);
		return 0;
	}
	return -1;
}

/* Adds `diff` to the quoted packet's L4 checksum, and the change of the field to ICMP's sum. */
static __always_inline long lab_quote_fix_check(struct __sk_buff *skb, struct lab_pkt *p,
						const struct lab_quote *q, __s64 diff)
{
	__u32 icmp_check = p->l4_off + offsetof(struct lab_icmp, check);
	__u32 off = q->l4_off + lab_check_off(q->tuple.proto);
	bool is_udp = q->tuple.proto == IPPROTO_UDP;
	__u16 before, after;
	long err;

	if (bpf_skb_load_bytes(skb, off, &before, 2))
		return 0; /* not quoted */
	if (is_udp && !before)
		return 0; /* sent without */
	after = ~lab_csum_fold((__u64)(__u16)~before + (__u32)diff);
	if (is_udp && !after)
		after = 0xffff;
	err = bpf_l4_csum_replace(skb, icmp_check, before, after, 2);
	return err ?: bpf_skb_store_bytes(skb, off, &after, 2, 0);
}

LAB_GLOBAL int lab_quote_rewrite(struct __sk_buff *skb, struct lab_pkt *p, struct lab_quote *q,
				 const struct lab_tuple *to)
{
	if (!p || !q || !to)
		return LAB_NEVER;

	__u32 icmp_check = p->l4_off + offsetof(struct lab_icmp, check);
	__s64 addresses = bpf_csum_diff((__be32 *)&q->tuple.saddr, 8, (__be32 *)&to->saddr, 8, 0);
	__s64 ports =
		bpf_csum_diff((__be32 *)&q->tuple.sport, 4, (__be32 *)&to->sport, 4, addresses);
	__u32 saddr_off = LAB_INNER_OFF(p) + offsetof(struct iphdr, saddr);
	__be16 id_before = q->tuple.sport | q->tuple.dport, id_after = to->sport | to->dport;
	long err;

	/* The quoted IP header and its checksum change by opposite amounts: ICMP's sum does not. */
	err = bpf_skb_store_bytes(skb, saddr_off, &to->saddr, 8, 0);
	err = err
		      ?: bpf_l3_csum_replace(skb, LAB_INNER_OFF(p) + offsetof(struct iphdr, check),
					     0, addresses, 0);
	if (q->tuple.proto == IPPROTO_ICMP) {
		/* So do the quoted echo's id and checksum. */
		err = err ?: bpf_skb_store_bytes(skb, q->port_off, &id_after, 2, 0);
		return err
			       ?: bpf_l3_csum_replace(skb,
						      q->l4_off + offsetof(struct lab_icmp, check),
						      id_before, id_after, 2);
	}
	err = err ?: bpf_skb_store_bytes(skb, q->port_off, &to->sport, 4, 0);
	err = err
		      ?: bpf_l4_csum_replace(skb, icmp_check, *(__u32 *)&q->tuple.sport,
					     *(__u32 *)&to->sport, 4);
	return err ?: lab_quote_fix_check(skb, p, q, ports);
}

/* Translates an ICMP error. enum lab_nat_result, or -reason. */
LAB_GLOBAL int lab_icmp_error(struct __sk_buff *skb, struct lab_pkt *p, __u32 mask)
{
	if (!p)
		return LAB_NEVER;

	struct lab_tuple key, owner, outer = p->tuple;
	struct lab_quote quote;
	struct lab_nat *nat;

	if (p->l4 != LAB_L4_ICMP_ERROR || lab_quote_parse(skb, p, &quote))
		return LAB_NAT_NONE;
	lab_tuple_reverse(&quote.tuple, &key);
	nat = lab_nat_find(&key);
	if (!nat)
		return LAB_NAT_NONE;
	lab_nat_owner(&key, nat, &owner);
	if (!lab_ct_find(&owner, p->now))
		return LAB_NAT_NONE;
	if (!lab_nat_applies(p, nat, mask))
		return LAB_NAT_ELSEWHERE;

	/* A router on the way keeps its address; an end of the flow is shown as its peer knows it.
	 */
	if (outer.saddr == key.saddr)
		outer.saddr = nat->to.saddr;
	outer.daddr = nat->to.daddr;
	lab_tuple_reverse(&nat->to, &owner);
	if (lab_quote_rewrite(skb, p, &quote, &owner))
		return LAB_FAIL(p, NAT, REWRITE_FAILED);
	lab_count(LAB_FORWARD_ICMP_ERROR, p->direction, skb->len);
	if (lab_rewrite(skb, p, &outer))
		return LAB_FAIL(p, NAT, REWRITE_FAILED);
	return LAB_NAT_DONE;
}
