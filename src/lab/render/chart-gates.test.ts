import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profiles } from '../../../profiles/index.ts';
import { chartObjects, type RenderedObject, valuesOf } from '../../../test/support/chart.ts';
import { problemsAgainstTypes } from '../../../test/support/kubernetes-types.ts';

const hasHelm = (process.env.PATH ?? '').split(delimiter).some((at) => existsSync(`${at}/helm`));
const clusterPool = { ipam: 'cluster-pool', runtime: 'kind' };

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What may run, and what may be asked: a change here is a change of what a node or the API server trusts us with. */
describe.skipIf(!hasHelm)('rights of the chart', { timeout: 60_000 }, () => {
  it('are those of the agent alone without pools', async () => {
    const objects = await chartObjects(valuesOf({}));
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).toEqual([
      'ClusterRole labctl-agent',
      'ClusterRoleBinding labctl-agent',
      'ConfigMap labctl-agent',
      'DaemonSet labctl-agent',
      'ServiceAccount labctl-agent',
    ]);
  });

  it('give the agent four capabilities and the operator none', async () => {
    const objects = await chartObjects(valuesOf(clusterPool));
    const containers = (kind: string): unknown[] =>
      objects
        .filter((object) => object.kind === kind)
        .flatMap(({ spec }) => spec.template.spec.containers)
        .map((one: { securityContext: unknown }) => one.securityContext);
    const least = { privileged: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true };
    const add = ['BPF', 'PERFMON', 'NET_ADMIN', 'SYS_ADMIN'];
    expect(containers('DaemonSet')).toEqual([
      { ...least, runAsUser: 0, capabilities: { drop: ['ALL'], add } },
    ]);
    expect(containers('Deployment')).toEqual([{ ...least, capabilities: { drop: ['ALL'] } }]);
  });

  it('let no pod see processes or memory of its node, and confine system calls', async () => {
    const pods = (await chartObjects(valuesOf(clusterPool)))
      .filter(({ kind }) => ['DaemonSet', 'Deployment'].includes(kind))
      .map(({ spec }) => spec.template.spec);
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(pod.initContainers).toBeUndefined();
      expect(pod.hostPID).toBeUndefined();
      expect(pod.hostIPC).toBeUndefined();
      expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
    }
    const operator = pods.find(({ serviceAccountName }) => serviceAccountName === 'labctl-operator');
    expect(operator?.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(operator?.volumes).toEqual([{ name: 'config', configMap: { name: 'labctl-operator' } }]);
  });

  it('ask for these verbs on six kinds and nothing else', async () => {
    const objects = await chartObjects(valuesOf(clusterPool));
    const granted = objects
      .filter(({ kind }) => ['Role', 'ClusterRole'].includes(kind))
      .flatMap(({ kind, metadata, rules = [] }) =>
        (rules as readonly Rule[]).flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
          apiGroups.flatMap((group) =>
            resources.map((resource) =>
              [kind, metadata.name, [group, resource, ...resourceNames].join('/'), ...verbs].join(' '),
            ),
          ),
        ),
      );
    expect(granted.toSorted()).toEqual([
      'ClusterRole labctl-agent /nodes get list watch',
      'ClusterRole labctl-agent /pods get list watch',
      'ClusterRole labctl-agent /services get list watch',
      'ClusterRole labctl-agent discovery.k8s.io/endpointslices get list watch',
      'ClusterRole labctl-operator /nodes list watch patch',
      'ClusterRole labctl-operator /pods list',
      'ClusterRole labctl-operator events.k8s.io/events create',
      'Role labctl-operator coordination.k8s.io/leases create',
      'Role labctl-operator coordination.k8s.io/leases/labctl-operator get update',
    ]);
  });

  it('are bound to the two accounts of the chart and no other subject', async () => {
    const bindings = (await chartObjects(valuesOf(clusterPool))).filter(({ kind }) =>
      kind.endsWith('Binding'),
    );
    expect(bindings).toHaveLength(3);
    for (const { metadata, roleRef, subjects } of bindings) {
      expect(roleRef?.name).toBe(metadata.name);
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name: metadata.name, namespace: 'labctl-system' }]);
    }
  });
});

describe.skipIf(!hasHelm)('manifests of the chart', { timeout: 60_000 }, () => {
  it.each(profiles.map(({ name }) => name))('of %s are what Kubernetes 1.34 knows', async (profile) => {
    const objects = await chartObjects(valuesOf({ ...clusterPool, profile }));
    expect(objects.flatMap(problemsAgainstTypes)).toEqual([]);
  });

  it('would not pass with a field that Kubernetes does not have, or of another type', async () => {
    const [set] = (await chartObjects(valuesOf({}))).filter(({ kind }) => kind === 'DaemonSet');
    const broken = structuredClone(set) as RenderedObject;
    const [container] = broken.spec.template.spec.containers;
    Object.assign(container, { imagePullPolice: 'Never', args: 'run' });
    broken.spec.template.spec.terminationGracePeriodSeconds = '10';
    expect(problemsAgainstTypes(broken)).toEqual([
      'DaemonSet.spec.template.spec.containers[0].args: "run" is no list',
      'DaemonSet.spec.template.spec.containers[0].imagePullPolice: V1Container has no such field',
      'DaemonSet.spec.template.spec.terminationGracePeriodSeconds: "10" is no number',
    ]);
  });

  it('give the operator the pools of the lab', async () => {
    const flags = {
      ...clusterPool,
      name: 'x',
      ipamPool: ['10.244.0.0/20', '10.244.64.0/20'],
      ipamMaskSize: '26',
    };
    const map = (await chartObjects(valuesOf(flags))).find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'labctl-operator',
    );
    expect(JSON.parse(map?.data?.['operator.json'] ?? '')).toEqual({
      schema: 'labctl.dev/operator/v1',
      lab: 'x',
      ipam: { pools: ['10.244.0.0/20', '10.244.64.0/20'], maskSize: 26 },
      server: 'https://x-control-plane:6443',
      port: 9810,
      lease: { namespace: 'labctl-system', name: 'labctl-operator' },
      releaseAfterSeconds: 60,
    });
  });
});
