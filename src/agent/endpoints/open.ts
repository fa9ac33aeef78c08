import { join } from 'node:path';
import { deviceNames, ifindexOf } from '../../bpf-sys/index.ts';
import type { AgentConfig } from '../../core/agent-config.ts';
import type { Log } from '../../core/log.ts';
import { makeDirectory } from '../../core/make-directory.ts';
import { createPool, freshPool, type PoolState } from '../ipam/pool.ts';
import { readJson, writeJson } from '../json-file.ts';
import type { ClusterNode } from '../reconcile/nodes.ts';
import type { EndpointKernel, Endpoints } from './ports.ts';
import { openEndpointStore } from './store.ts';
import { sweepEndpoints } from './sweep.ts';

/** Bytes that VXLAN puts around a pod's packet. */
const tunnelOverhead = 50;

/** The endpoints of the node as an earlier run left them, cleaned of dead ones and judged again. */
export async function openEndpoints(
  config: AgentConfig,
  node: ClusterNode,
  kernel: EndpointKernel,
  log: Log,
): Promise<Endpoints> {
  const { run } = config.paths;
  makeDirectory(run, 0o700);
  const store = await openEndpointStore(join(run, 'endpoints'));
  const poolFile = join(run, 'ipam.json');
  const held = store.all().map(({ address }) => address);
  const pool = createPool(node.podCIDR, (await readJson<PoolState>(poolFile)) ?? freshPool, held);
  const endpoints: Endpoints = {
    store,
    pool,
    kernel,
    savePool: () => writeJson(poolFile, pool.state()),
    podMtu: config.network.mtu - (config.datapath.routing === 'tunnel' ? tunnelOverhead : 0),
  };
  const links = new Map(deviceNames().map((name) => [name, ifindexOf(name) ?? 0]));
  await sweepEndpoints(endpoints, links, log);
  return endpoints;
}

/** Puts the programs of now on every endpoint that is there. One that is being made gets them from its maker. */
export async function attachEndpoints({ store, kernel }: Endpoints): Promise<void> {
  for (const record of store.all()) {
    if (record.phase === 'ready' && ifindexOf(record.link) === record.ifindex) await kernel.attach(record);
  }
}
