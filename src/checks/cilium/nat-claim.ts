import { readNatEntries } from '../../cilium/index.ts';
import type { Check } from '../check.ts';
import { natRows } from '../claims/masquerade.ts';
import { viewOf } from './claims.ts';

const words = ['bpf', 'nat', 'list'] as const;

export const natClaim: Check = {
  id: 'claim.cilium.nat',
  kind: 'claim',
  sentence: 'the NAT map of the node holds the live flow, as outside sees it',
  profiles: ['ebpf'],
  needs: ['world'],
  run: natRows(async (context, { node, original, peer }) => {
    const view = viewOf(context);
    const entries = readNatEntries(await view.print(node, ...words));
    return {
      found: entries
        .filter((entry) => entry.protocol === 'TCP' && entry.original === original && entry.peer === peer)
        .map(({ translated }) => translated),
      command: await view.printCommand(node, ...words),
    };
  }),
};
