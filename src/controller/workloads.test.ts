import { expect, test } from 'vitest';
import type { DaemonSet, Deployment, Node, Pod } from '../core/k8s.ts';
import { planPods, templateHash, templateLabel, type Workload } from './workloads.ts';

const nodes = ['control-plane', 'worker', 'worker2'].map(node);
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'demo' }] } };
const daemonSet: DaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'x', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'x' } }, template },
};
const deployment = (replicas: number): Deployment => ({
  ...daemonSet,
  kind: 'Deployment',
  spec: { ...daemonSet.spec, replicas },
});

test('a DaemonSet wants one pod on every node', () => {
  expect(planPods(daemonSet, nodes, [pod(daemonSet, 'a', 'worker')])).toEqual({
    create: ['control-plane', 'worker2'],
    end: [],
  });
});

test('a second pod of a DaemonSet on a node goes, and one on a node that has gone', () => {
  const pods = [...nodes.map((each) => pod(daemonSet, each.metadata.name, each.metadata.name))];
  const plan = planPods(daemonSet, nodes, [
    ...pods,
    pod(daemonSet, 'z', 'worker'),
    pod(daemonSet, 'y', 'gone'),
  ]);
  expect(plan).toEqual({ create: [], end: ['z', 'y'] });
});

test('pods of a DaemonSet are replaced one by one, each when the others are ready', () => {
  const old = nodes.map((each) => ({
    ...pod(daemonSet, each.metadata.name, each.metadata.name),
    ...outdated,
  }));
  expect(planPods(daemonSet, nodes, old).end).toHaveLength(1);
  const [, ...rest] = old;
  const starting = pod(daemonSet, 'new', 'control-plane', false);
  expect(planPods(daemonSet, nodes, [starting, ...rest]).end).toEqual([]);
});

test('replicas go to different nodes, to workers first', () => {
  expect(planPods(deployment(2), nodes, []).create).toEqual(['worker', 'worker2']);
  expect(planPods(deployment(4), nodes, []).create).toEqual(['worker', 'worker2', 'control-plane', 'worker']);
});

test('scaling down ends what is not ready first', () => {
  const two = deployment(2);
  const pods = [pod(two, 'a', 'worker'), pod(two, 'b', 'worker2', false), pod(two, 'c', 'worker2')];
  expect(planPods(two, nodes, pods)).toEqual({ create: [], end: ['b'] });
});

test('old pods of a Deployment stay until the new ones are ready', () => {
  const one = deployment(1);
  const old = { ...pod(one, 'old', 'worker'), ...outdated };
  expect(planPods(one, nodes, [old])).toEqual({ create: ['worker'], end: [] });
  expect(planPods(one, nodes, [old, pod(one, 'new', 'worker', false)])).toEqual({ create: [], end: [] });
  expect(planPods(one, nodes, [old, pod(one, 'new', 'worker')])).toEqual({ create: [], end: ['old'] });
});

test('a pod that is ending counts for nothing', () => {
  const one = deployment(1);
  const ending = pod(one, 'a', 'worker');
  const marked = { ...ending, metadata: { ...ending.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  expect(planPods(one, nodes, [marked])).toEqual({ create: ['worker'], end: [] });
});

const outdated = { metadata: { name: 'old', labels: { [templateLabel]: 'other' } } };

function node(name: string): Node {
  const labels = name === 'control-plane' ? { 'node-role.kubernetes.io/control-plane': '' } : {};
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {} };
}

function pod(workload: Workload, name: string, nodeName: string, ready = true): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'x', [templateLabel]: templateHash(workload) } },
    spec: { nodeName, containers: template.spec.containers },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}
