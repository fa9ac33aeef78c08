import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIds } from '../../src/checks/verify.ts';
import { labPaths } from '../../src/core/paths.ts';
import { leaveKubeProxy } from './kube-proxy/leave.ts';
import { rewriteStoredChains } from './kube-proxy/stored-chains.ts';
import { kindMutants } from './mutants/on-kind/index.ts';
import { proveOnKind } from './mutants/on-kind/prove.ts';
import {
  restartContainer,
  restartPodsUnderRequests,
  rollOutUnderRequests,
  scaleUnderRequests,
} from './rollouts/rollouts.ts';
import { labctl, labctlJson, labctlWith, sh } from './support/cli.ts';
import { type DockerInventory, dockerInventory, kindAddress, withoutLabImages } from './support/docker.ts';
import { describeOnKind } from './support/kind.ts';
import { kindLab } from './support/kind-lab.ts';
import { profiles, redOf, verifyLab } from './support/lab.ts';
import { residentVerify } from './support/resident-verify.ts';
import { comeBackElsewhere } from './survival/another-address.ts';
import { surviveKills, surviveRestart } from './survival/on-kind.ts';

const limitMs = 580_000;
const bring = (name: string, profile: string) =>
  labctlWith({ limitMs }, 'up', '--runtime', 'kind', '--profile', profile, '--name', name, '--no-verify');
const take = (name: string) => labctlWith({ limitMs }, 'down', '--name', name);

describe('the table of mutants on kind', () => {
  it.each(profiles)('has one for every claim of %s', (profile) => {
    const covered = kindMutants
      .filter((mutant) => mutant.profiles.includes(profile))
      .map(({ claim }) => claim);
    const claims = checkIds(profile, 'kind').filter((id) => id.startsWith('claim.'));
    expect([...new Set(covered)].sort()).toEqual([...claims].sort());
  });
});

describeOnKind.each(profiles)('profile %s on kind', (profile) => {
  const lab = `t-kind-${profile}`;
  const kubectl = (...args: readonly string[]) =>
    sh('kubectl', '--kubeconfig', join(labPaths(lab).state, 'kubeconfig'), ...args);
  const inDemoPod = async (...argv: readonly string[]): Promise<string> => {
    const [pod = ''] = (await kubectl('get', 'pods', '--selector', 'app=demo', '--output', 'name')).split(
      '\n',
    );
    return await kubectl('exec', pod, '--', ...argv);
  };
  const cluster = kindLab(lab);
  const verify = residentVerify(lab);
  let before: DockerInventory;

  beforeAll(async () => {
    before = await dockerInventory();
    const { code, stderr } = await bring(lab, profile);
    expect(code, stderr).toBe(0);
  });
  afterAll(() => take(lab));

  it('proves itself with exactly the committed checks', async () => {
    const report = await verifyLab(lab);
    expect(redOf(report)).toEqual([]);
    expect(report.checks.map(({ id }) => id)).toEqual(checkIds(profile, 'kind'));
    expect(report.active).toEqual(report.requested);
    expect(report.requested.mode).toBe(profile);
  });

  it('lets pods reach the API server by its ClusterIP and name', async () => {
    const answer = await inDemoPod(
      'curl',
      '-sk',
      '--max-time',
      '5',
      'https://kubernetes.default.svc/version',
    );
    expect(JSON.parse(answer)).toMatchObject({ major: '1' });
  });

  it("resolves names that only the node's own resolver knows", async () => {
    // Docker's resolver, which kind's nodes reach by netfilter rules: a redirected packet never meets them.
    const outside = `labctl-${lab}-world`;
    expect(await inDemoPod('getent', 'ahostsv4', outside)).toContain(await kindAddress(outside));
  });

  it('has no privileged agent', async () => {
    const { items } = JSON.parse(await kubectl('get', 'pods', '-n', 'labctl-system', '--output', 'json')) as {
      items: { spec: { containers: { securityContext: { privileged: boolean } }[] } }[];
    };
    expect(items).toHaveLength(3);
    for (const { spec } of items) expect(spec.containers[0]?.securityContext.privileged).toBe(false);
  });

  it('answers get, logs and exec as labs of other runtimes do', async () => {
    const node = `${lab}-worker`;
    const { items } = await labctlJson<{ items: { metadata: { name: string } }[] }>(
      'get',
      'nodes',
      '--name',
      lab,
    );
    expect(items.map(({ metadata }) => metadata.name)).toContain(node);
    const [log] = await labctlJson<{ text: string }[]>('logs', node, '--name', lab);
    expect(log?.text).toContain('"ready"');
    expect((await labctl('exec', '--name', lab, node, '--', 'sh', '-c', 'exit 7')).code).toBe(7);
  });

  it('has nothing to do when asked for again', async () => {
    const { code, stdout } = await bring(lab, profile);
    expect(code).toBe(0);
    expect(stdout).toContain('nothing to do');
  });

  it('fails no request while a Deployment has 2, 20 and 2 pods', () => scaleUnderRequests(cluster));
  it('fails no request while a DaemonSet is rolled out', () => rollOutUnderRequests(cluster));
  it('fails no request while a pod is replaced', () => restartPodsUnderRequests(cluster));
  it('serves from a pod whose container was restarted', () => restartContainer(cluster));

  it('keeps connections while agents and kubelets are killed and agents are rolled out', () =>
    surviveKills(cluster, profile));
  it('keeps connections of other nodes while a worker restarts, which comes back by itself', () =>
    surviveRestart(cluster, profile));
  if (profile === 'kube-proxy') {
    it('has a worker come back by itself whose address somebody else took', () =>
      comeBackElsewhere(cluster, `${lab}-worker2`));
  }
  it.each(kindMutants.filter((mutant) => mutant.profiles.includes(profile)))(
    'notices by $claim alone when $title',
    (mutant) => proveOnKind(cluster, profile, mutant, verify),
  );

  it('proves itself after all that', async () => {
    const report = await verifyLab(lab);
    expect(redOf(report)).toEqual([]);
    expect(report.checks.map(({ id }) => id)).toEqual(checkIds(profile, 'kind'));
  });

  if (profile === 'kube-proxy') {
    it('has a kube-proxy that writes what is stored', () => rewriteStoredChains(cluster));
    it('goes over to kpr while it is up: no connection is lost, no chain of kube-proxy left', () =>
      leaveKubeProxy(cluster));
  }

  it('goes and leaves nothing', async () => {
    const { code, stderr } = await take(lab);
    expect(code, stderr).toBe(0);
    expect(await dockerInventory()).toEqual(withoutLabImages(before));
    expect(existsSync(labPaths(lab).state)).toBe(false);
    expect((await take(lab)).stdout).toContain('nothing to do');
  });
});
