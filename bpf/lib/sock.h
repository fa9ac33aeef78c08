/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Services at the socket: connect() and sendmsg() get a backend's address, recvmsg() and
 * getpeername() show the Service's again. The logic sees a plain struct, not a hook's context.
 */
#pragma once
#include <linux/errno.h>
#include <linux/bpf.h>
#include <linux/in.h>
#include "metrics.h"
#include "service.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct lab_revsk_key);
	__type(value, struct lab_revsk);
} lab_revsk4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct lab_udpaff_key);
	__type(value, struct lab_udpaff);
} lab_udpaff4 SEC(".maps");

struct lab_sock {
	__u64 cookie;	    /* of the socket */
	__u64 netns_cookie; /* of its network namespace */
	__be32 addr;
	__be16 port;
	__u8 proto;
	__u8 is_connected; /* false: each datagram names its destination */
};

/* 127.0.0.1:nodePort answers on the node itself only. */
static __always_inline bool lab_sock_is_node_local(const struct lab_sock *s)
{
	return (bpf_ntohl(s->addr) >> 24) == 127 && lab_cfg_host_netns_cookie &&
	       s->netns_cookie == lab_cfg_host_netns_cookie;
}

/* The backend that this socket's datagrams to this frontend went to before, if it still serves. */
static __always_inline struct lab_backend *lab_sock_sticky(const struct lab_udpaff_key *sticky,
							   const struct lab_svc_key *key,
							   const struct lab_svc *svc)
{
	struct lab_udpaff *last = bpf_map_lookup_elem(&lab_udpaff4, sticky);

	if (!last || last->rev_nat != svc->rev_nat ||
	    !lab_svc_has(key, svc->count, last->backend_id))
		return NULL;
	return lab_backend_find(last->backend_id);
}

static __always_inline struct lab_backend *
lab_sock_choose(const struct lab_sock *s, struct lab_svc_key *key, const struct lab_svc *svc)
{
	struct lab_affinity_key client = {.client = s->netns_cookie, .by_cookie = 1};
	struct lab_udpaff_key sticky = {.cookie = s->cookie, .addr = s->addr, .port = s->port};
	struct lab_udpaff value = {.rev_nat = svc->rev_nat};
	struct lab_backend *backend = NULL;

	if (!s->is_connected)
		backend = lab_sock_sticky(&sticky, key, svc);
	if (backend)
		return backend;
	backend = lab_backend_choose(key, svc, &client, bpf_ktime_get_ns(), &value.backend_id);
	if (backend && !s->is_connected)
		bpf_map_update_elem(&lab_udpaff4, &sticky, &value, BPF_ANY);
	return backend;
}

/* 1: `s` now names a backend. 0: no Service, go on as asked. -errno: refuse. */
static __always_inline int lab_sock_translate(struct lab_sock *s)
{
	struct lab_svc_key key = {.addr = s->addr, .port = s->port, .proto = s->proto};
	struct lab_revsk_key back = {.cookie = s->cookie};
	struct lab_revsk frontend = {.addr = s->addr, .port = s->port};
	struct lab_backend *backend;
	struct lab_svc *svc;

	if (!lab_cfg_service_lb || (s->proto != IPPROTO_TCP && s->proto != IPPROTO_UDP))
		return 0;
	svc = lab_svc_find(&key, lab_sock_is_node_local(s));
	if (!svc)
		return 0;
	backend = lab_sock_choose(s, &key, svc);
	if (!backend) {
		lab_count(LAB_FORWARD_SOCK_REFUSED, LAB_FROM_CONTAINER, 0);
		return -ECONNREFUSED;
	}
	s->addr = back.addr = backend->addr;
	s->port = back.port = backend->port;
	frontend.rev_nat = svc->rev_nat;
	bpf_map_update_elem(&lab_revsk4, &back, &frontend, BPF_ANY);
	lab_count(s->proto == IPPROTO_TCP ? LAB_FORWARD_LB_SOCK_TCP : LAB_FORWARD_LB_SOCK_UDP,
		  LAB_FROM_CONTAINER, 0);
	return 1;
}

/* Shows a backend's address as the Service's that this socket asked for. 1: `s` changed. */
static __always_inline int lab_sock_reverse(struct lab_sock *s)
{
	struct lab_revsk_key key = {.cookie = s->cookie, .addr = s->addr, .port = s->port};
	struct lab_revsk *frontend = bpf_map_lookup_elem(&lab_revsk4, &key);

	if (!lab_cfg_service_lb || !frontend)
		return 0;
	s->addr = frontend->addr;
	s->port = frontend->port;
	lab_count(LAB_FORWARD_REV_SOCK, LAB_TO_CONTAINER, 0);
	return 1;
}
