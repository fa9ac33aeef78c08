import { inRange } from '../../version.ts';
import type { Finding } from '../finding.ts';
import { clusterContradictions } from './cluster.ts';
import type { Contradiction, Meaning } from './contradiction.ts';
import { kubeProxyContradictions } from './kube-proxy.ts';
import { masqueradeContradictions } from './masquerade.ts';
import { routingContradictions } from './routing.ts';

const contradictions: readonly Contradiction[] = [
  ...masqueradeContradictions,
  ...routingContradictions,
  ...kubeProxyContradictions,
  ...clusterContradictions,
];

/** Settings that are each right and wrong together; charts notice few of them. */
export function findContradictions(meaning: Meaning): Finding[] {
  return contradictions.flatMap(({ key, severity, check, use, ...range }) => {
    const message = inRange(meaning.version, range) ? check(meaning) : undefined;
    return message === undefined
      ? []
      : [{ rule: 'contradiction' as const, severity, key, message, ...(use === undefined ? {} : { use }) }];
  });
}
