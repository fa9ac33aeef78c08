import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIds } from '../../src/checks/verify.ts';
import { labPaths } from '../../src/core/paths.ts';
import { waitFor } from '../../src/core/wait-for.ts';
import { type PushRegistry, servePushRegistry } from '../support/push-registry.ts';
import {
  answersItsOwner,
  comes,
  goes,
  leavesObjectsToKubectl,
  takesImagesAndTools,
  takesRenderedChart,
} from './neighbour/lab.ts';
import { engineUser } from './neighbour/user.ts';
import { reloadUnderRequests } from './rollouts/reload.ts';
import { type CliResult, labctlWith, run, sh } from './support/cli.ts';
import { clusterInventory } from './support/cluster-inventory.ts';
import { type DockerInventory, dockerInventory, inContainer, withoutLabImages } from './support/docker.ts';
import { describeOnKind } from './support/kind.ts';
import { kindLab } from './support/kind-lab.ts';
import { redOf, verifyLab } from './support/lab.ts';
import { labctlAs } from './support/without-root.ts';

/** A cluster that somebody made with kind alone: two nodes, no CNI, no kube-proxy. */
const cluster = 't-plain';
const nodes = [`${cluster}-control-plane`, `${cluster}-worker`];
const lab = 't-existing';
const limitMs = 580_000;
/** Other networks than the cluster's own controller gives. */
const pool = '10.244.128.0/24';

let directory: string;
let kubeconfig: string;
let labFile: string;
const labctl = (...args: readonly string[]): Promise<CliResult> =>
  labctlWith({ limitMs, env: { KUBECONFIG: kubeconfig } }, ...args);
const kubectl = (...args: readonly string[]) => sh('kubectl', '--kubeconfig', kubeconfig, ...args);
const { everything, programIds } = clusterInventory(nodes, kubectl);
const apply = (manifest: object) =>
  run('kubectl', ['--kubeconfig', kubeconfig, 'apply', '--filename', '-'], {
    input: JSON.stringify(manifest),
  });
const up = (...flags: readonly string[]) =>
  labctl('up', '-f', labFile, '--runtime', 'existing', '--no-verify', ...flags);

