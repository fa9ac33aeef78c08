import type { Check } from '../check.ts';
import { netfilterClaims } from '../claims/netfilter.ts';
import { wireClaims } from '../claims/wire.ts';
import { connectivityChecks } from '../scenarios/index.ts';
import { agentClaims } from './claims.ts';
import { kernelClaims } from './kernel-claims.ts';
import { natClaim } from './nat-claim.ts';
import { serviceClaims } from './service-claims.ts';

/**
 * Processes in a pod but outside of its node's cgroup reach Services by netfilter only: where Cilium's socket LB serves
 * pods, its programs at their devices look no Service up (bpf/bpf_lxc.c, ENABLE_PER_PACKET_LB).
 */
const connectivity: readonly Check[] = connectivityChecks.map((check) =>
  check.id.includes('.outside-cgroup.') ? { ...check, profiles: ['kube-proxy'] } : check,
);

/**
 * Every check of a lab whose packets Cilium moves. Of labctl's own claims those that look at packets only:
 * `claim.netfilter.seen` is none of them, as Cilium redirects between pods of a node in its other modes too.
 */
export const ciliumCatalogue: readonly Check[] = [
  ...connectivity,
  ...agentClaims,
  ...kernelClaims,
  ...serviceClaims,
  natClaim,
  ...wireClaims,
  ...netfilterClaims.filter(({ id }) => id === 'claim.netfilter.bypassed'),
];
