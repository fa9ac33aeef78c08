import type { ClusterConfig } from '../core/agent-config.ts';
import type { ClusterSource } from '../core/cluster.ts';
import type { Log } from '../core/log.ts';

/** Opens where the cluster's objects come from. Only the code of the one that is asked for is loaded. */
export async function openClusterSource(config: ClusterConfig, log: Log): Promise<ClusterSource> {
  if (config.source === 'directory') {
    const { openClusterDir } = await import('../platform/cluster-dir.ts');
    return openClusterDir(config.path, { log });
  }
  const { openClusterKube } = await import('../platform/cluster-kube.ts');
  const source = openClusterKube({ server: config.server, log });
  if (config.ipam === 'kubernetes') return source;
  const { withPoolCIDRs } = await import('./ipam/cluster-pool.ts');
  return withPoolCIDRs(source);
}
