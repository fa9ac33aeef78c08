/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Answers that this node gives in place of the addressee: TCP RST and ICMP errors. The packet is
 * turned into its own answer and sent back through the device that it came from.
 *
 * A packet from a local sender may be CHECKSUM_PARTIAL: a device further on may still fill in "the
 * checksum" at the old offset. The answer must be right whether or not that happens, see
 * lab_is_partial.
 */
#pragma once
#include "exit.h"
#include "rewrite.h"

#define LAB_ANSWER_TTL 64
#define LAB_QUOTE_MAX  (60 + 20)

struct lab_pseudo {
	__be32 saddr;
	__be32 daddr;
	__be16 proto;
	__be16 length;
};

/*
 * Is the checksum still to be filled in? The kernel's helper leaves such a field alone when
 * something outside the pseudo header changes, and that tells. Spoils the field.
 */
static __always_inline bool lab_is_partial(struct __sk_buff *skb, __u32 check_off)
{
	__u16 before = 0, after = 0;

	bpf_skb_load_bytes(skb, check_off, &before, 2);
	bpf_l4_csum_replace(skb, check_off, 0, 1, 2);
	bpf_skb_load_bytes(skb, check_off, &after, 2);
	return before == after;
}

static __always_inline int lab_answer_send(struct __sk_buff *skb, struct lab_pkt *p, __u8 code)
{
	__u8 mac[12], back[12];

	if (bpf_skb_load_bytes(skb, 0, mac, sizeof(mac)))
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);
	__builtin_memcpy(back, mac + 6, 6);
	__builtin_memcpy(back + 6, mac, 6);
	if (bpf_skb_store_bytes(skb, 0, back, sizeof(back), 0))
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);
	skb->mark = (skb->mark & ~LAB_MARK_MASK) | LAB_MARK_ANSWER;
	return lab_forward(skb, p, code, bpf_redirect(skb->ifindex, 0));
}

/* Turns the IP header at LAB_IP_OFF into that of an answer with `length` bytes behind it. */
static __always_inline void lab_answer_ip(struct iphdr *ip, __be32 saddr, __be32 daddr, __u8 proto,
					  __u16 length)
{
	ip->tot_len = bpf_htons(ip->ihl * 4 + length);
	ip->tos = 0;
	ip->id = 0;
	ip->frag_off = bpf_htons(0x4000);
	ip->ttl = LAB_ANSWER_TTL;
	ip->protocol = proto;
	ip->saddr = saddr;
	ip->daddr = daddr;
}

/* RFC 9293 3.5.2: the RST that a host without a listener sends. */
static __always_inline void lab_rst_fill(struct tcphdr *tcp, __u32 payload)
{
	__be16 port = tcp->source;
	__be32 ack = tcp->ack_seq;

	tcp->source = tcp->dest;
	tcp->dest = port;
	if (tcp->ack) {
		tcp->ack_seq = 0;
		tcp->ack = 0;
	} else {
		tcp->ack_seq = bpf_htonl(bpf_ntohl(tcp->seq) + tcp->syn + tcp->fin + payload);
		tcp->ack = 1;
		ack = 0;
	}
	tcp->seq = ack;
	tcp->doff = 5;
	tcp->rst = 1;
	tcp->syn = tcp->fin = tcp->psh = tcp->urg = tcp->ece = tcp->cwr = 0;
	tcp->window = 0;
	tcp->urg_ptr = 0;
	tcp->check = 0;
}

LAB_GLOBAL int lab_answer_rst(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct lab_pseudo pseudo = {.saddr = p->in.daddr,
				    .daddr = p->in.saddr,
				    .proto = bpf_htons(IPPROTO_TCP),
				    .length = bpf_htons(sizeof(struct tcphdr))};
	__u32 check_off = p->l4_off + offsetof(struct tcphdr, check);
	bool partial = lab_is_partial(skb, check_off);
	struct iphdr before, ip;
	struct tcphdr tcp;
	__s64 sum;

	if (bpf_skb_load_bytes(skb, LAB_IP_OFF, &before, sizeof(before)) ||
	    bpf_skb_load_bytes(skb, p->l4_off, &tcp, sizeof(tcp)) ||
	    bpf_skb_change_tail(skb, p->l4_off + sizeof(tcp), 0))
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);
	ip = before;
	lab_answer_ip(&ip, p->in.daddr, p->in.saddr, IPPROTO_TCP, sizeof(tcp));
	sum = bpf_csum_diff((__be32 *)&before, sizeof(before), (__be32 *)&ip, sizeof(ip), 0);
	if (bpf_skb_store_bytes(skb, LAB_IP_OFF, &ip, sizeof(ip), 0) ||
	    bpf_l3_csum_replace(skb, LAB_IP(check), 0, sum, 0))
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);

	lab_rst_fill(&tcp, p->tot_len - p->ihl - tcp.doff * 4);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);
	if (!partial)
		sum = bpf_csum_diff(NULL, 0, (__be32 *)&tcp, sizeof(tcp), sum);
	tcp.check = partial ? lab_csum_fold(sum) : ~lab_csum_fold(sum);
	if (bpf_skb_store_bytes(skb, p->l4_off, &tcp, sizeof(tcp), BPF_F_RECOMPUTE_CSUM))
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);
	return lab_answer_send(skb, p, LAB_FORWARD_REFUSED);
}

/*
 * Gives the quoted checksum field the one value that filling it in would not change: with `rest`
 * the sum of everything else it covers, x = -(x + rest), so x = -rest / 2, and 2 * 0x8000 = 1
 * modulo 0xffff.
 */
static __always_inline long lab_quote_settle(struct __sk_buff *skb, __u32 check_off, __u64 rest)
{
	__u16 check = lab_csum_fold((__u64)(__u16)~lab_csum_fold(rest) * 0x8000);

	return bpf_skb_store_bytes(skb, check_off, &check, 2, 0);
}

