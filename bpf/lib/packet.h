/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a program knows of the packet in its hands. `tuple` follows every rewrite, `in` stays as the
 * packet came. Fields are read by helper calls, never by packet pointers, so nothing has to be
 * revalidated after a rewrite and packets need not be linear.
 */
#pragma once
#include <stddef.h>
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "config.h"
#include "frag.h"
#include "icmp_header.h"
#include "verifier.h"

#define LAB_IP_OFF    ETH_HLEN
#define LAB_IP(field) (LAB_IP_OFF + offsetof(struct iphdr, field))

#define LAB_TCP_FIN 0x01
#define LAB_TCP_SYN 0x02
#define LAB_TCP_RST 0x04
#define LAB_TCP_ACK 0x10

/* Set on packets that this node's datapath has finished with or already counted in conntrack. */
#define LAB_MARK_TRACKED 0x0100
#define LAB_MARK_ANSWER	 0x0200
#define LAB_MARK_MASK	 0x0f00

enum lab_l4 {
	LAB_L4_PORTS,	   /* TCP, UDP */
	LAB_L4_ECHO,	   /* ICMP echo request or reply */
	LAB_L4_ICMP_ERROR, /* quotes another packet */
	LAB_L4_OTHER,	   /* no ports: addresses and protocol only */
	LAB_L4_UNKNOWN,	   /* later fragment whose first one was not seen */
};

struct lab_pkt {
	struct lab_tuple tuple;
	struct lab_tuple in;
	__u64 now;
	__u32 length;
	__u16 l4_off;
	__u16 tot_len;
	__u16 rev_nat;
	__u16 line;
	__u8 ihl; /* bytes */
	__u8 ttl;
	__u8 l4; /* enum lab_l4 */
	__u8 tcp_flags;
	__u8 direction;
	__u8 file;
	__u8 code;	 /* forward code of where it goes */
	__u8 has_header; /* the L4 header is in this packet: not a later fragment */
	__u8 dont_fragment;
	__u8 tracked; /* counted in conntrack by this program */
	__u8 way;     /* of its flow, where lab_cfg_switched: LAB_CT_CHAINS, LAB_CT_PAST_STACK */
	__u8 pad[5];
};

