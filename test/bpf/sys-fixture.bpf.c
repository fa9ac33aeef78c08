// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* One of each kind that src/bpf-sys handles; nothing of the datapath. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 fixture_answer __attribute__((section(".rodata.config"))) = 7;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} fixture_count SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} fixture_table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} fixture_ring SEC(".maps");

static __always_inline void count(__u32 slot)
{
	__u64 *value = bpf_map_lookup_elem(&fixture_count, &slot);

	if (value)
		*value += 1;
}

/* Answers the constant and counts in slot 0. */
SEC("tc")
int fixture_answers(struct __sk_buff *skb)
{
	count(0);
	skb->mark = fixture_answer;
	return fixture_answer;
}

/* Counts in slot 1 and lets the packet go on to the next program. */
SEC("tc")
int fixture_counts(struct __sk_buff *skb)
{
	count(1);
	return -1;
}

/* Tells the packet's length and mark. */
SEC("tc")
int fixture_tells(struct __sk_buff *skb)
{
	__u32 *event = bpf_ringbuf_reserve(&fixture_ring, 8, 0);

	if (!event)
		return 1;
	event[0] = skb->len;
	event[1] = skb->mark;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* Sends 10.99.0.1 to 127.0.0.1, keeping the port. */
SEC("cgroup/connect4")
int fixture_connect(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip4 == __builtin_bswap32(0x0a630001))
		ctx->user_ip4 = __builtin_bswap32(0x7f000001);
	return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