/* How much of the packet an ICMP error quotes: headers with the checksum field. */
static __always_inline __u32 lab_quote_length(const struct lab_pkt *p)
{
	__u32 l4 = p->tuple.proto == IPPROTO_TCP && p->has_header ? sizeof(struct tcphdr) : 8;

	return p->ihl + l4;
}

static __always_inline long lab_quote_trim(struct __sk_buff *skb, struct lab_pkt *p, __u8 *buf,
					   __u32 length)
{
	__u32 check_off = p->l4_off + lab_check_off(p->tuple.proto);
	bool partial = p->l4 == LAB_L4_PORTS && p->has_header && lab_is_partial(skb, check_off);
	__u16 zero = 0;
	__s64 sum;
	long err;

	/* The field is spoilt by now; an honest checksum comes back by undoing the probe. */
	if (p->l4 == LAB_L4_PORTS && p->has_header && !partial)
		bpf_l4_csum_replace(skb, check_off, 1, 0, 2);
	err = bpf_skb_change_tail(skb, LAB_IP_OFF + length, 0);
	if (!err && partial) {
		err = bpf_skb_store_bytes(skb, check_off, &zero, 2, 0);
		err = err ?: bpf_skb_load_bytes(skb, LAB_IP_OFF, buf, length);
		sum = bpf_csum_diff(NULL, 0, (__be32 *)buf, LAB_QUOTE_MAX, 0);
		/* The IP header with its checksum sums up to 0: what remains is the L4 part. */
		err = err ?: lab_quote_settle(skb, check_off, sum);
	}
	return err ?: bpf_skb_load_bytes(skb, LAB_IP_OFF, buf, length);
}

/* Answers with an ICMP error from `saddr` that quotes the packet as its sender knows it. */
LAB_GLOBAL int lab_answer_icmp(struct __sk_buff *skb, struct lab_pkt *p, __u32 type_code,
			       __u32 info, __be32 saddr)
{
	if (!p)
		return LAB_NEVER;

	struct {
		struct iphdr ip;
		struct lab_icmp icmp;
	} head = {};
	__u8 buf[LAB_QUOTE_MAX] = {};
	__u32 length;
	__s64 sum;

	length = lab_quote_length(p);
	if (length < 28 || length > LAB_QUOTE_MAX)
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);
	if (lab_quote_trim(skb, p, buf, length) ||
	    bpf_skb_adjust_room(skb, sizeof(head), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_NO_CSUM_RESET))
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);

	head.ip.version = 4;
	head.ip.ihl = 5;
	lab_answer_ip(&head.ip, saddr, p->in.saddr, IPPROTO_ICMP, sizeof(head.icmp) + length);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&head.ip, sizeof(head.ip), 0);
	head.ip.check = ~lab_csum_fold(sum);
	head.icmp.type = type_code >> 8;
	head.icmp.code = type_code & 0xff;
	head.icmp.info = bpf_htonl(info);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&head.icmp, sizeof(head.icmp), 0);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)buf, sizeof(buf), sum);
	head.icmp.check = ~lab_csum_fold(sum);
	if (bpf_skb_store_bytes(skb, LAB_IP_OFF, &head, sizeof(head), BPF_F_RECOMPUTE_CSUM))
		return LAB_FAIL(p, ANSWER, REWRITE_FAILED);
	return 0;
}

/* RFC 1122 3.2.2: never about ICMP errors or later fragments. */
static __always_inline bool lab_may_answer(const struct lab_pkt *p)
{
	return p->has_header && p->l4 != LAB_L4_ICMP_ERROR && p->tot_len >= p->ihl + 8;
}

/* Service without backends: what kube-proxy's REJECT does. */
static __always_inline int lab_refuse(struct __sk_buff *skb, struct lab_pkt *p)
{
	int err;

	if (!lab_may_answer(p) || (p->tcp_flags & LAB_TCP_RST))
		return LAB_FAIL(p, ANSWER, NO_BACKEND);
	if (p->tuple.proto == IPPROTO_TCP)
		return lab_answer_rst(skb, p);
	err = lab_answer_icmp(skb, p, LAB_ICMP_UNREACHABLE << 8 | LAB_ICMP_PORT_UNREACHABLE, 0,
			      p->in.daddr);
	return err ?: lab_answer_send(skb, p, LAB_FORWARD_REFUSED);
}

/* Undoes a translation first: senders know their packets only as they sent them. */
static __always_inline int lab_answer_ttl(struct __sk_buff *skb, struct lab_pkt *p)
{
	int err;

	if (!lab_may_answer(p))
		return LAB_FAIL(p, ANSWER, TTL_EXCEEDED);
	err = lab_rewrite(skb, p, &p->in);
	err = err ?: lab_answer_icmp(skb, p, LAB_ICMP_TIME_EXCEEDED << 8, 0, lab_cfg_node_addr);
	return err ?: lab_answer_send(skb, p, LAB_FORWARD_ANSWERED_TTL);
}

static __always_inline int lab_answer_frag_needed(struct __sk_buff *skb, struct lab_pkt *p,
						  __u32 mtu)
{
	int err;

	if (!lab_may_answer(p))
		return LAB_FAIL(p, ANSWER, FRAG_NEEDED);
	err = lab_rewrite(skb, p, &p->in);
	err = err
		      ?: lab_answer_icmp(skb, p, LAB_ICMP_UNREACHABLE << 8 | LAB_ICMP_FRAG_NEEDED,
					 mtu & 0xffff, lab_cfg_node_addr);
	return err ?: lab_answer_send(skb, p, LAB_FORWARD_ANSWERED_FRAG);
}
