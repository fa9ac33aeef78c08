/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Translation of packets. One flow has one conntrack entry and one pair in the NAT table: the
 * packets of the client look up the forward entry, those of the backend the reply entry, and both
 * leave looking like `to`. Which kinds a hook applies is a mask: a packet may pass several hooks of
 * a node, and only one of them may translate it.
 */
#pragma once
#include "conntrack.h"
#include "exit.h"
#include "rewrite.h"
#include "service.h"

/* Bits of a hook's mask. */
#define LAB_APPLY(kind)	      (1 << (kind))
#define LAB_APPLY_REPLY(kind) (1 << ((kind) + 4))
#define LAB_APPLY_HAIRPIN     (1 << 8)
/* The same for flows that go past the stack, where hooks behind it see nothing. */
#define LAB_APPLY_PAST(mask) ((mask) << 16)

/* Tries of source ports before a flow is refused. */
#define LAB_NAT_TRIES 32

enum lab_nat_result {
	LAB_NAT_NONE,	   /* the packet belongs to no translated flow */
	LAB_NAT_ELSEWHERE, /* it does, and another hook of this node translates and counts it */
	LAB_NAT_DONE,	   /* translated and counted */
};

struct lab_nat_request {
	struct lab_tuple to; /* wished; the source port may change */
	__u32 backend_id;
	__u8 kind;
	__u8 flags;
	__u8 pad[2];
};

static __always_inline void lab_nat_owner(const struct lab_tuple *key, const struct lab_nat *nat,
					  struct lab_tuple *owner)
{
	if (nat->flags & LAB_NAT_REPLY)
		lab_tuple_reverse(&nat->to, owner);
	else
		*owner = *key;
}

static __always_inline bool lab_nat_applies(const struct lab_pkt *p, const struct lab_nat *nat,
					    __u32 mask)
{
	__u32 bit = nat->flags & LAB_NAT_REPLY ? LAB_APPLY_REPLY(nat->kind & 3)
					       : LAB_APPLY(nat->kind & 3);

	if (lab_is_past_stack(p))
		mask >>= 16;
	if ((nat->flags & LAB_NAT_HAIRPIN) && (mask & LAB_APPLY_HAIRPIN))
		return true;
	return (mask & bit) != 0;
}

/* Is the backend of a Service's flow still one of its Service? */
static __always_inline bool lab_nat_has_backend(const struct lab_pkt *p, const struct lab_nat *nat)
{
	struct lab_svc_key key = {
		.addr = p->tuple.daddr, .port = p->tuple.dport, .proto = p->tuple.proto};
	struct lab_backend *backend;
	struct lab_svc *svc;

	svc = nat->kind == LAB_NAT_NODEPORT
		      ? lab_svc_find_external(&key, key.addr == lab_cfg_node_addr)
		      : lab_svc_find(&key, false);
	if (!svc || svc->rev_nat != nat->rev_nat || !lab_svc_has(&key, svc->count, nat->backend_id))
		return false;
	backend = lab_backend_find(nat->backend_id);
	return backend && backend->addr == nat->to.daddr && backend->port == nat->to.dport;
}

/*
 * May a flow go on with its backend? A removed backend keeps its open TCP connections, as with
 * kube-proxy; UDP and new connections that use the ports again go to a new one.
 */
static __always_inline bool lab_nat_is_stale(const struct lab_pkt *p, const struct lab_nat *nat,
					     const struct lab_ct *ct)
{
	/* Chains, which know nothing of our ports, may give one to the next connection. */
	if (nat->flags & LAB_NAT_REPLY)
		return lab_cfg_switched && lab_is_syn_ack(p) && ct->state == LAB_CT_CLOSING;
	if (lab_is_syn(p) && ct->state == LAB_CT_CLOSING)
		return true;
	if (nat->kind == LAB_NAT_MASQUERADE || !nat->rev_nat)
		return false;
	if (p->tuple.proto == IPPROTO_TCP && !lab_is_syn(p))
		return false;
	return !lab_nat_has_backend(p, nat);
}

