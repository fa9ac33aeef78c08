/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Configuration: written by the loader into .rodata.config before the verifier runs, which then
 * removes the branches that a profile does not use. The same set in every object. Zero is safe: no
 * translation, everything to the stack.
 */
#pragma once
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../include/abi.h"

#define LAB_CONFIG(type, name, value, sentence)                  \
	const volatile type lab_cfg_##name SEC(".rodata.config") \
		__attribute__((used, btf_decl_tag(sentence))) = value

LAB_CONFIG(__u8, service_lb, 0,
	   "Translate Services here (1) or leave them to kube-proxy's chains (0)");
LAB_CONFIG(__u8, masquerade, 0,
	   "Source NAT of pod traffic to the outside here (1) or by iptables (0)");
LAB_CONFIG(__u8, host_routing, 0,
	   "Forward by redirects past the stack (1) or through the stack (0)");
LAB_CONFIG(__u8, switched, 0,
	   "Connections may have begun under other switches (1): they stay on the way they began on");
LAB_CONFIG(__u8, events, LAB_EVENTS_AGGREGATED, "Which events are sent: enum lab_events_mode");

LAB_CONFIG(__be32, node_addr, 0, "Address of this node");
LAB_CONFIG(__u32, node_ifindex, 0, "Index of this node's uplink device");
LAB_CONFIG(__be32, service_cidr_addr, 0, "Service CIDR, network address");
LAB_CONFIG(__be32, service_cidr_mask, 0, "Service CIDR, netmask; 0 with address 0 means none");
LAB_CONFIG(__be32, hairpin_addr, bpf_htonl(0xa9fe2a01),
	   "Source that a pod sees when it reaches itself through a Service");
LAB_CONFIG(__u16, nodeport_first, 30000, "First NodePort");
LAB_CONFIG(__u16, nodeport_last, 32767, "Last NodePort, inclusive");
LAB_CONFIG(__u16, nat_first, 0, "First port that source NAT may take on this node's address");
LAB_CONFIG(__u16, nat_last, 0, "Last port that source NAT may take, inclusive");
LAB_CONFIG(__u64, host_netns_cookie, 0,
	   "SO_NETNS_COOKIE of the node's own network namespace; 0: unknown");

LAB_CONFIG(__u32, ct_new_seconds, 60, "Life of a flow without reply since its last packet");
LAB_CONFIG(__u32, ct_tcp_seconds, 21600, "Life of an established TCP flow since its last packet");
LAB_CONFIG(__u32, ct_any_seconds, 180,
	   "Life of an established flow that is not TCP since its last packet");
LAB_CONFIG(__u32, ct_closing_seconds, 10, "Life of a TCP flow after RST or both FINs");

/* Puts the types of abi.h into BTF. */
const volatile struct lab_abi lab_abi_types SEC(".rodata.config") __attribute__((used));
