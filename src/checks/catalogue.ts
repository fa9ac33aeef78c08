import type { Check } from './check.ts';
import { counterClaims } from './claims/counters.ts';
import { kubeProxyClaims } from './claims/kube-proxy.ts';
import { masqueradeClaims } from './claims/masquerade.ts';
import { netfilterClaims } from './claims/netfilter.ts';
import { programClaims } from './claims/programs.ts';
import { serviceTableClaims } from './claims/service-tables.ts';
import { wireClaims } from './claims/wire.ts';
import { dnsChecks } from './scenarios/dns.ts';
import { checksOf } from './scenarios/path.ts';
import { podAndNodePaths } from './scenarios/pods-and-nodes.ts';
import { servicePaths } from './scenarios/services.ts';
import { socketChecks } from './scenarios/sockets.ts';

/** Every check of every profile, in the order of reports. */
export const catalogue: readonly Check[] = [
  ...podAndNodePaths.flatMap(checksOf),
  ...servicePaths.flatMap(checksOf),
  ...socketChecks,
  ...dnsChecks,
  ...kubeProxyClaims,
  ...programClaims,
  ...serviceTableClaims,
  ...wireClaims,
  ...counterClaims,
  ...masqueradeClaims,
  ...netfilterClaims,
];
