import type { Metric } from '../core/metrics-text.ts';
import type { PoolSize } from './allocator.ts';
import type { AssignerState } from './assigner.ts';

export interface OperatorState extends AssignerState {
  readonly isLeader: boolean;
  readonly pool: PoolSize;
}

/** Everything that /metrics tells. Of one that does not lead, the pool is what it would find free: all. */
export function operatorMetrics(state: OperatorState): Metric[] {
  const { pool, troubles } = state;
  return [
    single('labctl_operator_leader', 'gauge', '1 while this operator leads', state.isLeader ? 1 : 0),
    single('labctl_operator_pod_cidrs', 'gauge', 'Node networks that the pools have', pool.total),
    single('labctl_operator_pod_cidrs_free', 'gauge', 'Node networks that can be given out', pool.free),
    single('labctl_operator_pod_cidrs_assigned', 'gauge', 'Node networks that nodes have', state.assigned),
    single(
      'labctl_operator_pod_cidrs_leaving',
      'gauge',
      'Node networks of nodes that have gone, held back for a while',
      state.leaving,
    ),
    {
      name: 'labctl_operator_nodes_in_trouble',
      type: 'gauge',
      help: 'Nodes without a usable network, by reason',
      samples: Object.entries(troubles).map(([reason, value]) => ({ labels: { reason }, value })),
    },
    single('labctl_operator_assignments_total', 'counter', 'Node networks given out', state.assignments),
    single('labctl_operator_releases_total', 'counter', 'Node networks taken back', state.releases),
    single('labctl_operator_errors_total', 'counter', 'Runs that did not serve every node', state.errors),
  ];
}

const single = (name: string, type: Metric['type'], help: string, value: number): Metric => ({
  name,
  type,
  help,
  samples: [{ value }],
});