static __always_inline __u8 lab_nat_code(const struct lab_nat *nat)
{
	bool reply = nat->flags & LAB_NAT_REPLY;

	switch (nat->kind) {
	case LAB_NAT_SERVICE:
		if (!nat->rev_nat)
			return reply ? LAB_FORWARD_REV_PORT_MOVED : LAB_FORWARD_PORT_MOVED;
		return reply ? LAB_FORWARD_REV_SERVICE : LAB_FORWARD_LB_PACKET;
	case LAB_NAT_NODEPORT:
		if (reply)
			return LAB_FORWARD_REV_NODEPORT;
		return nat->to.saddr == lab_cfg_node_addr ? LAB_FORWARD_NODEPORT_REMOTE
							  : LAB_FORWARD_NODEPORT_LOCAL;
	}
	return reply ? LAB_FORWARD_REV_MASQUERADE : LAB_FORWARD_MASQUERADE;
}

/* Translates a packet of a known flow. enum lab_nat_result, or -reason. */
LAB_GLOBAL int lab_nat_established(struct __sk_buff *skb, struct lab_pkt *p, __u32 mask)
{
	if (!p)
		return LAB_NEVER;

	struct lab_tuple owner, to;
	struct lab_nat *nat;
	struct lab_ct *ct;
	bool reply;
	__u8 code;
	int err;

	if (p->l4 != LAB_L4_PORTS && p->l4 != LAB_L4_ECHO)
		return LAB_NAT_NONE;
	nat = lab_nat_find(&p->tuple);
	if (!nat)
		return LAB_NAT_NONE;
	lab_nat_owner(&p->tuple, nat, &owner);
	ct = lab_ct_find(&owner, p->now);
	/* A dead flow may have left its pair, and chains may serve the next of that key. */
	if (!ct || !(ct->flags & LAB_CT_NAT))
		return LAB_NAT_NONE;
	if (lab_ct_keeps_way(p))
		p->way = ct->flags & LAB_CT_WAY;
	if (!lab_nat_applies(p, nat, mask))
		return LAB_NAT_ELSEWHERE;
	if (lab_nat_is_stale(p, nat, ct)) {
		lab_flow_delete(&owner);
		return LAB_NAT_NONE;
	}
	to = nat->to;
	reply = nat->flags & LAB_NAT_REPLY;
	code = lab_nat_code(nat);
	err = lab_rewrite(skb, p, &to);
	if (err)
		return err;
	lab_count(code, p->direction, skb->len);
	p->code = code;
	lab_ct_update(skb, p, &owner, reply);
	return LAB_NAT_DONE;
}

/*
 * Is `reply` free as the way back of flow `owner`? What a dead flow left there is removed; a
 * closing one gives way when ports are short.
 */
LAB_GLOBAL int lab_nat_is_free(const struct lab_tuple *reply, const struct lab_tuple *owner,
			       __u64 now, bool are_short)
{
	if (!reply || !owner)
		return LAB_NEVER;

	struct lab_nat *nat = lab_nat_find(reply);
	struct lab_tuple holder;
	struct lab_ct *ct;

	if (!nat)
		return 1;
	lab_nat_owner(reply, nat, &holder);
	ct = lab_ct_find(&holder, now);
	if (ct && !lab_tuple_equal(&holder, owner) && !(are_short && ct->state == LAB_CT_CLOSING))
		return 0;
	/* Its flow goes too, dead or alive: the agent ends dead flows together with their pairs. */
	lab_flow_delete(&holder);
	lab_nat_delete(&holder, reply);
	return 1;
}

/* May this source port be used as it is? Only ports of our range are kept clear of the node's
 * sockets. */
static __always_inline bool lab_nat_may_keep(const struct lab_tuple *to)
{
	__u16 port = bpf_ntohs(to->sport);

	if (to->saddr != lab_cfg_node_addr)
		return true;
	return port >= lab_cfg_nat_first && port <= lab_cfg_nat_last;
}

