import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseVersion } from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import { resolveLab } from '../../profile/resolve.ts';
import { type KindRecord, ownerSchema, writeOwnerRecord } from '../owner-record.ts';
import { agreeTo, type CiliumRequestWithChart, planCiliumLab } from './plan.ts';
import { valuesToInstall } from './values.ts';

let state = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'labctl-cilium-plan-'));
  vi.stubEnv('LABCTL_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

const labOf = (profile: string) =>
  resolveLab({ flags: { profile, runtime: 'kind', name: 'cilium-plan', workers: '0' } }).lab;

const request = (profile: string, version = '1.20.0'): CiliumRequestWithChart => ({
  lab: labOf(profile),
  version: parseVersion(version),
  observe: 'default',
  asked: [],
  chart: { name: 'cilium', version, values: '', templates: [], place: `cilium-${version}.tgz` } as never,
});

async function recorded(more: Partial<KindRecord>): Promise<void> {
  await writeOwnerRecord({
    schema: ownerSchema,
    lab: 'cilium-plan',
    runtime: 'kind',
    bootId: 'b',
    createdAt: '2026-01-01',
    phase: 'ready',
    resolved: labOf('kpr'),
    images: [],
    madeNetwork: false,
    cilium: { version: '1.20.0', chart: 'cilium-1.20.0.tgz' },
    ...more,
  });
}

const ready = { conditions: [{ type: 'Ready', status: 'True' }], phase: 'Running' };
const container = {
  Id: '1',
  Name: '/cilium-plan-control-plane',
  State: { Status: 'running' },
  Config: { Labels: { 'io.x-k8s.kind.role': 'control-plane', 'io.x-k8s.kind.cluster': 'cilium-plan' } },
  NetworkSettings: { Networks: {} },
};
const agent = {
  metadata: { namespace: 'kube-system', name: 'cilium-1', labels: { 'k8s-app': 'cilium' } },
  status: ready,
};
const config = (data: object) => ({ kind: 'ConfigMap', metadata: { name: 'cilium-config' }, data });

/** An engine with one node, and a cluster whose release and ConfigMap are these. */
function machine(values: unknown, live: object, rendered: object): Exec {
  return async (file, args) => {
    const line = [file, ...args].join(' ');
    const answers: readonly (readonly [string, string])[] = [
      ['docker ps', '1\n'],
      ['docker container inspect', JSON.stringify([container])],
      ['helm get values', JSON.stringify(values)],
      ['helm template', JSON.stringify(config(rendered))],
      ['get nodes', JSON.stringify({ items: [{ metadata: { name: 'n' }, status: ready }] })],
      ['get pods', JSON.stringify({ items: [agent] })],
      ['get configmaps', JSON.stringify({ items: [config(live)] })],
    ];
    const stdout = answers.find(([part]) => line.includes(part))?.[1];
    if (stdout === undefined) throw new Error(`unexpected: ${line}`);
    return { stdout, stderr: '', exitCode: 0 };
  };
}

const pathsOf = ({ changes }: { readonly changes: readonly { readonly path: string }[] }): string[] =>
  changes.map(({ path }) => path);

describe('what up --cni cilium is going to do', () => {
  it('is nothing where release, version and lab are as asked for', async () => {
    await recorded({});
    const plan = await planCiliumLab(machine(valuesToInstall(request('kpr')), {}, {}), request('kpr'), false);
    expect(plan.action).toBe('none');
  });

  it('is a change that names keys of values and of cilium-config, those edited by hand too', async () => {
    await recorded({});
    const exec = machine(
      valuesToInstall(request('kpr')),
      { 'routing-mode': 'tunnel', debug: 'false' },
      { 'routing-mode': 'native', 'enable-bpf-masquerade': 'true', debug: 'false' },
    );
    const plan = await planCiliumLab(exec, request('ebpf'), false);
    expect(plan.action).toBe('change');
    expect(pathsOf(plan)).toEqual(
      expect.arrayContaining(['profile', 'values.bpf.masquerade', 'values.bpf.hostLegacyRouting']),
    );
    expect(plan.config).toEqual([
      { key: 'enable-bpf-masquerade', from: null, to: 'true' },
      { key: 'routing-mode', from: 'tunnel', to: 'native' },
    ]);
    expect(plan.text).toContain('  cilium-config.routing-mode: "tunnel" -> "native"');
  });

  it('tells values that somebody set by hand before they go, and keeps them where asked', async () => {
    await recorded({});
    const exec = machine({ ...valuesToInstall(request('kpr')), bandwidthManager: { enabled: true } }, {}, {});
    const plan = await planCiliumLab(exec, request('kpr'), false);
    expect(pathsOf(plan)).toEqual(['values.bandwidthManager.enabled']);
    expect((await planCiliumLab(exec, request('kpr'), true)).action).toBe('none');
  });

  it('keeps values in the words of the new version, and the profile wins over them', async () => {
    await recorded({ cilium: { version: '1.13.4', chart: 'old.tgz' } });
    const old = { tunnel: 'vxlan', kubeProxyReplacement: 'strict', l7Proxy: false };
    const { values } = await planCiliumLab(machine(old, {}, {}), request('kpr'), true);
    expect(values).toMatchObject({ routingMode: 'native', kubeProxyReplacement: true, l7Proxy: false });
    expect(values).not.toHaveProperty('tunnel');
  });

  it.each([
    ["labctl's own datapath", { cilium: undefined }, 'kpr', 'cni'],
    ['kube-proxy in the cluster', { resolved: labOf('kube-proxy') }, 'kpr', 'kubeProxyMode'],
  ])('is a new cluster instead of one with %s', async (_, more, profile, path) => {
    await recorded(more as Partial<KindRecord>);
    const plan = await planCiliumLab(machine({}, {}, {}), request(profile), false);
    expect(plan.action).toBe('recreate');
    expect(pathsOf(plan)).toContain(path);
  });
});

describe('consent to a change', () => {
  const plan = {
    lab: 'l',
    action: 'change',
    changes: [],
    text: ['change lab l', '  values.a: 1 -> 2'],
  } as const;
  it('is asked for, and nothing is done without', async () => {
    const asked: string[] = [];
    await agreeTo(plan, async (question) => asked.push(question) > 0);
    expect(asked).toEqual(['Change Cilium in lab l as told above?']);
    await expect(agreeTo(plan, async () => false)).rejects.toMatchObject({
      code: 'E_CONSENT',
      exitCode: 7,
      details: { changes: plan.text },
    });
    await agreeTo({ ...plan, action: 'create' }, async () => false);
  });
});
