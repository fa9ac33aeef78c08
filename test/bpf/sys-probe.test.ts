import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { probe } from '../../src/agent/probe/index.ts';
import { cgroupRoot } from '../../src/platform/cgroup.ts';

const traces = (): readonly string[] => [
  ...readdirSync(tmpdir()).filter((name) => name.startsWith('labctl-probe')),
  ...readdirSync(cgroupRoot()).filter((name) => name.startsWith('labctl-probe')),
];

it('tries all that the agent needs, each with evidence, and leaves nothing', async () => {
  const cgroup = readFileSync('/proc/self/cgroup', 'utf8');
  const rows = await probe();
  expect(rows.filter(({ ok, fix }) => !ok || fix !== undefined)).toEqual([]);
  expect(rows.find(({ what }) => what.startsWith('connect()'))?.saw).toContain('reached 127.0.0.1');
  expect(rows.length).toBeGreaterThanOrEqual(7);
  expect(traces()).toEqual([]);
  expect(readFileSync('/proc/self/cgroup', 'utf8')).toBe(cgroup);
});
