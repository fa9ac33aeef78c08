import type { Check } from '../check.ts';
import { netfilterClaims } from '../claims/netfilter.ts';
import { wireClaims } from '../claims/wire.ts';
import { connectivityChecks } from '../scenarios/index.ts';
import { agentClaims } from './claims.ts';
import { kernelClaims } from './kernel-claims.ts';
import { serviceClaims } from './service-claims.ts';

/**
 * Every check of a lab whose packets Cilium moves. Of labctl's own claims those that look at packets only:
 * `claim.netfilter.seen` is none of them, as Cilium redirects between pods of a node in its other modes too.
 */
export const ciliumCatalogue: readonly Check[] = [
  ...connectivityChecks,
  ...agentClaims,
  ...kernelClaims,
  ...serviceClaims,
  ...wireClaims,
  ...netfilterClaims.filter(({ id }) => id === 'claim.netfilter.bypassed'),
];
