import { expect, test } from 'vitest';
import { resolveLab } from '../profile/resolve.ts';
import { differences } from './difference.ts';

const resolved = (flags: Record<string, unknown>) => resolveLab({ env: {}, flags }).lab;
const before = resolved({ profile: 'kpr' });

test('the same input differs in nothing', () => {
  expect(differences(before, resolved({ profile: 'kpr' }))).toEqual([]);
});

test('another profile is a change while the lab runs', () => {
  const found = differences(before, resolved({ profile: 'ebpf' }));
  expect(found).toContainEqual({ path: 'profile', from: 'kpr', to: 'ebpf', live: true });
  expect(found.every((each) => each.live)).toBe(true);
});

test.each([
  [{ workers: '3' }, 'nodes.workers'],
  [{ podCidr: '10.245.0.0/16' }, 'network.podCIDR'],
])('%j needs the lab to be made anew', (flags, path) => {
  const found = differences(before, resolved({ profile: 'kpr', ...flags }));
  expect(found.find((each) => each.path === path)).toMatchObject({ live: false });
});

test('what a runtime does not ask for is no change', () => {
  const now = { ...before, raw: { kind: { nodes: [] }, helm: { operator: { replicas: 2 } } } };
  expect(differences(before, now)).toEqual([]);
  const paths = (unused: readonly string[]) => differences(before, now, unused).map(({ path }) => path);
  expect(paths(['runtime'])).toEqual(['raw.kind.nodes', 'raw.helm.operator']);
  expect(paths(['raw.kind'])).toEqual(['raw.helm.operator']);
});
