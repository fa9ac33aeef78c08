/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Types shared with the agent. The agent's codecs are generated from the BTF of the built objects
 * (npm run gen), so a change here needs no second edit. Addresses and ports named __be are in
 * network byte order, everything else in host order. Every struct has explicit padding: keys are
 * compared as bytes.
 */
#pragma once
#include <linux/types.h>

/* Who an address belongs to. Numbers follow the reserved identities that this field knows. */
enum lab_identity {
	LAB_ID_UNKNOWN = 0,
	LAB_ID_HOST = 1,
	LAB_ID_WORLD = 2,
	LAB_ID_REMOTE_NODE = 6,
	LAB_ID_POD = 256,
};

/* lab_endpoints: a pod of this node, by address. Written by the agent before CNI ADD returns. */
struct lab_endpoint_key {
	__be32 addr;
};

struct lab_endpoint {
	__u32 ifindex; /* node side of the veth */
	__u32 identity;
	__u16 id; /* unique on the node, > 0 */
	__u16 flags;
	__u8 mac[6];	  /* pod side */
	__u8 node_mac[6]; /* node side */
};

/* lab_ipcache: longest prefix -> what the cluster knows of an address. No entry: world. */
struct lab_ipcache_key {
	__u32 prefixlen;
	__be32 addr;
};

enum lab_ipcache_flags {
	LAB_IPCACHE_NATIVE = 1,	   /* never masqueraded (native-routing CIDR, node addresses) */
	LAB_IPCACHE_VIA_STACK = 2, /* always left to the node's stack (its name server) */
};

struct lab_ipcache {
	__u32 identity;
	__be32 node_addr; /* node that has it, 0: none or this one */
	__u16 flags;
	__u16 pad;
};

/*
 * lab_svc4: frontend. Slot 0 is the Service itself: count and flags; slots 1..count name backends.
 * addr 0 is any address of any node: the NodePort wildcard, looked up where the exact address has
 * no entry and the address is a node's (ipcache identity HOST or REMOTE_NODE).
 */
enum lab_svc_scope {
	LAB_SCOPE_CLUSTER = 0,	/* all backends */
	LAB_SCOPE_EXTERNAL = 1, /* what outside clients may use (externalTrafficPolicy) */
};

enum lab_svc_flags {
	LAB_SVC_NODEPORT = 1,
	LAB_SVC_EXTERNAL = 2,	 /* externalIP or load-balancer address */
	LAB_SVC_AFFINITY = 4,	 /* sessionAffinity: ClientIP */
	LAB_SVC_TWO_SCOPES = 8,	 /* LAB_SCOPE_EXTERNAL has an entry of its own */
	LAB_SVC_LOCAL_ONLY = 16, /* traffic policy Local: count 0 drops packets, refuses sockets */
};

struct lab_svc_key {
	__be32 addr;
	__be16 port;
	__u8 proto; /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 scope;
	__u32 slot;
};

struct lab_svc {
	__u32 backend_id; /* slot > 0 */
	__u32 affinity_seconds;
	__u16 count;   /* slot 0: backends; 0 refuses */
	__u16 rev_nat; /* id of the frontend, > 0 */
	__u16 flags;
	__u16 pad;
};

struct lab_backend_key {
	__u32 id;
};

struct lab_backend {
	__be32 addr;
	__be16 port;
	__u8 proto;
	__u8 pad;
};

/* lab_affinity4: the backend that a client last used. */
struct lab_affinity_key {
	__u64 client;  /* address (packets), netns cookie (sockets) */
	__u16 rev_nat; /* frontend */
	__u8 by_cookie;
	__u8 pad[5];
};

struct lab_affinity {
	__u64 last_used; /* ns, bpf_ktime_get_ns (CLOCK_MONOTONIC) */
	__u32 backend_id;
	__u32 pad;
};

/* lab_revsk4: the frontend that a socket asked for, by socket and backend. */
struct lab_revsk_key {
	__u64 cookie;
	__be32 addr;
	__be16 port;
	__u16 pad;
};

struct lab_revsk {
	__be32 addr;
	__be16 port;
	__u16 rev_nat;
};

/* lab_udpaff4: an unconnected UDP socket stays with its backend, by socket and frontend. */
struct lab_udpaff_key {
	__u64 cookie;
	__be32 addr;
	__be16 port;
	__u16 pad;
};

struct lab_udpaff {
	__u32 backend_id;
	__u16 rev_nat;
	__u16 pad;
};

/* One direction of a flow as its packets look. ICMP echo: the id is the port of the side that
 * asked. */
struct lab_tuple {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	__u8 proto;
	__u8 pad[3];
};

/*
 * lab_ct4 (confirmed), lab_ctnew4 (LRU: no reply yet): flows of this node, by the tuple of their
 * first packet before any translation. An entry whose `expires` is past counts as absent, so
 * collection can be lazy: delete it and, with LAB_CT_NAT, both its lab_nat4 entries: by its own key
 * and by `reply`.
 */
enum lab_ct_state {
	LAB_CT_NEW = 0, /* no reply yet */
	LAB_CT_ESTABLISHED = 1,
	LAB_CT_CLOSING = 2, /* RST, or FIN from both sides */
};

