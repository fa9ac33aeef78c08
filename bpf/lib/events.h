/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* lab_events: what happened, for people. Never waits: an event that does not fit is counted as
 * lost. */
#pragma once
#include "metrics.h"
#include "packet.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} lab_events SEC(".maps");

static __noinline void lab_event_send(struct __sk_buff *skb, const struct lab_pkt *p, __u8 type,
				      __u8 code)
{
	struct lab_event *event = bpf_ringbuf_reserve(&lab_events, sizeof(*event), 0);

	if (!event) {
		lab_count(LAB_FORWARD_EVENT_LOST, p->direction, 0);
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->time = bpf_ktime_get_ns();
	event->type = type;
	event->direction = p->direction;
	event->code = code;
	event->file = p->file;
	event->line = p->line;
	event->rev_nat = p->rev_nat;
	event->ifindex = skb->ifindex;
	event->length = skb->len;
	event->tuple = p->in;
	if (!lab_tuple_equal(&p->in, &p->tuple))
		event->to = p->tuple;
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void lab_event(struct __sk_buff *skb, const struct lab_pkt *p, __u8 type,
				      __u8 code)
{
	if (lab_cfg_events == LAB_EVENTS_NONE)
		return;
	if (type == LAB_EVENT_PACKET && lab_cfg_events != LAB_EVENTS_ALL)
		return;
	lab_event_send(skb, p, type, code);
}
