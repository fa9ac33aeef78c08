import type { Check } from '../check.ts';
import { dnsChecks } from './dns.ts';
import { checksOf } from './path.ts';
import { podAndNodePaths } from './pods-and-nodes.ts';
import { servicePaths } from './services.ts';
import { socketChecks } from './sockets.ts';

/** The same in every profile, whoever's datapath it is. */
export const connectivityChecks: readonly Check[] = [
  ...podAndNodePaths.flatMap(checksOf),
  ...servicePaths.flatMap(checksOf),
  ...socketChecks,
  ...dnsChecks,
];