enum lab_ct_flags {
	LAB_CT_NAT = 1, /* owns a pair in lab_nat4 (or lab_natnew4) */
	LAB_CT_FIN_FORWARD = 2,
	LAB_CT_FIN_REPLY = 4,
	LAB_CT_CHAINS = 8,	/* began while chains translated Services: their conntrack knows it */
	LAB_CT_PAST_STACK = 16, /* began past the stack, which has never seen it */
};

struct lab_ct {
	__u64 expires; /* ns, bpf_ktime_get_ns (CLOCK_MONOTONIC) */
	__u64 packets;
	__u64 bytes;
	struct lab_tuple reply; /* what a reply looks like when it comes in */
	__u16 rev_nat;		/* frontend, 0: none */
	__u8 state;		/* enum lab_ct_state */
	__u8 flags;		/* enum lab_ct_flags */
	__u32 pad;
};

/*
 * lab_nat4 (confirmed), lab_natnew4 (LRU): packets that look like the key leave looking like `to`.
 * Two entries per flow; the reverse of one's `to` is the other's key.
 */
enum lab_nat_kind {
	LAB_NAT_SERVICE = 1,	/* per-packet Service of a pod on this node */
	LAB_NAT_NODEPORT = 2,	/* north-south Service */
	LAB_NAT_MASQUERADE = 3, /* pod to outside */
};

enum lab_nat_flags {
	LAB_NAT_REPLY = 1,   /* this entry translates replies */
	LAB_NAT_HAIRPIN = 2, /* reply entry: client and backend are the same pod */
};

struct lab_nat {
	struct lab_tuple to;
	__u32 backend_id; /* Services, forward entry */
	__u16 rev_nat;
	__u8 kind;
	__u8 flags;
};

/* lab_frag4: ports of a fragmented datagram, told by its first fragment. */
struct lab_frag_key {
	__be32 saddr;
	__be32 daddr;
	__be16 id;
	__u8 proto;
	__u8 pad;
};

struct lab_frag {
	__be16 sport;
	__be16 dport;
};

/* lab_metrics: per-CPU array, index code << 2 | direction. Codes: forward_codes.def,
 * drop_reasons.def. */
enum lab_direction {
	LAB_FROM_CONTAINER = 0, /* also: from a process (socket hooks) */
	LAB_TO_CONTAINER = 1,
	LAB_FROM_NETDEV = 2,
	LAB_TO_NETDEV = 3,
};
#define LAB_METRICS_SIZE 1024

struct lab_metric {
	__u64 packets;
	__u64 bytes;
};

enum lab_forward_code {
#define LAB_FORWARD(name, number, sentence) LAB_FORWARD_##name = number,
#include "forward_codes.def"
#undef LAB_FORWARD
};

enum lab_drop_reason {
#define LAB_DROP(name, number, sentence) LAB_DROP_##name = number,
#include "drop_reasons.def"
#undef LAB_DROP
};

/* lab_events: ring buffer. Which ones are sent: lab_cfg_events. */
enum lab_events_mode {
	LAB_EVENTS_NONE = 0,
	LAB_EVENTS_AGGREGATED = 1, /* new flow, first reply, drop */
	LAB_EVENTS_ALL = 2,	   /* and every packet */
};

enum lab_event_type {
	LAB_EVENT_NEW = 1,
	LAB_EVENT_REPLY = 2,
	LAB_EVENT_DROP = 3,
	LAB_EVENT_PACKET = 4,
};

/* Source file of a drop, so that file:line finds the statement. */
enum lab_file {
	LAB_FILE_LXC = 1,
	LAB_FILE_HOST = 2,
	LAB_FILE_PARSE = 3,
	LAB_FILE_VALIDATE = 4,
	LAB_FILE_SERVICE = 5,
	LAB_FILE_NAT = 6,
	LAB_FILE_ROUTE = 7,
	LAB_FILE_ANSWER = 8,
};

struct lab_event {
	__u64 time; /* ns, bpf_ktime_get_ns */
	__u8 type;  /* enum lab_event_type */
	__u8 direction;
	__u8 code; /* drop reason, or forward code: where the packet went */
	__u8 file; /* drops: enum lab_file */
	__u16 line;
	__u16 rev_nat;
	__u32 ifindex;
	__u32 length;
	struct lab_tuple tuple; /* as it came in */
	struct lab_tuple to;	/* as it left; zero: not translated */
};

/* Never read: names every type above in one place, so that BTF has them all. */
struct lab_abi {
	enum lab_identity identity;
	enum lab_ipcache_flags ipcache_flags;
	enum lab_svc_scope svc_scope;
	enum lab_svc_flags svc_flags;
	enum lab_ct_state ct_state;
	enum lab_ct_flags ct_flags;
	enum lab_nat_kind nat_kind;
	enum lab_nat_flags nat_flags;
	enum lab_direction direction;
	enum lab_forward_code forward_code;
	enum lab_drop_reason drop_reason;
	enum lab_event_type event_type;
	enum lab_file file;
	struct lab_event event;
};

_Static_assert(sizeof(struct lab_endpoint) == 24, "lab_endpoint");
_Static_assert(sizeof(struct lab_svc_key) == 12, "lab_svc_key");
_Static_assert(sizeof(struct lab_svc) == 16, "lab_svc");
_Static_assert(sizeof(struct lab_tuple) == 16, "lab_tuple");
_Static_assert(sizeof(struct lab_ct) == 48, "lab_ct");
_Static_assert(sizeof(struct lab_nat) == 24, "lab_nat");
_Static_assert(sizeof(struct lab_event) == 56, "lab_event");
