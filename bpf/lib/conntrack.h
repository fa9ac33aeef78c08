/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * lab_ct4, lab_ctnew4: flows of this node. A flow starts in the LRU and moves to the hash with its
 * first reply, together with its NAT pair: a flood of packets that nobody answers can only push out
 * its own kind. Where the hash is full a flow stays in the LRU and works on.
 */
#pragma once
#include "events.h"
#include "nat_table.h"

#define LAB_SECOND 1000000000ULL
#define LAB_CT_WAY (LAB_CT_CHAINS | LAB_CT_PAST_STACK)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lab_tuple);
	__type(value, struct lab_ct);
} lab_ct4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct lab_tuple);
	__type(value, struct lab_ct);
} lab_ctnew4 SEC(".maps");

/* The live entry of a flow, or NULL. */
static __always_inline struct lab_ct *lab_ct_find(const struct lab_tuple *key, __u64 now)
{
	struct lab_ct *ct = bpf_map_lookup_elem(&lab_ct4, key);

	if (ct && ct->expires > now)
		return ct;
	ct = bpf_map_lookup_elem(&lab_ctnew4, key);
	return ct && ct->expires > now ? ct : NULL;
}

static __always_inline __u64 lab_ct_life(const struct lab_ct *ct, __u8 proto)
{
	if (ct->state == LAB_CT_NEW)
		return lab_cfg_ct_new_seconds * LAB_SECOND;
	if (ct->state == LAB_CT_CLOSING)
		return lab_cfg_ct_closing_seconds * LAB_SECOND;
	return (proto == IPPROTO_TCP ? lab_cfg_ct_tcp_seconds : lab_cfg_ct_any_seconds) *
	       LAB_SECOND;
}

/* How flows go that begin now. */
static __always_inline __u8 lab_ct_way(void)
{
	return (lab_cfg_service_lb ? 0 : LAB_CT_CHAINS) |
	       (lab_cfg_host_routing ? LAB_CT_PAST_STACK : 0);
}

/*
 * May the packet belong to a connection that began under other switches? The stack's conntrack
 * makes nothing good of one that it sees the middle of only, or half the packets of. Datagrams
 * follow the switches at once.
 */
static __always_inline bool lab_ct_keeps_way(const struct lab_pkt *p)
{
	return lab_cfg_switched && p->tuple.proto == IPPROTO_TCP && p->has_header &&
	       !lab_is_syn(p);
}

static __always_inline bool lab_is_past_stack(const struct lab_pkt *p)
{
	return lab_cfg_switched ? (p->way & LAB_CT_PAST_STACK) != 0 : lab_cfg_host_routing != 0;
}

/* Forgets a flow and its NAT pair. */
LAB_GLOBAL int lab_flow_delete(const struct lab_tuple *owner)
{
	if (!owner)
		return LAB_NEVER;

	struct lab_ct *ct = bpf_map_lookup_elem(&lab_ct4, owner);
	struct lab_tuple reply;

	if (!ct)
		ct = bpf_map_lookup_elem(&lab_ctnew4, owner);
	if (ct && (ct->flags & LAB_CT_NAT)) {
		reply = ct->reply;
		lab_nat_delete(owner, &reply);
	}
	bpf_map_delete_elem(&lab_ct4, owner);
	bpf_map_delete_elem(&lab_ctnew4, owner);
	return 0;
}

/*
 * 1: known. What no entry knows (0) goes through the stack, where chains may know it. Chains know
 * nothing of our flows: they may give the ports of one that ended to the next connection.
 */
LAB_GLOBAL int lab_ct_learn_way(struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct lab_tuple owner = p->tuple;
	struct lab_ct *ct = lab_ct_find(&owner, p->now);

	if (!ct) {
		lab_tuple_reverse(&p->tuple, &owner);
		ct = lab_ct_find(&owner, p->now);
	}
	p->way = 0;
	if (!ct)
		return 0;
	if (lab_is_syn_ack(p) && ct->state == LAB_CT_CLOSING) {
		lab_flow_delete(&owner);
		return 0;
	}
	p->way = ct->flags & LAB_CT_WAY;
	return 1;
}

/* Makes a flow durable: all its entries move to the hashes, or none. */
LAB_GLOBAL int lab_ct_confirm(const struct lab_tuple *owner, const struct lab_ct *ct,
			      __u8 direction)
{
	if (!owner || !ct)
		return LAB_NEVER;

	struct lab_ct copy = *ct;

	if (bpf_map_update_elem(&lab_ct4, owner, &copy, BPF_ANY))
		goto full;
	if ((copy.flags & LAB_CT_NAT) && lab_nat_confirm(owner, &copy.reply)) {
		bpf_map_delete_elem(&lab_ct4, owner);
		goto full;
	}
	bpf_map_delete_elem(&lab_ctnew4, owner);
	lab_count(LAB_FORWARD_CT_CONFIRMED, direction, 0);
	return 0;
full:
	lab_count(LAB_FORWARD_CT_FULL, direction, 0);
	return -1;
}

