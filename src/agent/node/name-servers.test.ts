import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nodeNameServers } from './name-servers.ts';

it('takes the IPv4 name servers that a packet must leave the node for', () => {
  const directory = mkdtempSync(join(tmpdir(), 'labctl-resolv-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'resolv.conf');
  writeFileSync(
    file,
    '# nameserver 9.9.9.9\nsearch lan\nnameserver 172.18.0.1\nnameserver 127.0.0.53\nnameserver fe80::1\n nameserver\t10.0.0.53\n',
  );
  expect(nodeNameServers(file)).toEqual(['172.18.0.1', '10.0.0.53']);
});
