import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exec } from '../../core/exec.ts';
import { resolveLab } from '../../profile/resolve.ts';
import { ownerSchema, writeOwnerRecord } from '../owner-record.ts';
import { planKindLab } from './plan.ts';

let state = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'labctl-kind-plan-'));
  vi.stubEnv('LABCTL_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

const name = 'kind-plan';
const labOf = (profile: string) =>
  resolveLab({ flags: { profile, runtime: 'kind', name, workers: '0' } }).lab;

/** An engine with the lab's one node, and a cluster in which all is ready. */
const machine: Exec = async (file, args) => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }], phase: 'Running' };
  const labels = { 'io.x-k8s.kind.role': 'control-plane', 'io.x-k8s.kind.cluster': name };
  const container = {
    Id: '1',
    Name: `/${name}-control-plane`,
    State: { Status: 'running' },
    Config: { Labels: labels },
    NetworkSettings: { Networks: {} },
  };
  const app = { 'app.kubernetes.io/name': 'labctl-agent' };
  const agent = { metadata: { namespace: 'labctl-system', name: 'a', labels: app }, status: ready };
  const answers: readonly (readonly [string, string])[] = [
    ['docker ps', '1\n'],
    ['docker container inspect', JSON.stringify([container])],
    ['get nodes', JSON.stringify({ items: [{ metadata: { name: 'n' }, status: ready }] })],
    ['get pods', JSON.stringify({ items: [agent] })],
  ];
  const line = [file, ...args].join(' ');
  const stdout = answers.find(([part]) => line.includes(part))?.[1];
  if (stdout === undefined) throw new Error(`unexpected: ${line}`);
  return { stdout, stderr: '', exitCode: 0 };
};

describe('what up on kind is going to do to a lab that is up', () => {
  it.each([
    ['kube-proxy', 'kpr', 'change'],
    ['kube-proxy', 'ebpf', 'change'],
    ['kpr', 'ebpf', 'change'],
    ['kpr', 'kube-proxy', 'recreate'],
  ])('is, from %s to %s, to %s it', async (from, to, action) => {
    await writeOwnerRecord({
      schema: ownerSchema,
      lab: name,
      runtime: 'kind',
      bootId: 'b',
      createdAt: '2026-01-01',
      phase: 'ready',
      resolved: labOf(from),
      images: [],
      madeNetwork: false,
    });
    expect((await planKindLab(labOf(to), machine)).action).toBe(action);
  });
});
