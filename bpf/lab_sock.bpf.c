/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Programs on the node's cgroup: every socket that a process of this node or of its pods makes.
 *
 *   connect(VIP)  -> lab_sock4_connect     -> connect(backend)
 *   sendmsg(VIP)  -> lab_sock4_sendmsg     -> sendmsg(backend)     unconnected UDP
 *   recvmsg()     <- lab_sock4_recvmsg     <- from backend         shown as from VIP
 *   getpeername() <- lab_sock4_getpeername <- backend              shown as VIP
 *
 * lab_sock6_*: the same for IPv6 sockets that speak to ::ffff:a.b.c.d. Other IPv6 is left alone.
 */
#include "lib/sock.h"

#define LAB_PROCEED 1
#define LAB_REJECT  0

static __always_inline void lab_sock_fill(struct bpf_sock_addr *ctx, struct lab_sock *s)
{
	s->cookie = bpf_get_socket_cookie(ctx);
	s->netns_cookie = bpf_get_netns_cookie(ctx);
	s->port = (__be16)ctx->user_port;
	s->proto = ctx->protocol;
}

static __always_inline bool lab_sock6_is_mapped(struct bpf_sock_addr *ctx)
{
	return !ctx->user_ip6[0] && !ctx->user_ip6[1] && ctx->user_ip6[2] == bpf_htonl(0xffff);
}

static __always_inline int lab_sock4_forward(struct bpf_sock_addr *ctx, bool is_connected)
{
	struct lab_sock s = {.addr = ctx->user_ip4, .is_connected = is_connected};
	int result;

	lab_sock_fill(ctx, &s);
	result = lab_sock_translate(&s);
	if (result < 0) {
		bpf_set_retval(result);
		return LAB_REJECT;
	}
	if (result) {
		ctx->user_ip4 = s.addr;
		ctx->user_port = s.port;
	}
	return LAB_PROCEED;
}

static __always_inline int lab_sock4_back(struct bpf_sock_addr *ctx)
{
	struct lab_sock s = {.addr = ctx->user_ip4};

	lab_sock_fill(ctx, &s);
	if (lab_sock_reverse(&s)) {
		ctx->user_ip4 = s.addr;
		ctx->user_port = s.port;
	}
	return LAB_PROCEED;
}

static __always_inline int lab_sock6_forward(struct bpf_sock_addr *ctx, bool is_connected)
{
	struct lab_sock s = {.addr = ctx->user_ip6[3], .is_connected = is_connected};
	int result;

	if (!lab_sock6_is_mapped(ctx))
		return LAB_PROCEED;
	lab_sock_fill(ctx, &s);
	result = lab_sock_translate(&s);
	if (result < 0) {
		bpf_set_retval(result);
		return LAB_REJECT;
	}
	if (result) {
		ctx->user_ip6[3] = s.addr;
		ctx->user_port = s.port;
	}
	return LAB_PROCEED;
}

static __always_inline int lab_sock6_back(struct bpf_sock_addr *ctx)
{
	struct lab_sock s = {.addr = ctx->user_ip6[3]};

	if (!lab_sock6_is_mapped(ctx))
		return LAB_PROCEED;
	lab_sock_fill(ctx, &s);
	if (lab_sock_reverse(&s)) {
		ctx->user_ip6[3] = s.addr;
		ctx->user_port = s.port;
	}
	return LAB_PROCEED;
}

SEC("cgroup/connect4")
int lab_sock4_connect(struct bpf_sock_addr *ctx)
{
	return lab_sock4_forward(ctx, true);
}

SEC("cgroup/sendmsg4")
int lab_sock4_sendmsg(struct bpf_sock_addr *ctx)
{
	return lab_sock4_forward(ctx, false);
}

SEC("cgroup/recvmsg4")
int lab_sock4_recvmsg(struct bpf_sock_addr *ctx)
{
	return lab_sock4_back(ctx);
}

SEC("cgroup/getpeername4")
int lab_sock4_getpeername(struct bpf_sock_addr *ctx)
{
	return lab_sock4_back(ctx);
}

SEC("cgroup/connect6")
int lab_sock6_connect(struct bpf_sock_addr *ctx)
{
	return lab_sock6_forward(ctx, true);
}

SEC("cgroup/sendmsg6")
int lab_sock6_sendmsg(struct bpf_sock_addr *ctx)
{
	return lab_sock6_forward(ctx, false);
}

SEC("cgroup/recvmsg6")
int lab_sock6_recvmsg(struct bpf_sock_addr *ctx)
{
	return lab_sock6_back(ctx);
}

SEC("cgroup/getpeername6")
int lab_sock6_getpeername(struct bpf_sock_addr *ctx)
{
	return lab_sock6_back(ctx);
}

char _license[] SEC("license") = "Dual BSD/GPL";
