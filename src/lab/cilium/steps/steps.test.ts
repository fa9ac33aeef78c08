import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exec } from '../../../core/exec.ts';
import { kubectlFor } from '../../../platform/kubectl.ts';
import { resolveLab } from '../../../profile/resolve.ts';
import { kindSteps } from '../../kind/steps/index.ts';
import type { CiliumUp } from '../context.ts';
import { ciliumSteps } from './index.ts';
import { waitForCilium } from './ready.ts';
import { ciliumImages, ciliumRelease } from './release.ts';

let state = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'labctl-cilium-steps-'));
  mkdirSync(join(state, 'cilium-steps'));
  vi.stubEnv('LABCTL_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

const { lab: whole } = resolveLab({ flags: { profile: 'ebpf', runtime: 'kind', name: 'cilium-steps' } });
/** Without a demo nothing is asked of it while Cilium changes. */
const lab = { ...whole, demo: { ...whole.demo, enabled: false } };

type Answer = (line: string) => string;

function contextOf(answer: Answer, asks: string[] = [], more: Partial<CiliumUp> = {}): CiliumUp {
  const exec: Exec = async (file, args) => {
    const line = [file, ...args].join(' ');
    asks.push(line);
    return { stdout: answer(line), stderr: '', exitCode: 0 };
  };
  return {
    lab,
    exec,
    signal: new AbortController().signal,
    kubeconfig: 'kubeconfig',
    kubectl: kubectlFor(exec, 'kubeconfig'),
    nodeContainers: async () => [{ name: 'n1' }, { name: 'n2' }],
    archive: {
      of: async (references: readonly string[]) => references.join('+'),
      remove: async () => undefined,
    },
    release: { name: 'cilium', namespace: 'kube-system', chart: 'cilium.tgz', values: {} },
    ciliumImages: ['quay.io/cilium/cilium:v1', 'quay.io/cilium/operator-generic:v1'],
    workloads: ['DaemonSet/cilium'],
    ...more,
  } as unknown as CiliumUp;
}

const daemonSet = (available: number) => ({
  kind: 'DaemonSet',
  metadata: { name: 'cilium', generation: 2 },
  spec: { selector: { matchLabels: { 'k8s-app': 'cilium' } } },
  status: {
    observedGeneration: 2,
    desiredNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: available,
  },
});
const items = (...all: readonly unknown[]): string => JSON.stringify({ items: all });

describe('steps of up --cni cilium', () => {
  it('record first, load before they install, and wait last', () => {
    const titles = ciliumSteps.map(({ title }) => title);
    const wanted = [
      'Record what will be made',
      'Create the kind cluster',
      "Load Cilium's images into the nodes",
      'Install Cilium',
      'Wait for Cilium on every node',
      'Wait for the first answer from a Service',
    ];
    expect(titles.filter((title) => wanted.includes(title))).toEqual(wanted);
    expect(titles[0]).toBe(wanted[0]);
  });

  it('reach out of the cluster only by what down undoes for every lab on kind', () => {
    const undos = ciliumSteps.flatMap(({ undo }) => undo ?? []);
    expect(undos.length).toBeGreaterThan(3);
    for (const undo of undos) expect(kindSteps.some((step) => step.undo === undo)).toBe(true);
  });

  it('send a node the images that it lacks by name, and none twice', async () => {
    const asks: string[] = [];
    const context = contextOf(
      (line) => (line.includes('exec --interactive n1 ctr') ? 'quay.io/cilium/cilium:v1\n' : ''),
      asks,
    );
    const told: string[] = [];
    await ciliumImages.run(context, (line) => told.push(line));
    expect(told).toEqual(['1 into n1, 2 into n2']);
    expect(asks.filter((ask) => ask.startsWith('/bin/sh'))).toHaveLength(2);
    const all = contextOf(() => 'quay.io/cilium/cilium:v1\nquay.io/cilium/operator-generic:v1\n');
    await ciliumImages.run(all, (line) => told.push(line));
    expect(told[1]).toBe('every node has them');
  });

  it('install by the values of the lab alone, after the record', async () => {
    const asks: string[] = [];
    const journal: string[] = [];
    const helm = (): string => {
      journal.push(readFileSync(join(state, 'cilium-steps/journal.jsonl'), 'utf8'));
      return '';
    };
    await ciliumRelease.run(contextOf(helm, asks), () => undefined);
    expect(asks).toHaveLength(1);
    expect(asks[0]).toMatch(
      /^helm upgrade --install cilium cilium.tgz --namespace kube-system .*--reset-values/,
    );
    expect(journal[0]).toContain('"release","names":["kube-system/cilium"]');
  });

  it.each([
    [
      true,
      [
        'helm upgrade',
        'kubectl --kubeconfig kubeconfig rollout restart',
        'kubectl --kubeconfig kubeconfig get',
      ],
    ],
    [false, ['helm upgrade', 'kubectl --kubeconfig kubeconfig get']],
  ])('restart agents of a changed lab: %s where cilium-config changes', async (needsRestart, wanted) => {
    const asks: string[] = [];
    const change = { needsRestart, told: () => undefined };
    await ciliumRelease.run(
      contextOf(() => items(daemonSet(2)), asks, { change }),
      () => undefined,
    );
    expect(asks.map((ask) => wanted.find((start) => ask.startsWith(start)))).toEqual(wanted);
  });
});

describe('the wait for Cilium', () => {
  it('ends when every workload has its pods', async () => {
    const states = [daemonSet(1), daemonSet(2)];
    await waitForCilium(contextOf(() => items(states.shift())));
    expect(states).toEqual([]);
  });

  it('tells pod, reason, events and last log line when it does not come true', async () => {
    const pod = {
      metadata: { name: 'cilium-x7', labels: { 'k8s-app': 'cilium' } },
      spec: { nodeName: 'n2' },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'cilium-agent',
            ready: false,
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      },
    };
    const asks: string[] = [];
    const context = contextOf((line) => {
      if (line.includes(' logs '))
        return 'level=fatal msg="auto-direct-node-routes cannot be used with tunneling"\n';
      if (line.includes('get events')) return items({ message: 'Back-off restarting failed container' });
      return line.includes('get pods') ? items(pod) : items(daemonSet(1));
    }, asks);
    await expect(waitForCilium(context, 0)).rejects.toMatchObject({
      code: 'E_NOT_READY',
      exitCode: 5,
      message: [
        'Cilium is ready: not within 0.0 s; last seen: DaemonSet/cilium: 1 of 2 ready',
        'pod kube-system/cilium-x7 on n2: container cilium-agent: CrashLoopBackOff: back-off 40s, exit code 1, restarted 3 times',
        '  event: Back-off restarting failed container',
        '  last line of cilium-agent: level=fatal msg="auto-direct-node-routes cannot be used with tunneling"',
      ].join('\n'),
    });
    expect(asks.find((ask) => ask.includes(' logs '))).toContain(
      '--container cilium-agent --tail 1 --previous',
    );
  });

  it('names a workload that the cluster does not have', async () => {
    await expect(
      waitForCilium(
        contextOf(() => items()),
        0,
      ),
    ).rejects.toThrow('is not in the cluster');
  });
});