describeOnKind('a cluster of somebody else', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'labctl-existing-'));
    kubeconfig = join(directory, 'kubeconfig');
    labFile = join(directory, 'lab.json');
    const spec = { profile: 'ebpf', ipam: { mode: 'cluster-pool', pools: [pool], maskSize: 26 } };
    await writeFile(
      labFile,
      JSON.stringify({ apiVersion: 'labctl.dev/v1alpha1', kind: 'Lab', metadata: { name: lab }, spec }),
    );
    const config = join(directory, 'kind.yaml');
    await writeFile(
      config,
      'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n' +
        'networking: {disableDefaultCNI: true, kubeProxyMode: none}\n' +
        'nodes: [{role: control-plane}, {role: worker}]\n',
    );
    const made = await run(
      'kind',
      [
        ...['create', 'cluster', '--name', cluster, '--config', config, '--kubeconfig', kubeconfig],
        ...['--image', 'kindest/node:v1.34.4'],
      ],
      { limitMs },
    );
    expect(made.code, made.stderr).toBe(0);
    // kind does not wait for the worker's Node.
    await waitFor(
      'both nodes in the cluster',
      async () => {
        const names = (await kubectl('get', 'nodes', '--output', 'name')).split('\n').filter(Boolean);
        return names.length === nodes.length ? { done: undefined } : { saw: names.join(', ') };
      },
      { timeoutMs: 120_000, intervalMs: 500 },
    );
    // The controller manager writes to Nodes and makes accounts for a while.
    let last = '';
    await waitFor(
      'the cluster to be still',
      async () => {
        const now = JSON.stringify(await everything());
        const isStill = now === last;
        last = now;
        return isStill ? { done: undefined } : { saw: now };
      },
      { timeoutMs: 120_000, intervalMs: 3000 },
    );
  });
  afterAll(async () => {
    await labctl('down', '--name', lab, '--yes');
    await run('kind', ['delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig], { limitMs });
    await rm(directory, { recursive: true, force: true });
  });

  describe('a cluster that does not fit', () => {
    let before: unknown;
    beforeAll(async () => {
      before = await everything();
    });

    const refused = async (result: CliResult, code: string, ...words: readonly RegExp[]): Promise<void> => {
      expect(result.code, result.stderr).toBe(6);
      expect(result.stderr).toContain(code);
      for (const word of words) expect(result.stderr).toMatch(word);
      expect(result.stderr).toContain('fix:');
      expect(await everything()).toEqual(before);
      expect(existsSync(labPaths(lab).state)).toBe(false);
    };

    it('has no bpffs', async () => {
      await refused(
        await up(),
        'E_CLUSTER_UNFIT',
        /node t-plain-worker has no BPF file system/,
        /mount -t bpf/,
      );
      const { code, stdout } = await examined();
      expect(code).toBe(6);
      expect(findingsOf(stdout).filter(({ state }) => state === 'failed')).toEqual([
        expect.objectContaining({ id: 'cluster.bpffs', fix: expect.stringContaining('mount -t bpf') }),
      ]);
    });

    it('lacks the kube-proxy that the profile needs', async () => {
      await refused(await up('--profile', 'kube-proxy'), 'E_CLUSTER_UNFIT', /needs kube-proxy/);
    });

    it.each([
      [
        'has a kube-proxy that the profile replaces',
        'kube-proxy',
        '/lib/modules',
        /DaemonSet kube-system\/kube-proxy/,
      ],
      ['has another CNI', 'kindnet', '/etc/cni/net.d', /DaemonSet kube-system\/kindnet is the cluster's CNI/],
    ])('%s', async (_, name, path, words) => {
      await apply(daemonSet(name, path));
      try {
        const result = await up();
        await kubectl('delete', 'daemonset', name, '--namespace', 'kube-system', '--cascade=foreground');
        await refused(result, 'E_CLUSTER_UNFIT', words);
      } finally {
        await kubectl('delete', 'daemonset', name, '--namespace', 'kube-system', '--ignore-not-found');
      }
    });

    it('has a CNI configuration on a node', async () => {
      const file = '/etc/cni/net.d/10-other.conflist';
      await inContainer(`${cluster}-worker`, 'sh', '-c', `echo {} > ${file}`);
      const result = await up();
      await inContainer(`${cluster}-worker`, 'rm', file);
      await refused(
        result,
        'E_CLUSTER_UNFIT',
        /node t-plain-worker has a CNI configuration: 10-other.conflist/,
      );
    });

    it('gives too few rights', async () => {
      await kubectl('create', 'serviceaccount', 'reader', '--namespace', 'default');
      await kubectl(
        'create',
        'clusterrolebinding',
        'reader',
        '--clusterrole',
        'view',
        '--serviceaccount',
        'default:reader',
      );
      const token = (await kubectl('create', 'token', 'reader', '--namespace', 'default')).trim();
      const reader = join(directory, 'reader');
      await writeFile(reader, await readFile(kubeconfig, 'utf8'), { mode: 0o600 });
      const config = ['config', '--kubeconfig', reader];
      await sh('kubectl', ...config, 'set-credentials', 'reader', '--token', token);
      await sh(
        'kubectl',
        ...config,
        'set-context',
        'reader',
        '--cluster',
        `kind-${cluster}`,
        '--user',
        'reader',
      );
      const result = await up('--kubeconfig', reader, '--context', 'reader');
      await kubectl('delete', 'clusterrolebinding/reader', 'serviceaccount/reader', '--namespace', 'default');
      await refused(result, 'E_RIGHTS', /create\/delete namespaces/, /create pods\/exec in labctl-system/);
    });

    it('is not there', async () => {
      const { code, stderr } = await up('--context', 'nobody');
      expect(code).toBe(4);
      expect(stderr).toContain('E_NO_CONTEXT');
      expect(await everything()).toEqual(before);
    });
  });

  describe('a lab in the cluster', () => {
    let before: unknown;
    let docker: DockerInventory;
    let leaveNeighbour = async (): Promise<unknown> => undefined;
    let registry: PushRegistry | undefined;
    afterAll(async () => {
      await leaveNeighbour();
      await registry?.close();
    });

    beforeAll(async () => {
      for (const node of nodes) await inContainer(node, 'mount', '-t', 'bpf', 'bpf', '/sys/fs/bpf');
      before = await everything();
      docker = await dockerInventory();
      const doctor = await examined();
      expect(doctor.code, doctor.stdout).toBe(0);
      const { code, stderr } = await up('--dev', 'true');
      expect(code, stderr).toBe(0);
    });

    it('reloads sources on its nodes while requests go on', () =>
      reloadUnderRequests(kindLab(lab), nodes, directory));

    it('proves itself with every check, none left out', async () => {
      const report = await verifyLab(lab);
      expect(redOf(report)).toEqual([]);
      expect(report.checks.map(({ id }) => id)).toEqual(checkIds('ebpf', 'existing'));
      expect(report.active.mode).toBe('ebpf');
    });

    it('stays as it is while a user other than root has a lab on kind beside it', async () => {
      const [own, engine] = [await everything(), await dockerInventory()];
      const programs = await programIds();
      const user = await engineUser(kubeconfig);
      const config = await readFile(user.kubeconfig, 'utf8');
      const neighbour = { name: 't-neighbour', user };
      leaveNeighbour = () => labctlAs(user, 'down', '--name', neighbour.name);
      await comes(neighbour);
      await answersItsOwner(neighbour);
      await takesImagesAndTools(neighbour);
      await takesRenderedChart(neighbour);
      await leavesObjectsToKubectl(neighbour);
      await goes(neighbour);
      expect(await everything()).toEqual(own);
      expect(await programIds()).toEqual(programs);
      expect(await dockerInventory()).toEqual(engine);
      expect(await readFile(user.kubeconfig, 'utf8')).toBe(config);
      await rm(user.home, { recursive: true });
      leaveNeighbour = async () => undefined;
    });

    it('has given its nodes networks from the pool', async () => {
      const networks = await kubectl('get', 'nodes', '--output', 'jsonpath={.items[*].metadata.annotations}');
      expect(networks.match(/"labctl\.dev\/pod-cidr":"10\.244\.128\.\d+\/26"/g)).toHaveLength(nodes.length);
    });

    it('takes its images from a registry from now on', async () => {
      registry = await registryOf(nodes);
      const place = `127.0.0.1:${registry.port}`;
      const { code, stdout, stderr } = await up('--registry', `${place}/team`);
      expect(code, stderr).toBe(0);
      expect(`${stdout}${stderr}`).toContain(`existing.registry: "" -> "${place}/team"`);
      expect(registry.pushed.map(withoutTag).sort()).toEqual(['team/labctl/agent', 'team/labctl/demo']);
      expect(registry.pulled).toEqual(expect.arrayContaining([...registry.pushed]));
      const template = 'jsonpath={.items[*].spec.template.spec.containers[*].image}';
      const images = await kubectl('get', 'daemonsets', '--all-namespaces', '--output', template);
      const named = registry.pushed.map((image) => `${place}/${image}`);
      expect([...new Set(images.split(' '))].sort()).toEqual([...named].sort());
      expect((await labctl('status', '--name', lab)).code).toBe(0);
    });

    it('goes only when somebody says so, knowing which pods lose their network', async () => {
      const { code, stderr } = await labctl('down', '--name', lab);
      expect(code).toBe(7);
      expect(stderr).toMatch(/E_CONSENT.*kube-system\/coredns-/);
      expect(stderr).toContain('--yes');
      const dry = await labctl('down', '--name', lab, '--dry-run');
      expect(dry.stdout).toMatch(/without network: pod kube-system\/coredns-/);
      expect((await labctl('status', '--name', lab)).code).toBe(0);
    });

    it('goes, and the cluster is what it was', async () => {
      const { code, stderr } = await labctl('down', '--name', lab, '--yes');
      expect(code, stderr).toBe(0);
      expect(await everything()).toEqual(before);
      expect(await dockerInventory()).toEqual(withoutLabImages(docker));
      expect(existsSync(labPaths(lab).state)).toBe(false);
    });
  });
});

/** Where this machine's engine pushes to without TLS; the nodes find it by the address that they have for the machine. */
async function registryOf(pullers: readonly string[]): Promise<PushRegistry> {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}';
  const gateway = await sh('docker', 'network', 'inspect', 'kind', '--format', format);
  const [address = ''] = gateway.split(' ').filter((each) => each.includes('.'));
  const registry = await servePushRegistry(['127.0.0.1', address]);
  const hosts = `/etc/containerd/certs.d/127.0.0.1:${registry.port}`;
  for (const node of pullers) {
    await inContainer(node, 'mkdir', '-p', hosts);
    const text = `[host."http://${address}:${registry.port}"]`;
    await inContainer(node, 'sh', '-c', `echo '${text}' > '${hosts}/hosts.toml'`);
  }
  return registry;
}

const withoutTag = (image: string): string => image.replace(/:[^:/]*$/, '');

/** `doctor`, with findings about the cluster alone. */
const examined = () => labctl('doctor', '--runtime', 'existing', '--profile', 'ebpf', '-o', 'json');
const findingsOf = (text: string) =>
  (JSON.parse(text) as { findings: { id: string; state: string; fix?: string }[] }).findings;

/** As that program would be installed, but on no node: what is judged is that the cluster wants it. */
const daemonSet = (name: string, path: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'kube-system', labels: { 'k8s-app': name } },
  spec: {
    selector: { matchLabels: { 'k8s-app': name } },
    template: {
      metadata: { labels: { 'k8s-app': name } },
      spec: {
        hostNetwork: true,
        containers: [{ name, image: `example.invalid/${name}` }],
        volumes: [{ name: 'host', hostPath: { path } }],
      },
    },
  },
});
