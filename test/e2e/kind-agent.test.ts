import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cidr4, contains, overlaps, parseCidr4, parseIp4, type Range4 } from '../../src/core/ip.ts';
import { type Node, type Pod, podCIDRAnnotation } from '../../src/core/k8s.ts';
import { refuseToReload, reloadUnderRequests } from './rollouts/reload.ts';
import { type CliResult, labctl, labctlWith, sh } from './support/cli.ts';
import { nameServerOf, startDnsStandIn } from './support/dns-stand-in.ts';
import { inContainer } from './support/docker.ts';
import { describeOnKind } from './support/kind.ts';
import { kindLab, podsReady, sleeper, until } from './support/kind-lab.ts';
import { redOf } from './support/lab.ts';
import { residentVerify } from './support/resident-verify.ts';
import { surviveApiOutage } from './survival/api-outage.ts';

/** The agent and the operator in a cluster that Kubernetes runs: with pools, so that the operator is there. */
const name = 't-kind-agent';
const pool = '10.244.64.0/24' as Cidr4;
const labFile = `apiVersion: labctl.dev/v1alpha1
kind: Lab
metadata: { name: ${name} }
spec:
  profile: ebpf
  runtime: kind
  ipam: { mode: cluster-pool, pools: [${pool}], maskSize: 26 }
  agent: { dev: true }
  helm: { values: { operator: { releaseAfterSeconds: 5 } } }
  kind: { patch: { nodes: [{ role: control-plane }, { role: worker }, { role: worker, labels: { rack: b } }] } }
`;
const [control, worker, worker2] = [`${name}-control-plane`, `${name}-worker`, `${name}-worker2`];
const nodes = [control, worker, worker2];
const system = 'labctl-system';
const agents = 'app.kubernetes.io/name=labctl-agent';
const operators = 'app.kubernetes.io/name=labctl-operator';
const limitMs = 580_000;

const range = (cidr: string): Range4 => {
  const found = parseCidr4(cidr);
  if (found === undefined) throw new Error(`${cidr} is no network`);
  return found;
};
const cidrOf = ({ metadata }: Node): string | undefined => metadata.annotations?.[podCIDRAnnotation];

