import { readFileSync } from 'node:fs';
import { isIp4 } from '../../core/ip.ts';

/** The name servers of the node, which its pods' own resolver (CoreDNS) asks: those beyond the loopback. */
export const nodeNameServers = (file = '/etc/resolv.conf'): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? [])
    .filter((address) => isIp4(address) && !address.startsWith('127.'));