/* The value of a failing helper: -reason, with the place where it was found. */
#define LAB_FAIL(p, where, name) \
	((p)->file = LAB_FILE_##where, (p)->line = __LINE__, -(int)LAB_DROP_##name)

static __always_inline void lab_tuple_reverse(const struct lab_tuple *from, struct lab_tuple *to)
{
	to->saddr = from->daddr;
	to->daddr = from->saddr;
	to->sport = from->dport;
	to->dport = from->sport;
	to->proto = from->proto;
	to->pad[0] = to->pad[1] = to->pad[2] = 0;
}

static __always_inline bool lab_tuple_equal(const struct lab_tuple *a, const struct lab_tuple *b)
{
	return a->saddr == b->saddr && a->daddr == b->daddr && a->sport == b->sport &&
	       a->dport == b->dport && a->proto == b->proto;
}

static __always_inline bool lab_is_syn(const struct lab_pkt *p)
{
	return p->tuple.proto == IPPROTO_TCP && p->has_header &&
	       (p->tcp_flags & (LAB_TCP_SYN | LAB_TCP_ACK)) == LAB_TCP_SYN;
}

static __always_inline bool lab_is_syn_ack(const struct lab_pkt *p)
{
	const __u8 both = LAB_TCP_SYN | LAB_TCP_ACK;

	return p->tuple.proto == IPPROTO_TCP && p->has_header && (p->tcp_flags & both) == both;
}

enum lab_l3 {
	LAB_L3_IPV4,
	LAB_L3_IPV6,
	LAB_L3_VLAN,
	LAB_L3_OTHER,
};

static __always_inline enum lab_l3 lab_l3_of(const struct __sk_buff *skb)
{
	if (skb->vlan_present)
		return LAB_L3_VLAN;
	switch (skb->protocol) {
	case bpf_htons(ETH_P_IP):
		return LAB_L3_IPV4;
	case bpf_htons(ETH_P_IPV6):
		return LAB_L3_IPV6;
	case bpf_htons(ETH_P_8021Q):
	case bpf_htons(ETH_P_8021AD):
		return LAB_L3_VLAN;
	}
	return LAB_L3_OTHER;
}

static __always_inline int lab_parse_icmp(struct __sk_buff *skb, struct lab_pkt *p)
{
	struct lab_icmp icmp;

	if (bpf_skb_load_bytes(skb, p->l4_off, &icmp, sizeof(icmp)))
		return LAB_FAIL(p, PARSE, INVALID_HEADER);
	switch (icmp.type) {
	case LAB_ICMP_ECHO:
		p->l4 = LAB_L4_ECHO;
		p->tuple.sport = icmp.echo.id;
		break;
	case LAB_ICMP_ECHO_REPLY:
		p->l4 = LAB_L4_ECHO;
		p->tuple.dport = icmp.echo.id;
		break;
	case LAB_ICMP_UNREACHABLE:
	case LAB_ICMP_TIME_EXCEEDED:
	case LAB_ICMP_PARAMETER:
		p->l4 = LAB_L4_ICMP_ERROR;
		break;
	default:
		p->l4 = LAB_L4_OTHER;
	}
	return 0;
}

static __always_inline int lab_parse_ports(struct __sk_buff *skb, struct lab_pkt *p)
{
	__u8 header[14]; /* up to the flags of TCP */
	__u32 need = p->tuple.proto == IPPROTO_TCP ? sizeof(struct tcphdr) : sizeof(struct udphdr);

	if (p->tot_len < p->ihl + need)
		return LAB_FAIL(p, PARSE, INVALID_HEADER);
	if (bpf_skb_load_bytes(skb, p->l4_off, header, 8))
		return LAB_FAIL(p, PARSE, INVALID_HEADER);
	__builtin_memcpy(&p->tuple.sport, header, 4);
	p->l4 = LAB_L4_PORTS;
	if (p->tuple.proto == IPPROTO_UDP)
		return 0;
	if (bpf_skb_load_bytes(skb, p->l4_off, header, sizeof(header)))
		return LAB_FAIL(p, PARSE, INVALID_HEADER);
	p->tcp_flags = header[13];
	return 0;
}

/* Ports of a first fragment are remembered for the later ones, which carry none. */
static __always_inline void lab_parse_later_fragment(struct lab_pkt *p, __be16 id)
{
	struct lab_frag *frag = lab_frag_find(&p->tuple, id);

	p->has_header = 0;
	p->l4 = LAB_L4_UNKNOWN;
	if (!frag)
		return;
	p->tuple.sport = frag->sport;
	p->tuple.dport = frag->dport;
	p->l4 = p->tuple.proto == IPPROTO_ICMP ? LAB_L4_ECHO : LAB_L4_PORTS;
}

/* Fills `p` from an IPv4 packet. 0 or -reason. */
LAB_GLOBAL int lab_parse(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct iphdr ip;
	__u16 fragment;
	int err = 0;

	if (bpf_skb_load_bytes(skb, LAB_IP_OFF, &ip, sizeof(ip)))
		return LAB_FAIL(p, PARSE, INVALID_HEADER);
	p->now = bpf_ktime_get_ns();
	p->length = skb->len;
	p->ihl = ip.ihl * 4;
	p->ttl = ip.ttl;
	p->tot_len = bpf_ntohs(ip.tot_len);
	p->l4_off = LAB_IP_OFF + p->ihl;
	p->tuple.saddr = ip.saddr;
	p->tuple.daddr = ip.daddr;
	p->tuple.proto = ip.protocol;
	p->has_header = 1;
	p->in = p->tuple;
	if (ip.version != 4 || p->ihl < sizeof(ip) || p->tot_len < p->ihl ||
	    p->tot_len > p->length - LAB_IP_OFF)
		return LAB_FAIL(p, PARSE, INVALID_HEADER);

	fragment = bpf_ntohs(ip.frag_off);
	p->dont_fragment = (fragment & 0x4000) != 0;
	if (fragment & 0x1fff) {
		lab_parse_later_fragment(p, ip.id);
	} else {
		switch (ip.protocol) {
		case IPPROTO_TCP:
		case IPPROTO_UDP:
			err = lab_parse_ports(skb, p);
			break;
		case IPPROTO_ICMP:
			err = lab_parse_icmp(skb, p);
			break;
		default:
			p->l4 = LAB_L4_OTHER;
		}
		if (!err && (fragment & 0x2000) && p->l4 != LAB_L4_OTHER)
			lab_frag_remember(&p->tuple, ip.id);
	}
	p->in = p->tuple;
	return err;
}