/* Finds a source port whose way back is free: the client's own where possible. 0 or -reason. */
LAB_GLOBAL int lab_nat_reserve(struct lab_pkt *p, struct lab_nat_request *r)
{
	if (!p || !r)
		return LAB_NEVER;

	__u32 size = lab_cfg_nat_last - lab_cfg_nat_first + 1;
	__u32 start = bpf_get_prandom_u32();
	struct lab_nat back = {.kind = r->kind, .flags = r->flags | LAB_NAT_REPLY};
	struct lab_tuple reply;
	bool keep = lab_nat_may_keep(&r->to);

	lab_tuple_reverse(&p->tuple, &back.to);
	back.rev_nat = p->rev_nat;
	for (__u32 i = 0; i < LAB_NAT_TRIES; i++) {
		if (!keep)
			r->to.sport = bpf_htons(lab_cfg_nat_first + (start + i) % size);
		keep = false;
		lab_tuple_reverse(&r->to, &reply);
		/* An untranslated flow may have the very addresses and ports already. */
		if (!lab_ct_find(&r->to, p->now) &&
		    lab_nat_is_free(&reply, &p->tuple, p->now, i > LAB_NAT_TRIES / 2) &&
		    !bpf_map_update_elem(&lab_natnew4, &reply, &back, BPF_NOEXIST))
			return 0;
	}
	return LAB_FAIL(p, NAT, NAT_EXHAUSTED);
}

/* Starts a translated flow with this packet and translates it. 0 or -reason. */
LAB_GLOBAL int lab_nat_create(struct __sk_buff *skb, struct lab_pkt *p, struct lab_nat_request *r)
{
	if (!p || !r)
		return LAB_NEVER;

	struct lab_tuple owner = p->tuple, reply;
	struct lab_nat there = {};
	int err;

	err = lab_nat_reserve(p, r);
	if (err)
		return err;
	there.to = r->to;
	there.backend_id = r->backend_id;
	there.rev_nat = p->rev_nat;
	there.kind = r->kind;
	lab_tuple_reverse(&r->to, &reply);
	if (bpf_map_update_elem(&lab_natnew4, &owner, &there, BPF_ANY)) {
		bpf_map_delete_elem(&lab_natnew4, &reply);
		return LAB_FAIL(p, NAT, NAT_EXHAUSTED);
	}
	lab_nat_forget(&owner);
	err = lab_rewrite(skb, p, &there.to);
	if (err)
		return err;
	p->code = lab_nat_code(&there);
	lab_count(p->code, p->direction, skb->len);
	return lab_ct_create(skb, p, &owner, &reply, LAB_CT_NAT);
}

/*
 * A pod's sockets may use one port both for a Service per packet and for one of its backends
 * directly: the replies of both would look alike. The later flow, when it is the direct one, is
 * translated to a port of its own (rev_nat 0). enum lab_nat_result, or -reason.
 */
LAB_GLOBAL int lab_nat_move_port(struct __sk_buff *skb, struct lab_pkt *p)
{
	if (!p)
		return LAB_NEVER;

	struct lab_nat_request request = {.kind = LAB_NAT_SERVICE};
	struct lab_tuple reply, holder;
	struct lab_nat *nat;

	if (p->l4 != LAB_L4_PORTS)
		return LAB_NAT_NONE;
	lab_tuple_reverse(&p->tuple, &reply);
	nat = lab_nat_find(&reply);
	if (!nat || !(nat->flags & LAB_NAT_REPLY) || lab_ct_find(&p->tuple, p->now))
		return LAB_NAT_NONE;
	lab_nat_owner(&reply, nat, &holder);
	if (!lab_ct_find(&holder, p->now))
		return LAB_NAT_NONE;
	request.to = p->tuple;
	return lab_nat_create(skb, p, &request) ?: LAB_NAT_DONE;
}
