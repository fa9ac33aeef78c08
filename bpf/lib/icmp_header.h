/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* ICMP on the wire (RFC 792). <linux/icmp.h> would draw in the C library's sockets. */
#pragma once
#include <linux/types.h>

enum {
	LAB_ICMP_ECHO_REPLY = 0,
	LAB_ICMP_UNREACHABLE = 3,
	LAB_ICMP_ECHO = 8,
	LAB_ICMP_TIME_EXCEEDED = 11,
	LAB_ICMP_PARAMETER = 12,
};

/* Codes of LAB_ICMP_UNREACHABLE. */
enum {
	LAB_ICMP_PORT_UNREACHABLE = 3,
	LAB_ICMP_FRAG_NEEDED = 4,
};

struct lab_icmp {
	__u8 type;
	__u8 code;
	__sum16 check;
	union {
		struct {
			__be16 id;
			__be16 sequence;
		} echo;
		__be32 info; /* errors: next hop's MTU or 0 */
	};
};
