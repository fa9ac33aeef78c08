import { describe, expect, it } from 'vitest';
import { readProbe } from './live-probe.ts';
import { waitingReason } from './pod-cause.ts';
import { unreadiness, workloadsIn } from './workloads.ts';

describe('workloads', () => {
  it('are the DaemonSets and Deployments of a rendering', () => {
    const objects = ['DaemonSet', 'ConfigMap', 'Deployment'].map((kind) => ({
      kind,
      metadata: { name: 'c' },
    }));
    expect(workloadsIn(objects)).toEqual(['DaemonSet/c', 'Deployment/c']);
  });

  const deployment = (generation: number, status: object) =>
    unreadiness({
      kind: 'Deployment',
      metadata: { name: 'operator', generation },
      spec: { replicas: 1, selector: {} },
      status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1, ...status },
    });
  it('are ready with all pods of the last change', () => {
    expect(deployment(1, {})).toBeUndefined();
    expect(deployment(2, {})).toContain('the rollout has not begun');
    expect(deployment(1, { updatedReplicas: 0 })).toContain('0 of 1 ready');
    expect(deployment(1, { availableReplicas: 0 })).toContain('0 of 1 ready');
  });
});

describe('a pod that waits', () => {
  const metadata = { name: 'p' };
  it('is told by its first init container that has not ended well', () => {
    const ended = { name: 'config', ready: true, restartCount: 0, state: { terminated: { exitCode: 0 } } };
    const stuck = {
      name: 'mount',
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'ErrImageNeverPull' } },
    };
    const later = {
      name: 'agent',
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'PodInitializing' } },
    };
    const status = { initContainerStatuses: [ended, stuck], containerStatuses: [later] };
    expect(waitingReason('kube-system', { metadata, spec: { nodeName: 'n' }, status })).toBe(
      'pod kube-system/p on n: container mount: ErrImageNeverPull',
    );
  });

  it('is told by the scheduler where it has no node', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }];
    expect(waitingReason('kube-system', { metadata, spec: {}, status: { conditions } })).toBe(
      'pod kube-system/p on no node: 0/1 nodes are available',
    );
  });
});

describe('a live probe', () => {
  it('counts, and measures a gap from its first failure to the next answer', () => {
    const lines = '1000 0\n1100 28\n2200 7\n3300 0\n3400 28\n3500 0\ncurl: no line of ours\n';
    expect(readProbe('pod to ClusterIP', lines)).toEqual({
      way: 'pod to ClusterIP',
      answered: 3,
      failed: 3,
      longestGapMs: 2200,
      text: 'pod to ClusterIP: 3 answered, 3 failed, longest gap 2.2 s',
    });
    expect(readProbe('a', '1 0\n2 0\n').text).toBe('a: 2 answered, 0 failed');
  });
});
