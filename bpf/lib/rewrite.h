/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Changes of addresses, ports and TTL with their checksums. Only the kernel's csum helpers touch
 * checksum fields, so packets whose checksum is still to be filled in (CHECKSUM_PARTIAL, GSO) stay
 * right: they hold the sum of the pseudo header, which addresses change and ports do not.
 */
#pragma once
#include "packet.h"

static __always_inline __u16 lab_csum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Offset of the L4 checksum field from the L4 header, 0: none that depends on addresses or ports.
 */
static __always_inline __u16 lab_check_off(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
		return offsetof(struct udphdr, check);
	case IPPROTO_ICMP:
		return offsetof(struct lab_icmp, check);
	}
	return 0;
}

static __always_inline long lab_rewrite_addresses(struct __sk_buff *skb, struct lab_pkt *p,
						  const struct lab_tuple *to)
{
	__s64 diff = bpf_csum_diff((__be32 *)&p->tuple.saddr, 8, (__be32 *)&to->saddr, 8, 0);
	__u16 check = lab_check_off(p->tuple.proto);
	__u64 flags = BPF_F_PSEUDO_HDR;
	long err;

	if (p->tuple.proto == IPPROTO_UDP)
		flags |= BPF_F_MARK_MANGLED_0;
	err = bpf_skb_store_bytes(skb, LAB_IP(saddr), &to->saddr, 8, 0);
	err = err ?: bpf_l3_csum_replace(skb, LAB_IP(check), 0, diff, 0);
	if (check && p->has_header && p->tuple.proto != IPPROTO_ICMP)
		err = err ?: bpf_l4_csum_replace(skb, p->l4_off + check, 0, diff, flags);
	return err;
}

static __always_inline long lab_rewrite_ports(struct __sk_buff *skb, struct lab_pkt *p,
					      const struct lab_tuple *to)
{
	__u32 check = p->l4_off + lab_check_off(p->tuple.proto);
	__u64 flags = p->tuple.proto == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	__u32 before, after;
	long err;

	__builtin_memcpy(&before, &p->tuple.sport, 4);
	__builtin_memcpy(&after, &to->sport, 4);
	err = bpf_l4_csum_replace(skb, check, before, after, flags | 4);
	return err ?: bpf_skb_store_bytes(skb, p->l4_off, &after, 4, 0);
}

static __always_inline long lab_rewrite_echo(struct __sk_buff *skb, struct lab_pkt *p,
					     const struct lab_tuple *to)
{
	/* One of the two ports is the id, the other 0. */
	__be16 before = p->tuple.sport | p->tuple.dport, after = to->sport | to->dport;
	long err;

	err = bpf_l4_csum_replace(skb, p->l4_off + offsetof(struct lab_icmp, check), before, after,
				  2);
	return err
		       ?: bpf_skb_store_bytes(skb, p->l4_off + offsetof(struct lab_icmp, echo.id),
					      &after, 2, 0);
}

/* Makes the packet look like `to`. 0 or -reason. */
LAB_GLOBAL int lab_rewrite(struct __sk_buff *skb, struct lab_pkt *p, const struct lab_tuple *to)
{
	if (!p || !to)
		return LAB_NEVER;

	if (p->tuple.saddr != to->saddr || p->tuple.daddr != to->daddr) {
		if (lab_rewrite_addresses(skb, p, to))
			return LAB_FAIL(p, NAT, REWRITE_FAILED);
	}
	if (p->has_header && (p->tuple.sport != to->sport || p->tuple.dport != to->dport)) {
		long err = p->l4 == LAB_L4_ECHO ? lab_rewrite_echo(skb, p, to)
						: lab_rewrite_ports(skb, p, to);

		if (err)
			return LAB_FAIL(p, NAT, REWRITE_FAILED);
	}
	p->tuple = *to;
	return 0;
}

/* One hop. The caller has checked that the TTL is above 1. */
static __always_inline int lab_decrement_ttl(struct __sk_buff *skb, struct lab_pkt *p)
{
	__be16 before = bpf_htons(p->ttl << 8 | p->tuple.proto);
	__be16 after = bpf_htons((p->ttl - 1) << 8 | p->tuple.proto);

	if (bpf_l3_csum_replace(skb, LAB_IP(check), before, after, 2) ||
	    bpf_skb_store_bytes(skb, LAB_IP(ttl), &after, 2, 0))
		return LAB_FAIL(p, ROUTE, REWRITE_FAILED);
	p->ttl -= 1;
	return 0;
}
