import { join } from 'node:path';
import type { AgentConfig } from '../../core/agent-config.ts';
import type { Exec } from '../../core/exec.ts';
import { addressAt, type Ip4 } from '../../core/ip.ts';
import { readJson, writeJson } from '../json-file.ts';
import type { ClusterNode } from '../reconcile/nodes.ts';
import { applySettings, nodeSettings, type OldValues } from './sysctls.ts';

/** First address of the node's pod CIDR: what its pods see as their router. */
export const gatewayOf = (node: ClusterNode): Ip4 => addressAt(node.podCIDR, 1);

/**
 * Settings of the node and the gateway's address, which answers pings. Scope link keeps the kernel
 * from choosing it as the source of anything. The values found first are kept for whoever cleans up.
 */
export async function setUpNode(config: AgentConfig, node: ClusterNode, exec: Exec): Promise<void> {
  const found = applySettings(nodeSettings(config));
  await Promise.all([
    exec('ip', ['-batch', '-'], {
      input: `link set dev lo up\naddr replace ${gatewayOf(node)}/32 dev lo scope link\n`,
    }),
    recordFirst(join(config.paths.run, 'sysctl.json'), found),
  ]);
}

/** Values of an earlier start are older than what this one found. */
async function recordFirst(file: string, found: OldValues): Promise<void> {
  await writeJson(file, { ...found, ...(await readJson<OldValues>(file)) });
}
