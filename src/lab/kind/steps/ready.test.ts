import { expect, it } from 'vitest';
import type { KindUp } from '../context.ts';
import { nodesJoined } from './ready.ts';

it('waits for nodes that kind made and that are not in the cluster yet', async () => {
  const answers = [['lab-control-plane'], ['lab-control-plane'], ['lab-control-plane', 'lab-worker']];
  const kubectl = {
    json: async () => ({
      items: (answers.shift() ?? []).map((name) => ({ metadata: { name }, status: {} })),
    }),
  };
  const context = {
    kubectl,
    signal: new AbortController().signal,
    nodeContainers: async () => [{ name: 'lab-control-plane' }, { name: 'lab-worker' }],
  };
  const told: string[] = [];
  await nodesJoined.run(context as unknown as KindUp, (line) => told.push(line));
  expect(answers).toEqual([]);
  expect(told).toEqual(['2 nodes']);
});
