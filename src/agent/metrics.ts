import type { Metric, Sample } from '../core/metrics-text.ts';
import { type AgentState, tableFill } from './status.ts';
import { type MetricRow, openMetrics } from './tables/index.ts';
import { snakeCase } from './words.ts';

/** Everything that /metrics tells. Counters of the datapath are the kernel's own, so they outlive the agent. */
export function agentMetrics(state: AgentState): Metric[] {
  const counters = openMetrics(state.config.paths.pins);
  try {
    return [...packetMetrics(counters.read()), ...nodeMetrics(state), ...reconcileMetrics(state)];
  } finally {
    counters.close();
  }
}

function packetMetrics(rows: readonly MetricRow[]): Metric[] {
  const counter = (
    name: string,
    help: string,
    [kind, label, value]: readonly [MetricRow['kind'], string, 'packets' | 'bytes'],
  ): Metric => ({
    name,
    type: 'counter',
    help,
    samples: rows
      .filter((row) => row.kind === kind)
      .map((row) => ({
        labels: { [label]: row.name, direction: snakeCase(row.direction) },
        value: row[value],
      })),
  });
  const lost = rows
    .filter(({ name }) => name === 'event_lost')
    .reduce((sum, { packets }) => sum + packets, 0);
  return [
    counter('labctl_drop_packets_total', 'Packets dropped, by reason', ['drop', 'reason', 'packets']),
    counter('labctl_drop_bytes_total', 'Bytes of packets dropped, by reason', ['drop', 'reason', 'bytes']),
    counter('labctl_forward_packets_total', 'Packets by what was done with them', [
      'forward',
      'code',
      'packets',
    ]),
    counter('labctl_forward_bytes_total', 'Bytes by what was done with them', ['forward', 'code', 'bytes']),
    single('labctl_events_lost_total', 'counter', 'Events that did not fit into the ring buffer', lost),
  ];
}

function nodeMetrics(state: AgentState): Metric[] {
  const { config, endpoints, events } = state;
  const fill = tableFill(config.paths.pins);
  const collected = state.collected();
  return [
    {
      name: 'labctl_agent_info',
      type: 'gauge',
      help: 'Always 1; the labels say what is asked of this node',
      samples: [{ labels: { lab: config.lab, node: config.node, profile: config.profile }, value: 1 }],
    },
    {
      name: 'labctl_table_entries',
      type: 'gauge',
      help: 'Entries of a table of the datapath',
      samples: fill.map(({ name, entries }) => ({ labels: { table: name }, value: entries })),
    },
    {
      name: 'labctl_table_max_entries',
      type: 'gauge',
      help: 'Size of a table of the datapath',
      samples: fill.map(({ name, maxEntries }) => ({ labels: { table: name }, value: maxEntries })),
    },
    {
      name: 'labctl_collected_total',
      type: 'counter',
      help: 'Ended flows and NAT entries that this agent removed',
      samples: Object.entries(collected).map(([table, value]) => ({ labels: { table }, value })),
    },
    single('labctl_events_total', 'counter', 'Events that this agent has read', events()),
    single('labctl_endpoints', 'gauge', 'Pods attached to this node', endpoints.store.all().length),
    single('labctl_addresses_held', 'gauge', 'Pod addresses in use', endpoints.pool.held()),
    single('labctl_addresses', 'gauge', 'Pod addresses that the node has', endpoints.pool.capacity),
    single(
      'process_resident_memory_bytes',
      'gauge',
      'Resident memory of the agent',
      process.memoryUsage.rss(),
    ),
    single(
      'process_start_time_seconds',
      'gauge',
      'When the agent started, in seconds since the epoch',
      Math.round(Date.now() / 1000 - process.uptime()),
    ),
  ];
}

function reconcileMetrics({ reconciler }: AgentState): Metric[] {
  const all = [...reconciler.durations.all()];
  const by = (value: (item: (typeof all)[number][1]) => number): Sample[] =>
    all.map(([target, item]) => ({ labels: { target }, value: value(item) }));
  return [
    single(
      'labctl_ready',
      'gauge',
      '1 once the first sync is programmed',
      reconciler.unready() === undefined ? 1 : 0,
    ),
    {
      name: 'labctl_reconcile_total',
      type: 'counter',
      help: 'How often a target was looked at',
      samples: by(({ count }) => count),
    },
    {
      name: 'labctl_reconcile_seconds_total',
      type: 'counter',
      help: 'Time that a target took, all together',
      samples: by(({ totalMs }) => totalMs / 1000),
    },
    {
      name: 'labctl_reconcile_last_seconds',
      type: 'gauge',
      help: 'Time that a target took last',
      samples: by(({ lastMs }) => lastMs / 1000),
    },
  ];
}

const single = (name: string, type: Metric['type'], help: string, value: number): Metric => ({
  name,
  type,
  help,
  samples: [{ value }],
});
