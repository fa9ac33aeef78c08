/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The way out of a program: forward verdicts are counted where they are made, drops here and only
 * here. */
#pragma once
#include "events.h"

static __always_inline int lab_drop(struct __sk_buff *skb, struct lab_pkt *p,
				    enum lab_drop_reason reason)
{
	lab_count(reason, p->direction, skb->len);
	lab_event(skb, p, LAB_EVENT_DROP, reason);
	return TC_ACT_SHOT;
}

/* `verdict`: a tc verdict, or -reason. */
static __always_inline int lab_exit(struct __sk_buff *skb, struct lab_pkt *p, int verdict)
{
	if (verdict < 0)
		return lab_drop(skb, p, -verdict);
	lab_event(skb, p, LAB_EVENT_PACKET, p->code);
	return verdict;
}

/* Names where the packet goes and counts it. */
static __always_inline int lab_forward(struct __sk_buff *skb, struct lab_pkt *p,
				       enum lab_forward_code code, int verdict)
{
	p->code = code;
	lab_count(code, p->direction, skb->len);
	return verdict;
}
