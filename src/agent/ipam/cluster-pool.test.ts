import { expect, it } from 'vitest';
import type { ClusterEvent, ClusterSource } from '../../core/cluster.ts';
import { type Kind, type Node, podCIDRAnnotation } from '../../core/k8s.ts';
import { withPoolCIDRs } from './cluster-pool.ts';

const node = (name: string, annotations?: Readonly<Record<string, string>>): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
  spec: { podCIDR: '10.244.9.0/24', unschedulable: true },
});
const given = node('given', { [podCIDRAnnotation]: '10.1.2.0/26' });
const bare = node('bare');
const source = {
  list: async () => [given, bare],
  watch: async (_: Kind, handler: (event: ClusterEvent<'Node'>) => void) => {
    handler({ type: 'set', object: given });
    handler({ type: 'synced' });
    handler({ type: 'deleted', object: bare });
  },
} as unknown as ClusterSource;

it("has the operator's pod CIDR in nodes, and none where the operator gave none yet", async () => {
  const nodes = await withPoolCIDRs(source).list('Node');
  expect(nodes.map(({ spec }) => spec)).toEqual([
    { podCIDR: '10.1.2.0/26', unschedulable: true },
    { unschedulable: true },
  ]);
});

it('tells events in the same words', async () => {
  const told: unknown[] = [];
  await withPoolCIDRs(source).watch(
    'Node',
    (event) => told.push([event.type, event.type === 'synced' ? null : event.object.spec.podCIDR]),
    new AbortController().signal,
  );
  expect(told).toEqual([
    ['set', '10.1.2.0/26'],
    ['synced', null],
    ['deleted', undefined],
  ]);
});
