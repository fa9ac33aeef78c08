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
 * addr 0 is any address of any node: the NodePort wildcard, looked up where the exact address has no
 * entry and the ipcache says that the address is a node's.
 */
enum lab_svc_scope {
	LAB_SCOPE_CLUSTER = 0,	/* all backends */
	LAB_SCOPE_EXTERNAL = 1, /* what outside clients may use (externalTrafficPolicy) */
};

enum lab_svc_flags {
	LAB_SVC_NODEPORT = 1,
	LAB_SVC_EXTERNAL = 2, /* externalIP or load-balancer address */
	LAB_SVC_AFFINITY = 4, /* sessionAffinity: ClientIP */
	LAB_SVC_TWO_SCOPES = 8, /* LAB_SCOPE_EXTERNAL has an entry of its own */
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
	__u16 count;  /* slot 0: backends; 0 refuses */
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

/* lab_revnat4: what a reply must seem to come from. addr 0: the address that the client used (NodePort). */
struct lab_revnat_key {
	__u16 id;
	__u16 pad;
};

struct lab_revnat {
	__be32 addr;
	__be16 port;
	__u16 pad;
};
