import type { Check } from './check.ts';
import { counterClaims } from './claims/counters.ts';
import { kubeProxyClaims } from './claims/kube-proxy.ts';
import { masqueradeClaims } from './claims/masquerade.ts';
import { netfilterClaims } from './claims/netfilter.ts';
import { programClaims } from './claims/programs.ts';
import { serviceTableClaims } from './claims/service-tables.ts';
import { wireClaims } from './claims/wire.ts';
import { connectivityChecks } from './scenarios/index.ts';

/** Every check of every profile of labctl's own datapath, in the order of reports. */
export const catalogue: readonly Check[] = [
  ...connectivityChecks,
  ...kubeProxyClaims,
  ...programClaims,
  ...serviceTableClaims,
  ...wireClaims,
  ...counterClaims,
  ...masqueradeClaims,
  ...netfilterClaims,
];