describeOnKind('agent and operator on kind', () => {
  const lab = kindLab(name);
  const cidrs = async (): Promise<Readonly<Record<string, string | undefined>>> =>
    Object.fromEntries((await lab.nodes()).map((node) => [node.metadata.name, cidrOf(node)]));
  const metric = async (line: string): Promise<number> => {
    const text = await lab.kubectl(
      ...['exec', '--namespace', system, 'deployment/labctl-operator', '--'],
      ...['curl', '-s', 'http://127.0.0.1:9810/metrics'],
    );
    const found = text.split('\n').find((each) => each.startsWith(`${line} `));
    if (found === undefined) throw new Error(`no metric ${line} in:\n${text}`);
    return Number(found.split(' ').at(-1));
  };
  const demoImage = async (): Promise<string> =>
    (
      await lab.kubectl(
        'get',
        'daemonset',
        'demo',
        '-o',
        'jsonpath={.spec.template.spec.containers[0].image}',
      )
    ).trim();
  const demoOn = async (node: string): Promise<Pod> => {
    const pod = (await lab.pods('default', 'app=demo')).find(({ spec }) => spec.nodeName === node);
    if (pod === undefined) throw new Error(`no demo pod on ${node}`);
    return pod;
  };
  const allReady = async (): Promise<void> => {
    await podsReady(lab, system, agents, nodes.length, 120_000);
    await podsReady(lab, 'default', 'app=demo', nodes.length, 120_000);
  };

  let directory: string;
  const up = async (text: string, ...flags: readonly string[]): Promise<CliResult> => {
    const file = join(directory, 'agent.labctl.yaml');
    await writeFile(file, text);
    return await labctlWith({ limitMs }, 'up', '-f', file, '--no-verify', ...flags);
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'labctl-kind-'));
    const { code, stderr } = await up(labFile);
    expect(code, stderr).toBe(0);
    // `up` waits for what it brought, not for what Kubernetes brings.
    await until('the rest of the cluster', async () => (await labctl('status', '--name', name)).code === 0);
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
    const { code, stderr } = await labctlWith({ limitMs }, 'down', '--name', name);
    expect(code, stderr).toBe(0);
  });

  it('is up as asked for, with raw nodes too, and says what other raw nodes would take', async () => {
    const again = await up(labFile);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
    const other = labFile.replace('rack: b', 'rack: c');
    const plan = await up(other, '--dry-run');
    expect(plan.stdout).toMatch(/raw\.kind\.nodes: .*rack.*needs the lab to be made anew/);
    expect(await up(other)).toMatchObject({ code: 7, stderr: expect.stringContaining('E_RECREATE') });
    const states = await sh('docker', 'inspect', '--format', '{{.State.Running}}', ...nodes);
    expect(states).toBe('true\ntrue\ntrue\n');
  });

  it('reloads sources on every node while requests go on, and nothing of what does not compile', async () => {
    await reloadUnderRequests(lab, nodes, directory);
    await refuseToReload(lab, nodes, directory);
  });

  it('gives each node a network of the pool, and its pods addresses of it', async () => {
    const given = Object.values(await cidrs());
    expect(given).toHaveLength(nodes.length);
    for (const [index, cidr] of given.entries()) {
      expect(cidr).toMatch(/^10\.244\.64\.\d+\/26$/);
      for (const other of given.slice(index + 1)) {
        expect(overlaps(range(cidr ?? ''), range(other ?? ''))).toBe(false);
      }
    }
    const byNode = await cidrs();
    const pods = (await lab.pods('default')).filter(({ spec }) => spec.hostNetwork !== true);
    expect(pods.length).toBeGreaterThan(nodes.length);
    for (const { spec, status } of pods) {
      const own = range(byNode[spec.nodeName ?? ''] ?? '');
      expect(contains(own, parseIp4(status?.podIP ?? '') ?? 0)).toBe(true);
    }
  });

  it("passes the API server's strict validation as it is installed, and not with a field mistyped", async () => {
    const manifest = await sh(
      'helm',
      'get',
      'manifest',
      'labctl',
      '--namespace',
      system,
      '--kubeconfig',
      lab.kubeconfig,
    );
    const validate = (text: string) =>
      lab.tryKubectl(text, 'apply', '--dry-run=server', '--validate=strict', '--filename', '-');
    const { code, stdout, stderr } = await validate(manifest);
    expect(code, stderr).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(manifest.split(/^kind: /m).length - 1);
    // helm does not write what `kubectl apply` would compare with.
    const warnings = stderr.split('\n').filter((line) => !line.includes('last-applied-configuration'));
    expect(warnings.join('')).toBe('');
    const mistyped = await validate(manifest.replace('imagePullPolicy:', 'imagePullPolice:'));
    expect(mistyped.code).not.toBe(0);
    expect(mistyped.stderr).toContain('unknown field');
  });

  it('is told the API server by name, not by a Service that it would have to serve first', async () => {
    const config = JSON.parse(
      await lab.kubectl(
        'get',
        'configmap',
        'labctl-agent',
        '-n',
        system,
        '-o',
        'jsonpath={.data.agent\\.json}',
      ),
    ) as { cluster: unknown };
    expect(config.cluster).toEqual({
      source: 'kubernetes',
      server: `https://${control}:6443`,
      ipam: 'cluster-pool',
    });
  });

  it("renews a node's tools and leaves its own file systems mounted", async () => {
    const tools = '/opt/labctl/tools';
    const mounts = async (): Promise<{ tools: string[]; own: string[] }> => {
      const places = (await inContainer(worker, 'cut', '-d', ' ', '-f', '2', '/proc/mounts')).split('\n');
      const [inTools, own] = [true, false].map((isTools) =>
        places.filter((place) => place.startsWith(tools) === isTools && /^\/(opt|sys|proc|dev)/.test(place)),
      );
      return { tools: inTools ?? [], own: own ?? [] };
    };
    const before = await mounts();
    expect(before.own).toContain('/sys/fs/bpf');
    expect(before.tools).toContain(`${tools}/sys/fs/bpf`);
    await inContainer(worker, 'systemctl', 'restart', 'labctl-tools.service');
    expect(await mounts()).toEqual(before);
    expect(await inContainer(worker, 'sh', '-c', 'tcpdump --version 2>&1')).toMatch(/^tcpdump version/);
  });

  it('keeps all networks when another operator leads', async () => {
    const before = await cidrs();
    const [old] = await lab.pods(system, operators);
    await lab.kubectl('delete', 'pod', old?.metadata.name ?? '', '--namespace', system);
    await podsReady(lab, system, operators, 1);
    await until(
      'the new operator to lead',
      async () => (await metric('labctl_operator_leader')) === 1,
      30_000,
    );
    expect(await metric('labctl_operator_assignments_total')).toBe(0);
    expect(await metric('labctl_operator_pod_cidrs_assigned')).toBe(nodes.length);
    expect(await cidrs()).toEqual(before);
  });

  it('says that the pool is exhausted, and gives a network that came free to the node that waits', async () => {
    const ghost = (ghostName: string): object => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: ghostName },
      spec: { unschedulable: true },
    });
    try {
      await lab.apply(ghost('ghost-1'));
      await until('a network for ghost-1', async () => (await cidrs())['ghost-1'] !== undefined);
      const last = (await cidrs())['ghost-1'];
      await lab.apply(ghost('ghost-2'));
      const inTrouble = 'labctl_operator_nodes_in_trouble{reason="PodCIDRPoolExhausted"}';
      await until('the metric', async () => (await metric(inTrouble)) === 1);
      expect((await cidrs())['ghost-2']).toBeUndefined();
      const said = 'none of the 4 networks of the pools is free for node ghost-2';
      const exhausted = ['get', 'events', '--field-selector', 'reason=PodCIDRPoolExhausted', '-o', 'json'];
      await until('the event', async () => (await lab.kubectl(...exhausted)).includes(said));
      await lab.kubectl('delete', 'node', 'ghost-1');
      await until('what ghost-1 had', async () => (await cidrs())['ghost-2'] === last, 90_000);
    } finally {
      await lab.kubectl('delete', 'node', 'ghost-1', 'ghost-2', '--ignore-not-found');
      // Pods that the demo's DaemonSet meant for them stay when their node has gone.
      const lost = (await lab.pods('default', 'app=demo')).filter(
        ({ spec }) => !nodes.includes(spec.nodeName ?? ''),
      );
      for (const { metadata } of lost) {
        await lab.kubectl(
          'delete',
          'pod',
          metadata.name,
          '--force',
          '--grace-period=0',
          '--ignore-not-found',
        );
      }
      await allReady();
    }
  });

  it("lets pods resolve outside names by their node's resolver, and the check names what keeps them from it", async () => {
    const outside = { name: 'outside.labctl.test', address: '203.0.113.77' };
    const standIn = await startDnsStandIn(name, await demoImage(), nodes, outside);
    try {
      for (const node of nodes) {
        const { metadata } = await demoOn(node);
        const inPod = (...argv: readonly string[]) => lab.kubectl('exec', metadata.name, '--', ...argv);
        expect(await inPod('getent', 'ahostsv4', outside.name)).toContain(outside.address);
        expect(await inPod('cat', '/etc/hosts')).not.toContain('labctl.test');
      }
    } finally {
      await standIn.stop();
    }
    const verify = residentVerify(name);
    const upstream = () => verify(['conn.dns.upstream']);
    expect(redOf(await upstream())).toEqual([]);
    const resolver = await nameServerOf(worker);
    const [agent] = (await lab.pods(system, agents)).filter(({ spec }) => spec.nodeName === worker);
    const key = ['32', '0', '0', '0', ...resolver.split('.')];
    const map = '/sys/fs/bpf/labctl/maps/lab_ipcache';
    await inContainer(worker, 'bpftool', 'map', 'delete', 'pinned', map, 'key', ...key);
    expect((await upstream()).checks[0]?.reason).toMatch(
      new RegExp(`way of pods on ${worker} to its name server ${resolver}: .* observed past netfilter`),
    );
    await lab.kubectl('delete', 'pod', agent?.metadata.name ?? '', '--namespace', system);
    await allReady();
    expect(redOf(await upstream())).toEqual([]);
  });

  it('gives pods their network as soon as there is an agent, also those that came before it', async () => {
    const conflist = '/etc/cni/net.d/05-labctl.conflist';
    const selector = (value: string | null): string =>
      JSON.stringify({ spec: { template: { spec: { nodeSelector: { 'labctl.dev/never': value } } } } });
    const patch = (value: string | null) =>
      lab.kubectl('patch', 'daemonset', 'labctl-agent', '--namespace', system, '--patch', selector(value));
    const image = await demoImage();
    await patch('x');
    await until('no agent', async () => (await lab.pods(system, agents)).length === 0);
    // One node as it is when it boots again, the other as it is before its first agent.
    await inContainer(worker2, 'rm', conflist);
    await lab.apply(sleeper('early', worker, image), sleeper('earlier', worker2, image));
    await new Promise((resolve) => setTimeout(resolve, 8000));
    for (const { status } of await lab.pods('default', 'app=sleeper')) expect(status?.podIP).toBeUndefined();
    await patch(null);
    await podsReady(lab, system, agents, nodes.length, 120_000);
    await podsReady(lab, 'default', 'app=sleeper', 2, 60_000);
    await lab.kubectl('delete', 'pod', 'early', 'earlier');
    await until('nodes to be ready', async () => (await lab.nodes()).every(isNodeReady));
  });

  it('serves on while the API server is away, through a kill of the agent, and catches up', () =>
    surviveApiOutage(lab, { control, worker, entry: worker2 }, allReady));
});

const isNodeReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;
