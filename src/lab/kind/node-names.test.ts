import { expect, it } from 'vitest';
import { resolveLab } from '../../profile/resolve.ts';
import { kindNodeNames } from './node-names.ts';

const labWith = (raw: Record<string, unknown>) => ({
  ...resolveLab({ flags: { name: 'a' } }).lab,
  raw: { kind: raw, helm: {} },
});

it.each([
  ['nothing', {}, ['a-control-plane', 'a-worker', 'a-worker2']],
  [
    'a worker less',
    { nodes: [{ role: 'control-plane' }, { role: 'worker' }] },
    ['a-control-plane', 'a-worker'],
  ],
  ['a node that is no more than an image', { nodes: [{ image: 'example' }] }, ['a-control-plane']],
])('of a lab whose raw kind configuration names %s', (_, raw, names) => {
  expect(kindNodeNames(labWith(raw))).toEqual(names);
});