/* TCP flags move the state; the answer tells whether the expiry must follow at once. */
static __always_inline bool lab_ct_advance(struct lab_ct *ct, const struct lab_pkt *p, bool reply)
{
	__u8 before = ct->state;

	if (reply && ct->state == LAB_CT_NEW)
		ct->state = LAB_CT_ESTABLISHED;
	if (p->tuple.proto != IPPROTO_TCP || !p->has_header)
		return ct->state != before;
	if (lab_is_syn(p) && !reply && ct->state == LAB_CT_CLOSING) {
		ct->state = LAB_CT_NEW; /* the ports are used again */
		ct->flags = (ct->flags & LAB_CT_NAT) | lab_ct_way();
	}
	if (p->tcp_flags & LAB_TCP_FIN)
		ct->flags |= reply ? LAB_CT_FIN_REPLY : LAB_CT_FIN_FORWARD;
	if ((p->tcp_flags & LAB_TCP_RST) || (ct->flags & (LAB_CT_FIN_FORWARD | LAB_CT_FIN_REPLY)) ==
						    (LAB_CT_FIN_FORWARD | LAB_CT_FIN_REPLY))
		ct->state = LAB_CT_CLOSING;
	return ct->state != before;
}

/* A packet of a known flow: counters, state, expiry, and with the first reply its confirmation. */
LAB_GLOBAL int lab_ct_update(struct __sk_buff *skb, struct lab_pkt *p,
			     const struct lab_tuple *owner, bool reply)
{
	if (!p || !owner)
		return LAB_NEVER;

	struct lab_ct *ct = lab_ct_find(owner, p->now);
	bool first_reply, changed;
	__u64 expires;

	if (!ct)
		return 0;
	p->tracked = 1;
	p->rev_nat = ct->rev_nat;
	first_reply = reply && ct->state == LAB_CT_NEW;
	changed = lab_ct_advance(ct, p, reply);
	__sync_fetch_and_add(&ct->packets, 1);
	__sync_fetch_and_add(&ct->bytes, skb->len);
	expires = p->now + lab_ct_life(ct, p->tuple.proto);
	/* At most one write a second keeps the line of a busy flow shared between CPUs. */
	if (changed || expires > ct->expires + LAB_SECOND)
		ct->expires = expires;
	if (first_reply) {
		lab_event(skb, p, LAB_EVENT_REPLY, p->code);
		lab_ct_confirm(owner, ct, p->direction);
	}
	return 0;
}

/* Starts a flow. Counts of an entry that is replaced (before its translation) are kept. */
LAB_GLOBAL int lab_ct_create(struct __sk_buff *skb, struct lab_pkt *p,
			     const struct lab_tuple *owner, const struct lab_tuple *reply,
			     __u8 flags)
{
	if (!p || !owner || !reply)
		return LAB_NEVER;

	struct lab_ct ct = {.packets = 1, .bytes = skb->len, .reply = *reply};
	struct lab_ct *before = lab_ct_find(owner, p->now);

	p->tracked = 1;
	ct.flags = flags | lab_ct_way();
	ct.rev_nat = p->rev_nat;
	ct.expires = p->now + lab_cfg_ct_new_seconds * LAB_SECOND;
	if (before) {
		ct.packets = before->packets;
		ct.bytes = before->bytes;
	}
	/* Even a dead entry: it would name a way back that is no longer this flow's. */
	bpf_map_delete_elem(&lab_ct4, owner);
	bpf_map_update_elem(&lab_ctnew4, owner, &ct, BPF_ANY);
	if (before)
		return 0;
	lab_count(LAB_FORWARD_CT_NEW, p->direction, skb->len);
	lab_event(skb, p, LAB_EVENT_NEW, p->code);
	return 0;
}

/* Conntrack of a packet that is not translated at this hook. */
LAB_GLOBAL int lab_ct_track(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct lab_tuple reverse;

	if (p->l4 == LAB_L4_ICMP_ERROR || p->l4 == LAB_L4_UNKNOWN)
		return 0;
	if (lab_ct_find(&p->tuple, p->now))
		return lab_ct_update(skb, p, &p->tuple, false);
	lab_tuple_reverse(&p->tuple, &reverse);
	if (lab_ct_find(&reverse, p->now))
		return lab_ct_update(skb, p, &reverse, true);
	if (p->tuple.proto == IPPROTO_TCP && (p->tcp_flags & LAB_TCP_RST))
		return 0;
	if (lab_ct_keeps_way(p))
		return 0;
	if (lab_cfg_switched)
		lab_nat_forget(&p->tuple);
	return lab_ct_create(skb, p, &p->tuple, &reverse, 0);
}
